"""Attendance records, recomputed from everything known: slow, and meant to be obviously right.

Written from the specification's pages alone; `attendance_world.py` reads the site and the events.
"""

from datetime import timedelta

from attendance_world import DAY, HOUR, MINUTE

BEGINS = {"in", "break_in", "overtime_in"}
ORDER = ["present", "late", "early", "missing_in", "missing_out", "absent", "on_leave", "overtime", "unproven", "pending"]
FOREVER = 1 << 60


def merged(spans):
    """Overlapping and touching spans made one."""
    result = []
    for a, b in sorted(s for s in spans if s[0] < s[1]):
        if result and a <= result[-1][1]:
            result[-1][1] = max(result[-1][1], b)
        else:
            result.append([a, b])
    return [tuple(s) for s in result]


def cut(spans, a, b):
    """What of the spans lies within [a, b)."""
    return [(max(x, a), min(y, b)) for x, y in spans if max(x, a) < min(y, b)]


def common(these, those):
    return merged([part for a, b in those for part in cut(these, a, b)])


def without(these, those):
    """What of these lies in none of those."""
    for a, b in those:
        these = [part for x, y in these for part in ((x, min(y, a)), (max(x, b), y)) if part[0] < part[1]]
    return these


def length(spans):
    return sum(b - a for a, b in spans)


class Punch:
    def __init__(self, time, number, event, direction):
        self.time, self.number, self.event, self.direction = time, number, event, direction


class Instance:
    """A shift on a work date."""

    def __init__(self, site, person, day, shift):
        self.person, self.day, self.shift = person, day, shift
        self.S, self.E = shift.span(site.place, day)
        self.opens, self.closes = self.S - shift.opens, self.E + shift.closes
        self.uncut = (self.opens, self.closes)
        self.pauses = shift.pauses(site.place, day, self.S)
        self.punches = []
        self.key = (person, day.isoformat(), shift.id)

    def rank(self):
        return (self.S, self.E, self.shift.id)


def settle_windows(instances):
    """Where two windows overlap, both end at the middle between the first's E and the second's S instead."""
    instances.sort(key=Instance.rank)
    ends = {id(i): [] for i in instances}
    begins = {id(i): [] for i in instances}
    for n, first in enumerate(instances):
        for second in instances[n + 1:]:
            if first.uncut[1] > second.uncut[0] and second.uncut[1] > first.uncut[0]:
                middle = (first.E + second.S) // 2
                ends[id(first)].append(middle)
                begins[id(second)].append(middle)
    for i in instances:
        i.opens = max(begins[id(i)], default=i.uncut[0])
        i.closes = min(ends[id(i)], default=i.uncut[1])


def holder(instances, time):
    """The instance whose window holds a moment; a shared moment belongs to the later one."""
    found = None
    for i in instances:
        if i.opens <= time <= i.closes:
            found = i
    return found


class OvertimeRecord:
    def __init__(self, person, day, start, end):
        self.person, self.day, self.from_, self.to = person, day, start, end
        self.opens, self.closes = start - 2 * HOUR, end + 4 * HOUR
        self.punches = []
        self.shift = None


