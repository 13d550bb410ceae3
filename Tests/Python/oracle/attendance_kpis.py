"""The month's figures, from the records that have closed."""

from datetime import date, timedelta
from fractions import Fraction

from attendance import Verdict
from attendance_world import DAY, MINUTE, WEEKDAYS


def shown(numerator, denominator):
    """Half up to six decimals, as a string; null where the denominator is 0."""
    if denominator == 0:
        return None
    millionths = int(Fraction(numerator * 1_000_000, denominator) + Fraction(1, 2))
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


class Figures:
    def __init__(self, oracle):
        self.oracle, self.site, self.stop = oracle, oracle.site, oracle.stop
        self.instances, self.overtimes = [], []
        months = set()
        for person in self.site.people:
            state = oracle.state(person)
            for i in filter(oracle.exists, state.instances):
                verdict = Verdict(self.site, i, oracle.vouching(), self.stop)
                if verdict.closed:
                    months.add((i.day.year, i.day.month))
                    if not verdict.unproven:
                        self.instances.append((i, verdict))
            for r in filter(oracle.exists, state.overtimes):
                if r.closes <= self.stop:
                    months.add((r.day.year, r.day.month))
                    self.overtimes.append(r)
        self.months = sorted(months)

    def all(self):
        rows = []
        for month in self.months:
            for department in [None] + self.site.departments:
                rows += self.of_month(month, department)
        rows += self.weekly()
        return sorted(rows, key=lambda r: (r["kpi"], r["department"] or "", r["period"], r.get("person", "")))

    def of_month(self, month, department):
        def ours(x):
            return (x.day.year, x.day.month) == month and department in (None, self.site.people[x.person])

        mine = [(i, v) for i, v in self.instances if ours(i)]
        on_duty = [(i, v) for i, v in mine if not i.wholly]
        by_rate = {"1.5": 0, "2": 0, "3": 0}
        for x in [i for i, _ in mine] + [r for r in self.overtimes if ours(r)]:
            for rate, minutes in x.overtime.items():
                by_rate[rate] += minutes
        people = [p for p, d in self.site.people.items() if department in (None, d)]
        last = date(month[0] + month[1] // 12, month[1] % 12 + 1, 1) - timedelta(days=1)
        flexible = [p for p in people if self.site.plan(p, last, self.oracle.state(p).assigned)[1]]
        figures = {
            "attendance.rate": (sum(1 for i, _ in on_duty if i.punches), len(on_duty)),
            "late.rate": (sum(1 for _, v in on_duty if v.late), len(on_duty)),
            "leave.rate": (sum(i.leave for i, _ in mine), sum(i.scheduled for i, _ in mine)),
            "overtime.hours": (sum(by_rate.values()), 60),
            "flexible.coverage": (len(flexible), len(people)),
            "post.coverage": self.posts(month, department),
        }
        rows = []
        for kpi, (numerator, denominator) in figures.items():
            row = {
                "kpi": kpi, "department": department, "period": f"{month[0]:04d}-{month[1]:02d}",
                "numerator": numerator, "denominator": denominator, "value": shown(numerator, denominator)}
            if kpi == "overtime.hours":
                row["byRate"] = by_rate
            rows.append(row)
        return rows

    def posts(self, month, department):
        covered = whole = 0
        for post in self.site.posts:
            if department not in (None, post["department"]):
                continue
            day = date(month[0], month[1], 1)
            while day.month == month[1]:
                if WEEKDAYS[day.weekday()] in post.get("days", WEEKDAYS):
                    part, total = self.post_on(post, day)
                    covered, whole = covered + part, whole + total
                day += timedelta(days=1)
        return covered, whole

    def has_been(self, shift, S, E):
        """Whether a date's shift has been: as for an instance of it, by its window."""
        opens, closes = S - shift.opens, E + shift.closes
        return opens <= self.oracle.history.horizon and self.oracle.history.start <= closes <= self.stop

    def post_on(self, post, day):
        shift = self.site.shifts[post["shift"]]
        S, E = shift.span(self.site.place, day)
        if not self.has_been(shift, S, E):
            return 0, 0
        spans = [
            (max(S, i.in_.time), min(E, i.out.time)) for i, _ in self.instances
            if i.day == day and i.shift.id == shift.id and self.site.people[i.person] == post["department"]
            and i.in_ and i.out
        ]
        marks = sorted({S, E} | {m for span in spans for m in span if S <= m <= E})
        enough = sum(
            b - a for a, b in zip(marks, marks[1:])
            if sum(1 for x, y in spans if x <= a and b <= y) >= post["required"])
        return enough // MINUTE, (E - S) // MINUTE

    def weekly(self):
        worked = {}
        for i, _ in self.instances:
            year, week, _ = i.day.isocalendar()
            key = (i.person, f"{year:04d}-W{week:02d}")
            worked[key] = worked.get(key, 0) + i.worked
        return [
            {"kpi": "weekly.hours", "department": self.site.people[person], "person": person, "period": week,
             "numerator": minutes, "denominator": 60, "value": shown(minutes, 60)}
            for (person, week), minutes in worked.items()
        ]
