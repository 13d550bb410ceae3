"""Attendance's alerts: every moment judged anew on what was known at that moment."""

from datetime import date, timedelta
from fractions import Fraction

from attendance import BEGINS, Verdict
from attendance_world import HOUR, MINUTE, WEEKDAYS


def on_site(state):
    """The spans for which a person is on site: from a punch that begins to the next that ends, and no longer than its
    window's end. A punch without a direction takes its turn among the counted punches of the window."""
    turns = sorted(
        ((p.time, p.number, p.direction in BEGINS or (p.direction == "unknown" and n % 2 == 0), window.closes)
         for window in state.instances + state.overtimes for n, p in enumerate(window.punches)))
    spans, begun, end = [], None, None
    for time, _, begins, closes in turns:
        if begun is not None and (not begins or end < time):
            spans.append((begun, min(time, end)))
            begun = None
        if begins:
            begun, end = (time if begun is None else begun), closes
    if begun is not None:
        spans.append((begun, end))
    return spans


class Book:
    """Raised and cleared, once for a key while it lasts."""

    def __init__(self, site):
        self.site, self.active, self.all = site, {}, []

    def lift(self, code, key, subject, now, evidence=(), until=None):
        if self.site.off(code):
            return
        if (code, key) in self.active:
            self.active[(code, key)]["evidence"] |= set(evidence)
            return
        alert = {"code": code, "subject": subject, "raised": now, "cleared": None, "evidence": set(evidence)}
        alert["until"] = until
        self.active[(code, key)] = alert
        self.all.append(alert)

    def has(self, code, key):
        return (code, key) in self.active

    def drop(self, code, key, now):
        alert = self.active.pop((code, key), None)
        if alert:
            alert["cleared"] = now

    def reach(self, now):
        """What ends by itself at a moment."""
        for name, alert in list(self.active.items()):
            if alert["until"] is not None and alert["until"] <= now:
                alert["cleared"] = alert["until"]
                del self.active[name]

    def deadlines(self):
        return [a["until"] for a in self.active.values() if a["until"] is not None]


class PersonWatch:
    """One person's alerts through the history."""

    def __init__(self, oracle, person):
        self.oracle, self.site, self.person = oracle, oracle.site, person
        self.book = Book(oracle.site)
        self.was_late, self.was_short, self.was_loose = set(), set(), set()
        self.run()

    def run(self):
        oracle = self.oracle
        steps = sorted({e.number for e in oracle.relevant[self.person]} | {e.number for e in oracle.links})
        clock = {e.number: e.clock for e in oracle.history.events}
        now, known = oracle.history.start, 0
        for number in steps + [None]:
            end = oracle.stop if number is None else clock[number]
            self.wait(known, now, end)
            if number is not None:
                known, now = number + 1, end
                self.judge(known, now, heard=True)

    def wait(self, known, after, until):
        """The deadlines after a moment, up to another and including it, nothing new being heard."""
        site, book = self.site, self.book
        state = self.oracle.state(self.person, known)
        first = after
        moments = set()
        for i in state.instances:
            moments |= {i.start + i.shift.no_show, i.closes, i.closes + site.lateness}
            if i.in_:
                moments.add(i.in_.time + self.long_limit())
        midnight = site.place.next_midnight(after - 1)
        while midnight <= until:
            moments.add(midnight)
            midnight = site.place.next_midnight(midnight)
        for now in sorted(m for m in moments if first < m <= until):
            book.reach(now)
            for i in filter(self.oracle.exists, state.instances):
                if now == i.start + i.shift.no_show:
                    self.no_show(known, i, now)
            self.judge(known, now, heard=False)
            local = site.place.local(now)
            if local.weekday() == 0 and now == site.place.moment(local.date(), 0):
                self.week(state, local.date(), now)

    def long_limit(self):
        return self.site.limit("attendance.long_shift", "limit", 12 * HOUR)

    def no_show(self, known, i, now):
        vouching = self.oracle.vouching(known)
        if not i.punches and not i.wholly and vouching.anybody(i.start, i.start):
            self.book.lift("attendance.no_show", i.key, self.person, now)
            self.book.active.get(("attendance.no_show", i.key), {})["start"] = i.start

    def judge(self, known, now, heard):
        site, book, person = self.site, self.book, self.person
        state, vouching = self.oracle.state(person, known), self.oracle.vouching(known)
        tomorrow = site.place.next_midnight(now)
        late, short = set(), set()
        site_spans = on_site(state)
        instances = [i for i in state.instances if self.oracle.exists(i)]
        for code, key in list(book.active):
            # A record that is assigned away has no punch missing any more, and nobody is there for it.
            if code in ("attendance.missing_punch", "attendance.long_shift") and key not in {i.key for i in instances}:
                book.drop(code, key, now)
        for i in instances:
            if i.punches or i.wholly or i.start > book.active.get(("attendance.no_show", i.key), {}).get("start", 1 << 60):
                book.drop("attendance.no_show", i.key, now)
            verdict = Verdict(site, i, vouching, now)
            if i.late and vouching.anybody(i.start - 30 * MINUTE, i.start + i.shift.grace_in):
                late.add(i.key)
                if i.key not in self.was_late or book.has("attendance.late", i.key):
                    book.lift("attendance.late", i.key, person, now, [i.in_.event], tomorrow)
            missing = verdict.closed and {"missing_in", "missing_out"} & set(verdict.status)
            if missing:
                book.lift("attendance.missing_punch", i.key, person, now, [p.event for p in i.punches])
            else:
                book.drop("attendance.missing_punch", i.key, now)
            if i.in_ and i.in_.time + self.long_limit() <= now < i.closes and any(a <= now < b for a, b in site_spans):
                book.lift("attendance.long_shift", i.key, person, now, [i.in_.event])
            else:
                book.drop("attendance.long_shift", i.key, now)
        least = site.limit("attendance.short_rest", "limit", 11 * HOUR)
        for first, second in zip(instances, instances[1:]):
            if first.out and second.in_ and (second.in_.time - first.out.time) // MINUTE * MINUTE < least:
                pair = (first.key, second.key)
                short.add(pair)
                if pair not in self.was_short:
                    evidence = [first.out.event, second.in_.event]
                    book.lift("attendance.short_rest", person, person, now, evidence, tomorrow)
        loose = {p.event for p in state.unscheduled}
        fresh = loose - self.was_loose
        if fresh and site.has_schedule(person, state.assigned):
            book.lift("punch.off_schedule", person, person, now, fresh, tomorrow)
        self.was_late, self.was_short, self.was_loose = late, short, loose

    def week(self, state, monday, now):
        """At Monday 00:00: the hours owed by whoever was flexible throughout the week that ended."""
        site = self.site
        days = [monday - timedelta(days=n) for n in range(7, 0, -1)]
        plans = [site.plan(self.person, d, state.assigned) for d in days]
        hours = plans[-1][2]
        if not all(plan[1] for plan in plans) or hours is None:
            return
        owed = 5
        for d in days:
            a, b = site.place.moment(d, 0), site.place.moment(d, 24 * 60)
            if site.is_working_day(d) and any(x <= a and b <= y for x, y in state.leave):
                owed -= 1
        worked = sum(i.worked for i in state.instances if i.day in days and self.oracle.exists(i))
        if worked * 5 < Fraction(str(hours)) * 60 * owed:
            until = site.place.moment(monday + timedelta(days=7), 0)
            key = (self.person, monday)
            self.book.lift("attendance.weekly_hours", key, self.person, now, [], until)


