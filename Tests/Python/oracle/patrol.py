"""Patrols computed anew from everything that is known, as patrol.md says it."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import timedelta

from watch_kit import (DAY, DUE, HOUR, MINUTE, WEEKDAYS, AlertBook, Figure, Zone, compare_alerts, compare_figures,
                       compare_rows, moment, read_events, run, span, time_of_day)

MEMORY_DRIVERS = {"zkteco", "zkteco-push", "anviz", "hanvon", "memory-scanner", "fcard"}


class Route:
    def __init__(self, raw, site):
        self.id = raw["id"]
        self.checkpoints = raw["checkpoints"]
        self.strict = raw.get("order", "any") == "strict"
        self.starts = raw["starts"]
        self.duration = span(raw["duration"])
        self.tolerance = span(raw.get("tolerance"), 0)
        self.lateness = span(raw.get("allowed_lateness"), DAY)
        guards = raw.get("guards")
        self.department = guards.get("department") if guards else None
        if guards is None:
            self.crew = None
        elif self.department is not None:
            self.crew = {person["id"] for person in site.get("people", [])
                         if person.get("department") == self.department}
        else:
            self.crew = set(guards["people"])
        self.devices = raw.get("devices")
        if self.devices is None:
            self.devices = [device["id"] for device in site.get("devices", [])
                            if device.get("role", "both") in ("patrol", "both")]

    def lets(self, guard):
        return self.crew is None or guard is None or guard in self.crew

    def windows(self, zone, first, last):
        """The starts from one date to another."""
        days = self.starts.get("days", WEEKDAYS)
        found = set()
        day = first
        while day <= last:
            if WEEKDAYS[day.weekday()] in days:
                if "at" in self.starts:
                    found |= {zone.at(day, time_of_day(at)) for at in self.starts["at"]}
                else:
                    begin, end = time_of_day(self.starts["from"]), time_of_day(self.starts["to"])
                    if end <= begin:
                        end += 24 * 60
                    step = span(self.starts["every"]) // MINUTE
                    found |= {zone.at(day, at) for at in range(begin, end + 1, step)}
            day += timedelta(days=1)
        return found


@dataclass(eq=False)
class Round:
    route: Route
    start: int
    name: str

    def __post_init__(self):
        self.end = self.start + self.route.duration
        self.over = self.end + self.route.tolerance
        self.limit = self.over + self.route.lateness


@dataclass
class Visit:
    """A scan that a round wanted. A suspect one may not count; `before` is the guard's visit that makes it one."""

    round: Round
    scan: object
    checkpoint: str
    guard: str
    suspect: bool
    counts: bool
    before: object = field(default=None, compare=False)


@dataclass
class Result:
    """What is known of a round."""

    closed: bool
    status: str
    required: int
    visited: list
    late: list
    missed: list
    waived: list
    unproven: list
    out_of_order: list
    suspect: list
    guards: list

    def row(self, name):
        return {"round": name, "status": self.status, "required": self.required, "visited": self.visited,
                "late": self.late, "missed": self.missed, "waived": self.waived, "unproven": self.unproven,
                "outOfOrder": self.out_of_order, "suspect": self.suspect, "guards": self.guards}


class Sessions:
    """Who scans at a device, and of which checkpoint a condition speaks: by the scans' time."""

    def __init__(self, site, scans):
        rules = site.get("patrol", {})
        self.session = span(rules.get("guard_session"), 12 * HOUR)
        self.window = span(rules.get("condition_window"), 2 * MINUTE)
        self.owners = {device["id"]: device["guard"] for device in site.get("devices", []) if "guard" in device}
        self.people, self.checkpoints = {}, {}
        for scan in scans:
            if genuine(scan):
                kind = {"person": self.people, "checkpoint": self.checkpoints}.get(scan.data["kind"])
                if kind is not None:
                    kind.setdefault(scan.data["device"], []).append(scan)

    def guard(self, scan, limit=None):
        """`limit`: person scans received later than this come too late to matter."""
        device = scan.data["device"]
        if device in self.owners:
            return self.owners[device]
        before = [person for person in self.people.get(device, [])
                  if (person.time, person.index) < (scan.time, scan.index)
                  and (limit is None or person.received <= limit)]
        if not before:
            return None
        last = max(before, key=lambda person: (person.time, person.index))
        return last.data["value"] if scan.time <= last.time + self.session else None

    def checkpoint(self, condition):
        """The last checkpoint scanned there within the window."""
        before = [scan for scan in self.checkpoints.get(condition.data["device"], [])
                  if (scan.time, scan.index) < (condition.time, condition.index)]
        if not before:
            return None
        last = max(before, key=lambda scan: (scan.time, scan.index))
        return last.data["value"] if condition.time <= last.time + self.window else None