class PersonState:
    """Everything about one person that follows from some events, but for what the clocks vouch for."""

    def __init__(self, site, person, events, days):
        self.site, self.person = site, person
        self.gather(events)
        self.lay_out(days)
        self.place_punches()
        for i in self.instances:
            self.fill(i)
        for r in self.overtimes:
            self.fill_overtime(r)

    def gather(self, events):
        site, person = self.site, self.person
        punches, voided = [], set()
        leaves = {name: (a, b) for name, who, a, b in site.leave if who == person}
        self.assigned, self.approved = {}, set()
        for e in events:
            d = e.data
            if e.topic == "punch.recorded" and site.badges.get(d["badge"]) == person:
                punches.append(Punch(e.time, e.number, e.id, d["direction"]))
            elif e.topic == "leave.cancelled":
                leaves.pop(d["leave"], None)
            elif d.get("person") != person:
                continue
            elif e.topic == "punch.corrected" and "add" in d:
                punches.append(Punch(_time(d["add"]), e.number, e.id, "unknown"))
            elif e.topic == "punch.corrected":
                voided.add(d["void"])
            elif e.topic == "leave.granted" and _time(d["from"]) < _time(d["to"]):
                leaves[d["leave"]] = (_time(d["from"]), _time(d["to"]))
            elif e.topic == "overtime.approved" and _time(d["from"]) < _time(d["to"]):
                self.approved.add((_time(d["from"]), _time(d["to"])))
            elif e.topic == "schedule.assigned":
                self.assigned[_date(d["date"])] = d["shift"]
        self.leave = merged(leaves.values())
        self.approvals = merged(self.approved)
        self.counted, previous = [], None
        for p in sorted((p for p in punches if p.event not in voided), key=lambda p: (p.time, p.number)):
            if previous is None or p.time - previous > self.site.debounce:
                self.counted.append(p)
            previous = p.time

    def lay_out(self, days):
        """The instances that the schedule gives; then those that flexible people pick, punch by punch."""
        site, person = self.site, self.person
        self.plans = {day: site.plan(person, day, self.assigned) for day in days}
        self.instances = [
            Instance(site, person, day, site.shifts[s]) for day in days for s in self.plans[day][0] if s in site.shifts
        ]
        settle_windows(self.instances)
        if not any(plan[1] for plan in self.plans.values()):
            return
        for p in self.counted:
            if holder(self.instances, p.time):
                continue
            own = site.place.date(p.time)
            offers = []
            for day in (own - timedelta(days=1), own, own + timedelta(days=1)):
                if day not in self.plans or any(i.day == day for i in self.instances):
                    continue
                for s in self.plans[day][1]:
                    offer = Instance(site, person, day, site.shifts[s])
                    if offer.opens <= p.time <= offer.closes:
                        offers.append((abs(offer.S - p.time), offer.S, len(offers), offer))
            if offers:
                offer = min(offers)[3]
                offer.flexible = True
                self.instances.append(offer)
                settle_windows(self.instances)

    def place_punches(self):
        self.overtimes, self.unscheduled = [], []
        by_approval = {}
        for p in self.counted:
            i = holder(self.instances, p.time)
            if i:
                i.punches.append(p)
                continue
            for a, b in sorted(self.approved):
                if a - 2 * HOUR <= p.time <= b + 4 * HOUR:
                    if (a, b) not in by_approval:
                        record = OvertimeRecord(self.person, self.site.place.date(a), a, b)
                        by_approval[(a, b)] = record
                        self.overtimes.append(record)
                    by_approval[(a, b)].punches.append(p)
                    break
            else:
                self.unscheduled.append(p)
        self.instances = [i for i in self.instances if i.punches or not hasattr(i, "flexible")]

    def duty(self, i):
        """The expected start and end that leave leaves, and whether nothing is left."""
        spans = list(self.leave)
        if not spans:
            return i.S, i.E, False
        grown = True
        pauses = [(a, b) for a, b, paid in i.pauses]
        while grown:
            grown = False
            for pause in list(pauses):
                if any(a <= pause[1] and pause[0] <= b for a, b in spans):
                    spans = merged(spans + [pause])
                    pauses.remove(pause)
                    grown = True
        start, end = i.S, i.E
        for a, b in spans:
            if a <= i.S < b:
                start = b
            if a < i.E <= b:
                end = a
        # Nothing is left: then nobody was expected at any other time than the shift's.
        return (i.S, i.E, True) if start >= end else (start, end, False)

    def fill(self, i):
        site = self.site
        i.start, i.end, i.wholly = self.duty(i)
        i.in_, i.out, i.missing_in, i.missing_out = None, None, False, False
        presence = []
        if i.shift.pairs:
            begun = None
            for n, p in enumerate(i.punches):
                begins = p.direction in BEGINS or (p.direction == "unknown" and begun is None)
                if n == 0:
                    i.in_ = p if begins else None
                if n == len(i.punches) - 1:
                    i.out = None if begins else p
                if begins:
                    begun = p.time
                elif begun is not None:
                    presence.append((begun, p.time))
                    begun = None
        elif len(i.punches) == 1:
            p = i.punches[0]
            if abs(p.time - i.S) <= abs(p.time - i.E):
                i.in_ = p
            else:
                i.out = p
        elif i.punches:
            i.in_, i.out = i.punches[0], i.punches[-1]
            presence = [(i.in_.time, i.out.time)]
        i.missing_in = bool(i.punches) and i.in_ is None
        i.missing_out = bool(i.punches) and i.out is None
        i.late = i.early = 0
        if i.in_ and not i.wholly:
            late = (i.in_.time - i.start) // MINUTE
            i.late = late if late > 0 and late * MINUTE > i.shift.grace_in else 0
        if i.out and not i.wholly:
            early = (i.end - i.out.time) // MINUTE
            i.early = early if early > 0 and early * MINUTE > i.shift.grace_out else 0
        presence = merged(presence)
        shift = [(i.S, i.E)]
        unpaid = [(a, b) for a, b, paid in i.pauses if not paid]
        work = without(common(presence, shift), unpaid + self.leave)
        i.worked = length(work) // MINUTE
        i.leave = length(without(common(self.leave, shift), unpaid)) // MINUTE
        i.scheduled = length(without(shift, unpaid)) // MINUTE
        extra = without(common(presence, self.approvals), shift)
        i.overtime = self.by_rate(extra, work, i.day)

    def by_rate(self, extra, work, day):
        """Overtime by rate in minutes; scheduled work on a holiday counts under 3 too."""
        holidays = [
            (self.site.place.moment(d, 0), self.site.place.moment(d + timedelta(days=1), 0)) for d in self.site.holidays
        ]
        holidays = merged(holidays)
        rest = self.plans[day][3] if day in self.plans else self.site.plan(self.person, day, self.assigned)[3]
        three = length(common(extra, holidays)) + length(common(work, holidays))
        other = length(without(extra, holidays)) // MINUTE
        return {"1.5": 0 if rest else other, "2": other if rest else 0, "3": three // MINUTE}

    def fill_overtime(self, r):
        r.in_ = r.punches[0]
        r.out = r.punches[-1] if len(r.punches) > 1 else None
        presence = [(r.in_.time, r.out.time)] if r.out else []
        r.overtime = self.by_rate(common(presence, self.approvals), [], r.day)


def _time(text):
    from attendance_world import read_time
    return read_time(text)


def _date(text):
    from datetime import date
    return date.fromisoformat(text)


class Vouching:
    """For which time each clock vouches, by the device events known."""

    def __init__(self, site, events):
        self.with_memory, self.all = [], []
        for clock, memory in site.clocks.items():
            own = [e for e in events if e.topic.startswith("device.") and e.data["device"] == clock]
            spans = self.spans(memory, sorted(own, key=lambda e: (e.time, e.number)))
            self.all.append(spans)
            if memory:
                self.with_memory.append(spans)

    @staticmethod
    def spans(memory, events):
        links = [e for e in events if e.topic in ("device.connected", "device.disconnected")]
        if not links:
            return [(-FOREVER, FOREVER)]
        connected = links[0].topic == "device.disconnected"
        clean, since, spans = True, -FOREVER, []
        for e in events:
            if connected and (clean or not memory):
                spans.append((since, e.time))
            since = e.time
            if e.topic == "device.connected":
                connected = True
            elif e.topic == "device.disconnected":
                connected, clean = False, False
            elif e.topic == "device.synced":
                clean = True
        if connected and (clean or not memory):
            spans.append((since, FOREVER))
        through = [_time(e.data["through"]) for e in events if e.topic == "device.synced"]
        if memory and through:
            spans.append((-FOREVER, through[-1] + 1))
        return merged(spans)

    def anybody(self, a, b):
        """Whether a clock vouches for any moment of [a, b]. Without any clock there is nothing to doubt."""
        return not self.all or any(x <= b and a < y for spans in self.all for x, y in spans)

    def complete(self, moment):
        """Whether every clock with memory vouches for a moment."""
        return all(any(x <= moment < y for x, y in spans) for spans in self.with_memory)


class Verdict:
    """What an instance's record says at a moment."""

    def __init__(self, site, i, vouching, now):
        shift = i.shift
        status = set()
        if i.late:
            status.add("late")
        if i.early:
            status.add("early")
        if i.missing_in:
            status.add("missing_in")
        if i.missing_out:
            status.add("missing_out")
        if not i.punches and not i.wholly:
            status.add("absent")
        self.late, self.early = i.late, i.early
        waits = {"absent", "missing_in", "missing_out"} & status
        self.pending = bool(waits) and now < i.closes + site.lateness and not vouching.complete(i.closes)
        if not self.pending:
            begin = not vouching.anybody(i.start - 30 * MINUTE, i.start + shift.grace_in)
            end = not vouching.anybody(i.end - shift.grace_out, i.end + 30 * MINUTE)
            doubtful = ({"late", "missing_in", "absent"} if begin else set())
            doubtful |= {"early", "missing_out", "absent"} if end else set()
            if status & doubtful:
                status = (status - doubtful) | {"unproven"}
                self.late = 0 if "late" in doubtful else self.late
                self.early = 0 if "early" in doubtful else self.early
        else:
            status.add("pending")
        if i.punches and not status:
            status.add("present")
        if i.wholly:
            status.add("on_leave")
        self.status = sorted(status, key=ORDER.index)
        self.unproven = "unproven" in status
        self.closed = i.closes <= now and not self.pending


class Oracle:
    """All of a site's attendance, from a history."""

    def __init__(self, site, history):
        self.site, self.history = site, history
        moments = [history.start, history.horizon]
        for e in history.events:
            moments += [e.time, e.receipt] + ([_time(e.data["add"])] if "add" in e.data else [])
        # A day of leave, an approval or an assignment has no instance of its own: these dates hold every punch.
        first = site.place.date(min(moments)) - timedelta(days=4)
        last = site.place.date(max(moments)) + timedelta(days=6)
        self.days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.states, self.vouchings = {}, {}
        self.relevant = {p: [e for e in history.events if self.concerns(p, e)] for p in site.people}
        self.links = [e for e in history.events if e.topic.startswith("device.") and e.data.get("device") in site.clocks]
        self.stop = history.until if history.until is not None else self.last_closing()

    def concerns(self, person, e):
        if e.topic == "punch.recorded":
            return self.site.badges.get(e.data["badge"]) == person
        if e.topic == "leave.cancelled":
            return e.data.get("person", person) == person
        return e.data.get("person") == person and e.topic in (
            "punch.corrected", "leave.granted", "overtime.approved", "schedule.assigned")

    def state(self, person, known=None):
        """The person's state by the first `known` events of the history."""
        events = [e for e in self.relevant[person] if known is None or e.number < known]
        key = (person, len(events))
        if key not in self.states:
            self.states[key] = PersonState(self.site, person, events, self.days)
        return self.states[key]

    def vouching(self, known=None):
        events = [e for e in self.links if known is None or e.number < known]
        if len(events) not in self.vouchings:
            self.vouchings[len(events)] = Vouching(self.site, events)
        return self.vouchings[len(events)]

    def last_closing(self):
        """When every window that had opened by the last receipt has closed."""
        last = self.history.last
        ends = [last]
        for person in self.site.people:
            state = self.state(person)
            ends += [i.closes for i in state.instances + state.overtimes if i.opens <= last]
        return max(ends)

    def exists(self, i):
        """A window that closed before the clock started is none of ours."""
        return i.closes >= self.history.start

    def printed(self, i):
        return i.opens <= self.history.horizon and self.history.start <= i.closes <= self.stop

    def records(self):
        """What is printed under `attendance`."""
        text = self.site.place.text
        rows = []
        for person in self.site.people:
            state = self.state(person)
            for i in filter(self.printed, state.instances):
                verdict = Verdict(self.site, i, self.vouching(), self.stop)
                rows.append(((i.day.isoformat(), person, i.S), {
                    "person": person, "date": i.day.isoformat(), "shift": i.shift.id, "status": verdict.status,
                    "in": text(i.in_.time) if i.in_ else None, "out": text(i.out.time) if i.out else None,
                    "lateMinutes": verdict.late, "earlyMinutes": verdict.early, "workedMinutes": i.worked,
                    "leaveMinutes": i.leave, "overtime": i.overtime}))
            for r in filter(self.printed, state.overtimes):
                rows.append(((r.day.isoformat(), person, r.from_), {
                    "person": person, "date": r.day.isoformat(), "shift": None, "status": ["overtime"],
                    "in": text(r.in_.time), "out": text(r.out.time) if r.out else None,
                    "lateMinutes": 0, "earlyMinutes": 0, "workedMinutes": 0, "leaveMinutes": 0,
                    "overtime": r.overtime}))
        return [row for _, row in sorted(rows, key=lambda r: r[0])]

    def unscheduled(self):
        found = [(p.time, person, p.event) for person in self.site.people for p in self.state(person).unscheduled]
        return [{"person": w, "time": self.site.place.text(t), "event": e} for t, w, e in sorted(found)]