class PostWatch:
    """One post's date: whether enough people are on site."""

    def __init__(self, oracle, post, day):
        self.oracle, self.site, self.post, self.day = oracle, oracle.site, post, day
        self.shift = self.site.shifts[post["shift"]]
        self.S, self.E = self.shift.span(self.site.place, day)
        self.after = self.site.limit("coverage.below", "after", 5 * MINUTE)
        self.book = Book(self.site)
        self.people = [p for p, d in self.site.people.items() if d == post["department"]]
        if self.E > oracle.history.start and self.S <= oracle.stop:
            self.run()

    def run(self):
        oracle = self.oracle
        steps = sorted({e.number for p in self.people for e in oracle.relevant[p]})
        clock = {e.number: e.clock for e in oracle.history.events}
        now, known = oracle.history.start, 0
        if self.S <= now:
            self.judge([], now)
        for number in steps + [None]:
            end = oracle.stop if number is None else clock[number]
            if end >= self.S and now <= self.E:
                self.wait(known, now, end)
            if number is not None:
                known, now = number + 1, end
                if self.S <= now <= self.E:
                    self.judge(self.spans(known), now)

    def spans(self, known):
        return [
            span for p in self.people
            if any(i.day == self.day and i.shift.id == self.shift.id for i in self.oracle.state(p, known).instances)
            for span in on_site(self.oracle.state(p, known))
        ]

    def wait(self, known, after, until):
        spans = self.spans(known)
        marks = {self.S} | {m for span in spans for m in span}
        moments = {m + self.after for m in marks} | marks | {self.E}
        first = after
        for now in sorted(m for m in moments if first < m <= until and self.S <= m <= self.E):
            self.judge(spans, now)

    def judge(self, spans, now):
        key = (self.post["id"], self.day)
        if now >= self.E or self.count(spans, now) >= self.post["required"]:
            self.book.drop("coverage.below", key, now)
            return
        since = now
        for m in sorted({self.S} | {m for span in spans for m in span if self.S <= m <= now}, reverse=True):
            if self.count(spans, m) >= self.post["required"]:
                break
            since = m
        if now - since >= self.after:
            self.book.lift("coverage.below", key, self.post["id"], now)

    @staticmethod
    def count(spans, moment):
        return sum(1 for a, b in spans if a <= moment < b)


def alerts(oracle):
    """Every alert of attendance, as evaluate prints them (evidence as a sorted list)."""
    found = []
    for person in oracle.site.people:
        found += PersonWatch(oracle, person).book.all
    for post in oracle.site.posts:
        for day in oracle.days:
            if WEEKDAYS[day.weekday()] in post.get("days", WEEKDAYS):
                found += PostWatch(oracle, post, day).book.all
    text = oracle.site.place.text
    rows = [{
        "code": a["code"], "subject": a["subject"], "raised": text(a["raised"]),
        "cleared": text(a["cleared"]) if a["cleared"] is not None else None, "evidence": sorted(a["evidence"]),
        "at": a["raised"]} for a in found]
    rows.sort(key=lambda r: (r["at"], r["code"], r["subject"], r["evidence"]))
    for row in rows:
        del row["at"]
    return rows