def genuine(scan):
    """A code that means something here, with a right tag where it has one."""
    return scan.data["authentic"] in ("signed", "registered")


class Vouching:
    """For which time a device vouches, as clocks do (attendance.md)."""

    def __init__(self, device, events):
        self.memory = device.get("memory", device["driver"] in MEMORY_DRIVERS)
        self.events = sorted((event for event in events if event.data["device"] == device["id"]
                              and event.topic in ("device.connected", "device.disconnected", "device.synced")),
                             key=lambda event: (event.time, event.index))

    def at(self, moment):
        """Whether it vouches for this moment."""
        links = [event for event in self.events if event.topic != "device.synced"]
        if not links:
            return True
        before = [event for event in self.events if event.time <= moment]
        seen = [event for event in before if event.topic != "device.synced"]
        if seen:
            connected = seen[-1].topic == "device.connected"
        else:
            connected = links[0].topic == "device.disconnected"
        if not self.memory:
            return connected
        syncs = [event for event in self.events if event.topic == "device.synced"]
        if syncs and moment <= through(syncs[-1]):
            return True
        if not connected:
            return False
        for event in reversed(before):
            if event.topic == "device.synced":
                return True
            if event.topic == "device.disconnected":
                return False
        return True

    def edges(self):
        """The moments at which the answer may change."""
        return {event.time for event in self.events} | {
            through(event) + 1 for event in self.events if event.topic == "device.synced"}


def through(event):
    return moment(event.data["through"])


class Patrol:
    """All rounds of a file, and what is known of them at any time."""

    def __init__(self, site, zone, first, last):
        """`first`: rounds that were over before it are nobody's business; `last`: nor those that open after it."""
        self.site, self.zone = site, zone
        self.routes = [Route(raw, site) for raw in site.get("routes", [])]
        self.devices = {device["id"]: device for device in site.get("devices", [])}
        self.places = {checkpoint["id"]: checkpoint.get("place") for checkpoint in site.get("checkpoints", [])}
        self.suspects_count = site.get("patrol", {}).get("count_suspect", False)
        self.travel = {}
        for way in site.get("travel", []):
            self.travel.setdefault((way["from"], way["to"]), span(way["at_least"]))
        self.rounds = []
        for route in self.routes:
            early = zone.date(first - route.duration - route.tolerance) - timedelta(days=3)
            for start in route.windows(zone, early, zone.date(last) + timedelta(days=1)):
                round = Round(route, start, f"{route.id}@{zone.name(start)}")
                if round.over >= first and round.start <= last:
                    self.rounds.append(round)
        self.rounds.sort(key=lambda round: (round.start, round.route.id))
        self.wanted = {}
        self.vouched = {}
        self.known = 0

    def least(self, here, there):
        """The least time of the way; the way back counts where only that is given."""
        if here is None or there is None:
            return 0
        return self.travel.get((here, there), self.travel.get((there, here), 0))

    def wanting(self, scan):
        """The rounds that are open at the scan's time and have its checkpoint, the earliest first."""
        if scan.index not in self.wanted:
            self.wanted[scan.index] = [
                round for round in self.rounds
                if round.start <= scan.time <= round.over and scan.data["value"] in round.route.checkpoints
                and scan.received <= round.limit]
        return self.wanted[scan.index]

    def walk(self, events):
        """The visits of all rounds, as if the scans had arrived in the order of their time."""
        scans = [event for event in events if event.topic == "scan.recorded"]
        sessions = Sessions(self.site, scans)
        visits, taken, previous = [], set(), {}
        for scan in sorted(scans, key=lambda scan: (scan.time, scan.index)):
            if not genuine(scan) or scan.data["kind"] != "checkpoint":
                continue
            checkpoint = scan.data["value"]
            for round in self.wanting(scan):
                guard = sessions.guard(scan, round.limit)
                if (round.name, checkpoint) in taken or not round.route.lets(guard):
                    continue
                last = previous.get(guard) if guard is not None else None
                suspect = last is not None and scan.time - last.scan.time < self.least(
                    self.places.get(last.checkpoint), self.places.get(checkpoint))
                visit = Visit(round, scan, checkpoint, guard, suspect, not suspect or self.suspects_count, last)
                visits.append(visit)
                if guard is not None:
                    previous[guard] = visit
                if visit.counts:
                    taken.add((round.name, checkpoint))
                break
        return visits

    def is_proven(self, round, events):
        """Whether the route's devices vouched for at least the duration."""
        devices = [self.devices[id] for id in round.route.devices if id in self.devices]
        if not devices:
            return True
        told = [event for event in events if event.topic.startswith("device.") and event.received <= round.limit]
        key = (round.name, len(told))
        if key not in self.vouched:
            vouching = [Vouching(device, told) for device in devices]
            edges = {round.start, round.over}
            for one in vouching:
                edges |= {edge for edge in one.edges() if round.start < edge < round.over}
            edges = sorted(edges)
            sure = sum(after - edge for edge, after in zip(edges, edges[1:])
                       if any(one.at(edge) for one in vouching))
            self.vouched[key] = sure >= round.route.duration
        return self.vouched[key]

    def result(self, round, visits, events, over):
        """`over`: the tolerance has passed."""
        route = round.route
        mine = visits.get(round.name, [])
        counting = [visit for visit in mine if visit.counts]
        visited = {visit.checkpoint for visit in counting}
        late = {visit.checkpoint for visit in counting if visit.scan.time > round.end}
        waivers = {event.data["checkpoint"] for event in events
                   if event.topic == "visit.waived" and event.data["round"] == round.name}
        waived = {checkpoint for checkpoint in route.checkpoints
                  if checkpoint in waivers and checkpoint not in visited}
        left = {checkpoint for checkpoint in route.checkpoints
                if checkpoint not in visited and checkpoint not in waived}
        missed, unproven = set(), set()
        if over:
            if self.is_proven(round, events):
                missed = left
            else:
                unproven = left
        required = len(route.checkpoints) - len(waived) - len(unproven)
        out_of_order, furthest = set(), -1
        for visit in counting:
            place = route.checkpoints.index(visit.checkpoint)
            if route.strict and place < furthest:
                out_of_order.add(visit.checkpoint)
            furthest = max(furthest, place)
        closed = over or len(visited) == required
        if visited:
            status = "incomplete" if len(visited) < required else "late" if late else "complete"
        elif required:
            status = "missed"
        else:
            status = "waived" if len(waived) == len(route.checkpoints) else "unproven"

        def listed(some):
            return [checkpoint for checkpoint in route.checkpoints if checkpoint in some]

        return Result(closed, status, required, listed(visited), listed(late), listed(missed), listed(waived),
                      listed(unproven), listed(out_of_order),
                      listed({visit.checkpoint for visit in mine if visit.suspect}),
                      sorted({visit.guard for visit in counting if visit.guard is not None}))


