"""KPIs, rewards, coefficients and shares as incentives.md says, in exact fractions."""

from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import hazards
import patrol
from attendance import Oracle
from attendance_kpis import Figures
from attendance_world import History, Site
from watch_kit import AlertBook, Figure, Zone, compare_alerts, compare_figures, half_up, ratio, read_events, run


def number(value):
    """A decimal, or a percentage."""
    text = str(value)
    return Fraction(Decimal(text[:-1])) / 100 if text.endswith("%") else Fraction(Decimal(text))


class Periods:
    """Months, quarters and years by name: `2026-11`, `2026-Q4`, `2026`."""

    def __init__(self, zone):
        self.zone = zone

    def of_month(self, month, kind):
        year, number = month.split("-")
        return {"month": month, "quarter": f"{year}-Q{(int(number) + 2) // 3}", "year": year}[kind]

    def of(self, instant, kind):
        return self.of_month(self.zone.month(instant), kind)

    @staticmethod
    def kind(name):
        return "year" if len(name) == 4 else "quarter" if "Q" in name else "month"

    def within(self, name, kind):
        """The period of this kind that holds a named one; none where it is longer."""
        own = self.kind(name)
        if own == kind:
            return name
        if own == "year" or (own == "quarter" and kind == "month"):
            return None
        if own == "quarter":
            return name[:4]
        return self.of_month(name, kind)

    @staticmethod
    def months(name):
        """First month as a count since the year 0, and how many."""
        kind = Periods.kind(name)
        if kind == "year":
            return int(name) * 12, 12
        if kind == "quarter":
            return int(name[:4]) * 12 + (int(name[-1]) - 1) * 3, 3
        return int(name[:4]) * 12 + int(name[5:]) - 1, 1

    def midnight(self, month):
        return self.zone.at(date(month // 12, month % 12 + 1, 1))

    def bounds(self, name):
        first, count = self.months(name)
        return self.midnight(first), self.midnight(first + count)

    def following(self, name, steps=1):
        first, count = self.months(name)
        month = first + steps * count
        return self.of_month(f"{month // 12:04d}-{month % 12 + 1:02d}", self.kind(name))


class Known:
    """What is known at one moment: the modules' figures and the measures."""

    def __init__(self, world, now):
        self.world, self.now = world, now
        self.events = [event for event in world.events if event.received <= now]
        self.periods = world.periods
        self.monthly = {}
        if world.patrol is not None:
            visits = patrol.by_round(world.patrol.walk(self.events))
            some = [round for round in world.patrol.rounds if round.start <= now]
            results = {round.name: world.patrol.result(round, visits, self.events, round.over <= now)
                       for round in some}
            whole, world.patrol.rounds = world.patrol.rounds, some
            for figure in patrol.figures(world.patrol, results, world.zone):
                self.monthly.setdefault((figure.kpi, figure.department), {})[figure.period] = (
                    figure.numerator, figure.denominator)
            world.patrol.rounds = whole
        self.hazards = hazards.Hazards(world.site, AlertBook(world.site, world.zone))
        if self.events:
            run(self.events, world.first, now, self.hazards.book, [self.hazards])
        self.late = {}
        if world.attendance is not None and self.events:
            attendance = Figures(Oracle(world.attendance, History(world.lines, now)))
            for row in attendance.all():
                if row["kpi"] != "weekly.hours":
                    self.monthly.setdefault((row["kpi"], row["department"]), {})[row["period"]] = (
                        row["numerator"], row["denominator"])
            for instance, verdict in attendance.instances:
                if verdict.late:
                    self.late.setdefault(instance.person, []).append(f"{instance.day:%Y-%m}")
        self.measures = [event for event in self.events if event.topic == "measure.recorded"]

    def parts(self, kpi, period):
        """Numerator and denominator of a KPI of the site file in a period; None where there is nothing."""
        if "measure" in kpi:
            return self.measure(kpi["measure"], kpi.get("department"), period, kpi.get("aggregate", "mean"))
        name = kpi["of"]
        if name.startswith("hazard."):
            start, end = self.periods.bounds(period)
            if not self.hazards.all or start > self.now or min(
                    hazard.opened for hazard in self.hazards.all.values()) >= end:
                return None
            for figure in self.hazards.period(period, start, end, self.now):
                if figure.kpi == name:
                    return figure.numerator, figure.denominator
            return None
        months = [parts for month, parts in self.monthly.get((name, kpi.get("department")), {}).items()
                  if self.periods.within(month, self.periods.kind(period)) == period]
        if not months:
            return None
        fixed = 60 if name == "overtime.hours" else None
        return sum(parts[0] for parts in months), fixed or sum(parts[1] for parts in months)

    def value(self, kpi, period):
        parts = self.parts(kpi, period)
        return None if parts is None else ratio(*parts)

    def measured(self, measure, department, kind, person=None):
        """The events of a measure by the period in which they count."""
        found = {}
        for event in self.measures:
            data = event.data
            if data["measure"] != measure or (department is not None and data.get("department") != department):
                continue
            if person is not None and self.world.subjects[event.id] != person:
                continue
            named = data.get("period")
            period = self.periods.within(named, kind) if named else self.periods.of(event.time, kind)
            if period is not None:
                found.setdefault(period, []).append(event)
        return found

    def measure(self, measure, department, period, aggregate, person=None):
        some = self.measured(measure, department, self.periods.kind(period), person).get(period)
        if not some:
            return None
        values = [number(event.data["value"]) for event in some]
        if aggregate == "sum":
            return sum(values), 1
        if aggregate == "last":
            return number(max(some, key=lambda event: (event.time, event.index)).data["value"]), 1
        weights = [number(event.data.get("weight", 1)) for event in some]
        return sum(value * weight for value, weight in zip(values, weights)), sum(weights)

    def valued(self, kpi, kind):
        """Every period of this kind in which the KPI may have a value."""
        if "measure" in kpi:
            return sorted(self.measured(kpi["measure"], kpi.get("department"), kind))
        if kpi["of"].startswith("hazard."):
            if not self.hazards.all:
                return []
            period = self.periods.of(min(hazard.opened for hazard in self.hazards.all.values()), kind)
            found = []
            while self.periods.bounds(period)[0] <= self.now:
                found.append(period)
                period = self.periods.following(period)
            return found
        return sorted({self.periods.within(month, kind)
                       for month in self.monthly.get((kpi["of"], kpi.get("department")), {})})


class World:
    """A file of events, read as `evaluate` reads it."""

    def __init__(self, site, lines, until=None):
        self.site = site
        self.zone = Zone(site["timezone"])
        self.periods = Periods(self.zone)
        self.subjects = {raw["id"]: raw.get("subject") for raw in lines}
        self.patrol = self.attendance = None
        self.lines = lines
        if site.get("schedule"):
            self.attendance = Site(site)
            oracle = Oracle(self.attendance, History(lines, until))
            self.events, self.first = read_events(lines, until)
            self.stop = oracle.stop
        elif site.get("routes"):
            expected = patrol.Expected(site, lines, until)
            self.patrol, self.events = expected.patrol, expected.events
            self.first, self.stop = expected.first, expected.stop
        else:
            self.events, self.first = read_events(lines, until)
            self.stop = until if until is not None else self.events[-1].received


def better(kpi, value, limit):
    return value >= limit if kpi["better"] == "higher" else value <= limit


class Expected:
    """What evaluate.md says is printed of the figures of a file."""

    def __init__(self, site, lines, until=None):
        self.site = site
        self.world = World(site, lines, until)
        self.periods, self.zone, self.stop = self.world.periods, self.world.zone, self.world.stop
        self.now = Known(self.world, self.stop)
        self.kpis = {kpi["id"]: kpi for kpi in site.get("kpis", [])}
        self.pay = {one["id"]: number(one["performance_pay"]) for one in site["departments"]
                    if "performance_pay" in one}
        self.figures = [figure for kpi in self.kpis.values() for figure in self.rows(kpi)]
        self.statements = sorted(((rule["id"], period, half_up(max(amount, 0), 2))
                                  for rule in site.get("incentives", []) for period, amount in self.reward(rule)))
        self.checks = sorted((self.check(kpi) for kpi in self.kpis.values() if "verify_with" in kpi),
                             key=lambda check: check[0])
        self.book = AlertBook(site, self.zone)
        for kpi in self.kpis.values():
            if "target" in kpi:
                self.judge(kpi)
        self.positions, self.departments, self.people = self.coefficients()
        self.shares = self.share_out()

    def rows(self, kpi):
        for period in self.now.valued(kpi, kpi.get("period", "month")):
            parts = self.now.parts(kpi, period)
            if parts is not None:
                yield Figure(kpi["id"], kpi.get("department"), period, *parts, silent=not parts[1],
                             value_only="measure" in kpi)

    # The rewards

    def reward(self, rule):
        """Each period with its amount."""
        kpi = self.kpis.get(rule.get("kpi"))
        kind = rule.get("period") or (kpi or {}).get("period", "month")
        department = rule.get("department") or (kpi or {}).get("department")
        if rule["kind"] == "none_in":
            yield from self.none_in(rule, kind, department)
            return
        if rule["kind"] == "share":
            for period in sorted(self.now.measured(rule["measure"], rule.get("department"), kind)):
                total = self.now.measure(rule["measure"], rule.get("department"), period, "sum")[0]
                amount = number(rule["share"]) * total
                if "cap" in rule:
                    amount = min(amount, number(rule["cap"]) * self.pay[department])
                yield period, amount
            return
        for period in self.now.valued(kpi, kind):
            value = self.now.value(kpi, period)
            if value is not None:
                yield period, self.of_kpi(rule, kpi, value, department)

    def money(self, pay, department):
        return number(pay) * self.pay[department] if str(pay).endswith("%") else number(pay)

    def of_kpi(self, rule, kpi, value, department):
        if rule["kind"] == "threshold":
            return self.money(rule["pay"], department) if better(kpi, value, number(rule["at"])) else Fraction(0)
        baseline = number(kpi["baseline"])
        gain = value - baseline if kpi["better"] == "higher" else baseline - value
        if not rule.get("points", False):
            gain /= baseline
        if gain <= 0:
            return Fraction(0)
        if rule["kind"] == "per_step":
            steps = gain // number(rule["step"])
            return min(steps, rule.get("at_most", steps)) * self.money(rule["pay"], department)
        reached = [tier for tier in rule["tiers"] if number(tier["at"]) <= gain]
        if not reached:
            return Fraction(0)
        return self.money(max(reached, key=lambda tier: number(tier["at"]))["pay"], department)

    def none_in(self, rule, kind, department):
        some = [event for event in self.world.events if event.topic == rule["event"]
                and (department is None or event.data.get("department") == department)]
        period = self.periods.of(self.world.first, kind)
        while self.periods.bounds(period)[0] <= self.stop:
            start, end = self.periods.bounds(period)
            first, count = self.periods.months(period)
            if "months" in rule:
                start = self.periods.midnight(first + count - rule["months"])
            amount = Fraction(0)
            if not any(start <= event.time < end for event in some):
                if isinstance(rule["pay"], dict):
                    before = self.periods.midnight(first + count - rule["months"] - 36)
                    lost = sum((number(event.data.get("loss") or 0) for event in self.world.events
                                if event.topic == "incident.recorded" and before <= event.time < start
                                and (department is None or event.data.get("department") == department)), Fraction(0))
                    amount = number(rule["pay"]["share"]) * lost / 3
                else:
                    amount = self.money(rule["pay"], department)
            yield period, amount
            period = self.periods.following(period)

    # Whether a KPI is real

    def check(self, kpi):
        other = self.kpis[kpi["verify_with"]]
        last = self.periods.of(self.stop, kpi.get("period", "month"))
        pairs = []
        for back in range(6):
            period = self.periods.following(last, -back)
            one, two = self.now.value(kpi, period), self.now.value(other, period)
            if one is not None and two is not None:
                pairs.append((one, two))
        if len(pairs) < 4:
            return kpi["id"], other["id"], None, "open"
        first, second = ranks([one for one, _ in pairs]), ranks([two for _, two in pairs])
        middle = Fraction(len(pairs) + 1, 2)
        both = sum((one - middle) * (two - middle) for one, two in zip(first, second))
        squares = sum((one - middle) ** 2 for one in first) * sum((two - middle) ** 2 for two in second)
        if not squares:
            return kpi["id"], other["id"], None, "open"
        turned = both if kpi["better"] == other["better"] else -both
        strong = 4 * both * both >= squares
        says = "open" if not strong else "confirmed" if turned > 0 else "contradicted"
        with localcontext() as context:
            context.prec = 60
            root = (Decimal(squares.numerator) / Decimal(squares.denominator)).sqrt()
            value = Decimal(both.numerator) / Decimal(both.denominator) / root
        return kpi["id"], other["id"], half_up(Fraction(value).limit_denominator(10**40)), says

    # On the wrong side of a target

    def judge(self, kpi):
        period = self.periods.of(self.world.first, kpi.get("period", "month"))
        while self.periods.bounds(period)[1] <= self.stop:
            end = self.periods.bounds(period)[1]
            value = Known(self.world, end).value(kpi, period)
            if value is not None and not better(kpi, value, number(kpi["target"])):
                key = f"{kpi['id']} {kpi.get('department')} {period}"
                self.book.hold("kpi.below_target", key, kpi["id"], end,
                               also={event.id for event in self.world.events})
                after = self.periods.bounds(self.periods.following(period))[1]
                if after <= self.stop:
                    self.book.clear("kpi.below_target", key, after)
            period = self.periods.following(period)

    # The bonus

    def coefficients(self):
        given = self.site.get("coefficients", {})
        positions = {}
        if "positions" in given:
            table = given["positions"]
            points = {name: sum(map(number, factors.values())) for name, factors in table["points"].items()}
            step, floor = number(table["step"]), number(table.get("floor", 0))
            for name, sum_ in points.items():
                steps = number(table["top"]) * sum_ / max(points.values()) / step
                positions[name] = max(floor, (steps + Fraction(1, 2)) // 1 * step)
        heads = {one["id"]: one["headcount"] for one in self.site["departments"] if "headcount" in one}
        departments = {}
        for row in given.get("departments", []):
            id, score = row["department"], row["score"]
            if isinstance(score, list):
                total = Fraction(0)
                for part in score:
                    kpi = self.kpis[part["kpi"]]
                    value = self.now.value(kpi, self.periods.of(self.stop, kpi.get("period", "month")))
                    company = number(part["company"])
                    over = value if part["ratio"] == "plain" else company
                    under = company if part["ratio"] == "plain" else value
                    if total is None or value is None or not under:
                        total = None
                        continue
                    total += number(part["weight"]) * over / under
                score = total
            else:
                score = number(score)
            if score is not None and id in heads:
                average = Fraction(sum(heads.values()), len(heads))
                score *= average / heads[id] * Fraction(1, 5) + Fraction(4, 5)
            departments[id] = score
        people = {}
        if "people" in given:
            period = self.periods.of(self.stop, self.site.get("bonus", {}).get("period", "year"))
            for person in self.site["people"]:
                people[person["id"]] = self.person(person["id"], given["people"], period)
        return positions, departments, people

    def person(self, id, given, period):
        total = Fraction(0)
        for measure, weight in given["weights"].items():
            parts = self.now.measure(measure, None, period, "mean", id)
            if parts is None or not parts[1]:
                return None
            total += number(weight) * ratio(*parts)
        extra = Fraction(0)
        for measure, worth in given.get("extras", {}).items():
            extra += number(worth) * len(
                self.now.measured(measure, None, self.periods.kind(period), id).get(period, []))
        late = given.get("late")
        if late is not None and late["more_than"] < sum(
                self.periods.within(month, self.periods.kind(period)) == period for month in self.now.late.get(id, [])):
            extra += number(late["add"])
        return total * (1 + extra)

    def share_out(self):
        bonus = self.site.get("bonus")
        if bonus is None:
            return None
        cents = number(bonus["pool"]) * 100
        column = bonus.get("base", "base_pay")
        weights = {}
        for person in self.site["people"]:
            factors = [number(person.get(column) or 0), self.positions.get(person.get("position"), Fraction(1)),
                       self.departments.get(person.get("department"), Fraction(1)),
                       self.people.get(person["id"], Fraction(1))]
            weights[person["id"]] = Fraction(0)
            if None not in factors:
                weights[person["id"]] = factors[0] * factors[1] * factors[2] * factors[3]
        whole = sum(weights.values())
        if not whole:
            return dict.fromkeys(weights, "0.00")
        exact = {id: cents * weight / whole for id, weight in weights.items()}
        shares = {id: share // 1 for id, share in exact.items()}
        left = int(cents - sum(shares.values()))
        for id in sorted(exact, key=lambda id: (-(exact[id] - shares[id]), id))[:left]:
            shares[id] += 1
        return {id: half_up(share / 100, 2) for id, share in shares.items()}

    def differences(self, got):
        found = compare_figures(self.figures, got["kpis"], self.kpis.__contains__)
        rows = [(row["incentive"], row["period"], row["amount"]) for row in got["incentives"]]
        if rows != self.statements:
            found += [f"incentives: missing: {row}" for row in self.statements if row not in rows]
            found += [f"incentives: not expected: {row}" for row in rows if row not in self.statements]
            if not found:
                found.append(f"incentives: order: {rows}")
        checks = [(row["kpi"], row["with"], row["correlation"], row["says"]) for row in got["checks"]]
        if checks != self.checks:
            found.append(f"checks: expected {self.checks}, got {checks}")
        found += compare_alerts(self.book, got["alerts"], "kpi.below_target".__eq__, self.zone)
        coefficients = got.get("coefficients") or {}
        found += compare_map("positions", {name: str(value) for name, value in self.positions.items()},
                             {name: str(Fraction(Decimal(value))) for name, value in
                              (coefficients.get("positions") or {}).items()}, "1")
        found += compare_map("departments", {id: half_up(value) for id, value in self.departments.items()},
                             coefficients.get("departments") or {}, "1.000000")
        found += compare_map("people", {id: half_up(value) for id, value in self.people.items()},
                             coefficients.get("people") or {}, "1.000000")
        found += compare_map("shares", self.shares or {}, got.get("shares") or {}, None)
        return found


def ranks(values):
    """Ties by mean rank."""
    return [sum(other < value for other in values) + Fraction(sum(other == value for other in values) + 1, 2)
            for value in values]


def compare_map(name, expected, got, rest):
    """`rest`: what an entry that is not expected may be all the same."""
    found = []
    for key in sorted(set(expected) | set(got)):
        if key not in got:
            found.append(f"{name}: {key}: missing, expected {expected[key]}")
        elif key not in expected:
            if got[key] != rest:
                found.append(f"{name}: {key}: not expected: {got[key]}")
        elif expected[key] != got[key]:
            found.append(f"{name}: {key}: expected {expected[key]}, got {got[key]}")
    return found