class PatrolWatch:
    """The alerts of scans and rounds, judged on what is known at each moment."""

    def __init__(self, patrol, book):
        self.patrol, self.book = patrol, book
        self.found = set()
        self.missed = {}
        self.whole = set()
        self.visits = {}
        self.overs = sorted({(round.over, DUE) for round in patrol.rounds})

    def due(self, place):
        at = bisect_right(self.overs, place)
        return self.overs[at] if at < len(self.overs) else None

    def finding(self, code, key, scan, clock, also=()):
        self.book.hold(code, key, key, clock, [scan.id], next_day=True, also=also)

    def look(self, clock):
        """What is wrong with visits: told where it was not so before."""
        found = {}
        for visit in (visit for visits in self.visits.values() for visit in visits if visit.round.start <= clock):
            if visit.counts and visit.guard is None:
                found["scan.unknown_guard", visit.scan.data["device"], visit.scan.id] = visit.scan, []
            if visit.suspect:
                found["scan.too_fast", visit.guard, visit.scan.id] = visit.scan, [visit.before.scan.id]
        for visits in self.visits.values():
            round = visits[0].round
            if not round.route.strict or round.start > clock:
                continue
            before, furthest = [], -1
            for visit in (visit for visit in visits if visit.counts):
                place = round.route.checkpoints.index(visit.checkpoint)
                if place < furthest:
                    found["scan.out_of_order", round.name, visit.scan.id] = visit.scan, list(before)
                before.append(visit.scan.id)
                furthest = max(furthest, place)
        for (code, key, id), (scan, also) in found.items():
            if (code, key, id) not in self.found:
                self.finding(code, key, scan, clock, also)
        self.found |= set(found)

    def hear(self, event, events, clock):
        """An event has arrived; `events` has it as the last."""
        touched = set()
        if event.topic == "scan.recorded":
            device = event.data["device"]
            if event.data["authentic"] == "forged":
                self.finding("scan.forged_code", device, event, clock)
            elif not genuine(event) or event.data["kind"] == "unknown":
                self.finding("scan.unknown_code", device, event, clock)
            elif event.data["kind"] == "condition":
                scans = [one for one in events if one.topic == "scan.recorded"]
                if Sessions(self.patrol.site, scans).checkpoint(event) is None:
                    self.finding("scan.stray_condition", device, event, clock)
            else:
                before, self.visits = self.visits, by_round(self.patrol.walk(events))
                self.look(clock)
                touched = {name for name in set(before) | set(self.visits)
                           if before.get(name) != self.visits.get(name)}
        elif event.topic == "visit.waived":
            touched = {event.data["round"]}
        elif event.topic.startswith("device."):
            touched = {round.name for round in self.patrol.rounds if round.start <= clock <= round.limit}
        for round in self.patrol.rounds:
            if round.name in touched and round.start <= clock:
                self.judge(round, events, clock)

    def reach(self, clock, events):
        for round in self.patrol.rounds:
            if round.over == clock:
                self.judge(round, events, clock)

    def judge(self, round, events, clock):
        result = self.patrol.result(round, self.visits, events, round.over <= clock)
        if round.over <= clock:
            self.tell(round, result, clock)

    def tell(self, round, result, clock):
        whole = result.status == "missed"
        missed = set() if whole else set(result.missed)
        before = self.missed.get(round.name, set())
        for checkpoint in round.route.checkpoints:
            key = f"{round.name} {checkpoint}"
            if checkpoint in before and checkpoint not in missed:
                self.book.clear("patrol.missed", key, clock)
            if checkpoint in missed and checkpoint not in before:
                self.book.hold("patrol.missed", key, checkpoint, clock)
        self.missed[round.name] = missed
        if whole and round.name not in self.whole:
            self.book.hold("patrol.round_missed", round.name, round.name, clock)
            self.whole.add(round.name)
        elif not whole and round.name in self.whole:
            self.book.clear("patrol.round_missed", round.name, clock)
            self.whole.discard(round.name)


def by_round(visits):
    found = {}
    for visit in visits:
        found.setdefault(visit.round.name, []).append(visit)
    return found


def figures(patrol, results, zone):
    """The KPIs: of every round that has closed, and of an open one its visits."""
    sums = {}
    for round in patrol.rounds:
        result = results[round.name]
        month = zone.month(round.end)
        visited = len(result.visited)
        for department in {None, round.route.department}:
            def add(kpi, numerator, denominator):
                sum = sums.setdefault((kpi, department, month), [0, 0])
                sum[0] += numerator
                sum[1] += denominator

            if not result.closed:
                add("patrol.completion", visited, visited)
                continue
            add("patrol.completion", visited, result.required)
            add("patrol.missed", len(result.missed), result.required)
            add("patrol.punctuality", visited - len(result.late), visited)
            if result.status not in ("unproven", "waived"):
                add("patrol.rounds", int(result.status in ("complete", "late")), 1)
    return [Figure(kpi, department, month, numerator, denominator, silent=denominator == 0)
            for (kpi, department, month), (numerator, denominator) in sums.items()]


CODES = {"scan.forged_code", "scan.unknown_code", "scan.stray_condition", "scan.unknown_guard", "scan.too_fast",
         "scan.out_of_order", "patrol.missed", "patrol.round_missed"}


class Expected:
    """What evaluate.md says is printed of the patrols of a file."""

    def __init__(self, site, lines, until=None):
        self.zone = zone = Zone(site["timezone"])
        events, first = read_events(lines, until)
        last = until if until is not None else events[-1].received
        patrol = Patrol(site, zone, first, last)
        stop = last if until is not None else max([last] + [round.over for round in patrol.rounds])
        if stop > last:
            patrol = Patrol(site, zone, first, stop)
        self.book = AlertBook(site, zone)
        watch = PatrolWatch(patrol, self.book)
        run(events, first, stop, self.book, [watch])
        self.results = {round.name: patrol.result(round, watch.visits, events, round.over <= stop)
                        for round in patrol.rounds}
        self.rounds = [self.results[round.name].row(round.name) for round in patrol.rounds
                       if round.start <= last and round.over <= stop]
        self.figures = figures(patrol, self.results, zone)
        self.patrol, self.visits, self.events, self.first, self.stop = patrol, watch.visits, events, first, stop

    def differences(self, got):
        return (compare_rows("rounds", self.rounds, got["rounds"], lambda row: row["round"])
                + compare_alerts(self.book, got["alerts"], CODES.__contains__, self.zone)
                + compare_figures(self.figures, got["kpis"], lambda kpi: kpi.startswith("patrol.")))
