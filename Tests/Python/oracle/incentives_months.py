"""Generated sites that pay by what they measure: years of measures and incidents, or the months of the patrols and
hazards with KPIs, rewards and shares on top."""

import random
from datetime import date

import generate_attendance
import hazards_months
import patrol_months
from watch_kit import DAY, HOUR, MINUTE, EventMaker, Zone, moment

PATROL = ["patrol.completion", "patrol.rounds", "patrol.punctuality", "patrol.missed"]
ATTENDANCE = ["attendance.rate", "late.rate", "leave.rate", "flexible.coverage", "post.coverage"]
HAZARD_RATES = ["hazard.remediation", "hazard.stock", "hazard.ontime", "hazard.repeat"]
POSITIONS = {"regional": [20, 15, 15, 20], "product": [18, 15, 14, 18], "store": [15, 12, 12, 15],
             "purchasing": [12, 10, 15, 12], "administration": [10, 8, 10, 10]}
FACTORS = ["responsibility", "skill", "workload", "contribution"]
PERIODS = ["month", "month", "quarter", "year"]


def pick(some, chances):
    return some.random() < chances


def percent(some, low, high):
    return f"{some.randint(low * 2, high * 2) / 2:g}%"


class Month:
    """The events of one site: `seed % 4` says what there is."""

    def __init__(self, seed):
        self.some = some = random.Random(f"incentives {seed}")
        self.measures = []
        if seed % 4 == 0:
            self.years()
        elif seed % 4 == 3:
            self.attendance(seed)
        else:
            base = (patrol_months if seed % 4 == 1 else hazards_months).Month(seed)
            self.site, self.lines, self.until, self.zone = base.site, base.lines, base.until, base.zone
        for department in self.site["departments"]:
            if pick(some, 0.8):
                department["headcount"] = some.randint(1, 60)
            department["performance_pay"] = some.choice(["38000.00", "12345.67", "9999.99", "501.01"])
        self.departments = [one["id"] for one in self.site["departments"]]
        self.site["kpis"] = [self.kpi(f"k{n}", seed % 4) for n in range(some.randint(1, 6))]
        for kpi in self.site["kpis"]:
            others = [one["id"] for one in self.site["kpis"] if one is not kpi]
            if others and pick(some, 0.6):
                kpi["verify_with"] = some.choice(others)
        self.improved = set()
        rules = [self.rule(f"{some.choice('abc')}{n}") for n in range(some.randint(1, 7))]
        self.site["incentives"] = [rule for rule in rules if rule]
        self.bonus()

    def attendance(self, seed):
        """A month of punches, and what is measured of the people."""
        some = self.some
        self.site, self.lines, self.until = generate_attendance.month(seed)
        self.zone = Zone(self.site["timezone"])
        self.site.setdefault("alerts", {})
        maker = EventMaker(self.site["site"], self.zone)
        receipts = [moment(line.get("recordedtime", line["time"])) for line in self.lines]
        for person in self.site["people"]:
            person["position"] = some.choice([*POSITIONS, "other"])
            person["base_pay"] = some.choice(["5000.00", "7200.50", "3333.33"])
            for name in ("completion", "quality", "timeliness", "idea"):
                if pick(some, 0.95) and receipts:
                    at = some.randint(min(receipts), max(receipts))
                    maker.client("measure.recorded", at, at, person["id"], f"m-{person['id']}-{name}",
                                 measure=name, value=some.choice([1, 0.9, 1.25]))
        extra = [(moment(line["recordedtime"]), line) for line in maker.lines()]
        merged, clock = [], 0
        for line in self.lines:
            clock = max(clock, moment(line.get("recordedtime", line["time"])))
            merged += [line for at, line in extra if at < clock]
            extra = [(at, line) for at, line in extra if at >= clock]
            merged.append(line)
        self.lines = merged + [line for _, line in extra]

    def years(self):
        """Measures and incidents, in the order in which they happen."""
        some = self.some
        zone = some.choice(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Havana"])
        self.zone = Zone(zone)
        people = [{"id": f"E{n}", "name": f"人{n}", "department": some.choice(["hr", "ops"]), "badges": [],
                   **({"position": some.choice([*POSITIONS, "other"])} if pick(some, 0.9) else {}),
                   **({"base_pay": some.choice(["5000.00", "7200.50", "3333.33"])} if pick(some, 0.9) else {})}
                  for n in range(some.randint(1, 6))]
        self.site = {"site": "gen", "name": "生成", "timezone": zone, "people": people,
                     "departments": [{"id": one, "name": one} for one in ("hr", "ops", "buy")]}
        maker = EventMaker("gen", self.zone)
        first = self.zone.at(date(2025 if pick(some, 0.6) else 2022, some.randint(1, 12), some.randint(1, 28)), 600)
        at, days = first, some.choice([20, 100, 200, 400, 1500])
        self.measures = ["days", "score", "rate", "saving"]
        while at < first + days * DAY:
            at += some.randint(1, max(1, days * 24 // some.choice([40, 150, 300]))) * HOUR + some.randint(0, 50) * MINUTE + 1000
            kind = some.random()
            department = some.choice(["hr", "ops", "buy", None])
            if kind < 0.65:
                self.measure(maker, at, some.choice(self.measures), department)
            elif kind < 0.85:
                name = some.choice(["completion", "quality", "timeliness", "idea", "star"])
                person = some.choice(people)["id"]
                data = {"measure": name, "value": some.choice([1, 0.95, 1.1, 0.3333, "1.05"])}
                if pick(some, 0.3):
                    data["period"] = self.zone.local(at).strftime(some.choice(["%Y", "%Y-%m"]))
                maker.client("measure.recorded", at, at, person, **data)
            else:
                data = {"incident": f"I-{at}", "severity": "minor"}
                if pick(some, 0.7):
                    data["loss"] = some.choice(["12500.00", 333.33, 0, "1.01"])
                if department:
                    data["department"] = department
                maker.client("incident.recorded", at, at, None, **data)
        self.lines = maker.lines(lambda index: index % 2 == 0)
        self.until = some.choice([None, None, at + 3 * HOUR, at + 50 * DAY])

    def measure(self, maker, at, name, department):
        some = self.some
        value = {"days": lambda: some.choice([1, 2, 2.5, 3, 3.25, 4]), "score": lambda: some.randint(60, 100),
                 "rate": lambda: some.choice([0.5, 0.65, 0.7, 0.9496, 0.95, 1]),
                 "saving": lambda: some.choice(["1234.56", "-200.00", 10000, "0.05", "77777.77"])}[name]()
        data = {"measure": name, "value": value}
        if department:
            data["department"] = department
        if pick(some, 0.3):
            data["weight"] = some.choice([1, 2, 0.5, 3])
        if pick(some, 0.3):
            local = self.zone.local(at - some.choice([0, 0, 20 * DAY]))
            data["period"] = some.choice([f"{local:%Y-%m}", f"{local:%Y-%m}", f"{local:%Y}-Q{(local.month + 2) // 3}", f"{local:%Y}"])
        time = at - some.choice([0, 0, 0, HOUR, 10 * DAY])
        maker.client("measure.recorded", time, at, department, **data)

    def kpi(self, id, kind):
        some = self.some
        kpi = {"id": id, "name": f"指标{id}", "period": some.choice(["month", *PERIODS]), "better": some.choice(["higher", "lower"])}
        if kind == 0:
            kpi["measure"] = some.choice(self.measures)
            if pick(some, 0.6):
                kpi["aggregate"] = some.choice(["mean", "sum", "last"])
            rate = kpi["measure"] == "rate"
        else:
            kpi["of"] = some.choice({1: PATROL, 2: HAZARD_RATES * 2 + ["hazard.overdue", "hazard.leadtime"],
                                     3: ATTENDANCE + ["overtime.hours"]}[kind])
            rate = kpi["of"] in PATROL + HAZARD_RATES + ATTENDANCE
            if kind == 2 and pick(some, 0.3):
                kpi["of"] += some.choice([".major", ".general"])
        self.figure = (lambda: percent(some, 20, 99)) if rate else (lambda: some.choice([1, 2.5, 3, 80, 100]))
        if pick(some, 0.6):
            kpi["department"] = some.choice(self.departments)
        if pick(some, 0.8):
            kpi["baseline"] = self.figure()
        if pick(some, 0.6):
            kpi["target"] = self.figure()
        return kpi

    def rule(self, id):
        some = self.some
        kpi = some.choice(self.site["kpis"])
        kind = some.choice(["threshold", "per_step", "tiers", "share", "none_in"])
        rule = {"id": id, "kind": kind}
        if pick(some, 0.3):
            rule["period"] = some.choice(PERIODS)
        pays = lambda: some.choice(["1500", "99.99", percent(some, 1, 20), "3.5%"])  # noqa: E731
        if kind in ("share", "none_in"):
            rule["department"] = some.choice(self.departments)
        elif "department" not in kpi or pick(some, 0.2):
            rule["department"] = some.choice(self.departments)
        if kind == "share":
            if not self.measures:
                return None
            rule |= {"measure": "saving", "share": percent(some, 1, 30)}
            if pick(some, 0.5):
                rule["cap"] = percent(some, 1, 30)
            return rule
        if kind == "none_in":
            rule |= {"event": "incident.recorded", "pay": pays()}
            if pick(some, 0.6):
                rule["months"] = some.choice([1, 2, 6, 18])
                if pick(some, 0.6):
                    rule["pay"] = {"share": percent(some, 1, 30), "of": "loss_before"}
            return rule
        rule["kpi"] = kpi["id"]
        percents = str(kpi.get("baseline", kpi.get("target", ""))).endswith("%")
        amounts = ("hazard.overdue", "hazard.leadtime", "overtime.hours")
        rate = percents or kpi.get("measure") == "rate" or ("of" in kpi and not kpi["of"].startswith(amounts))
        if kind == "threshold":
            base = kpi.get("baseline")
            at = percent(some, 20, 99) if rate else some.choice([1, 2.5, 3, 80])
            if base is not None and pick(some, 0.9):
                at = base
            rule |= {"at": at, "pay": pays()}
            return rule
        if "baseline" not in kpi or kpi["id"] in self.improved:
            return None
        self.improved.add(kpi["id"])
        if kind == "tiers":
            steps = sorted(some.sample([1, 5, 10, 20, 30, 50], some.randint(1, 3)))
            rule["tiers"] = [{"at": f"{step}%", "pay": pays()} for step in steps]
            return rule
        rule |= {"step": some.choice(["10%", "5%", "2.5%", "33%"]), "pay": pays()}
        if pick(some, 0.4):
            rule["points"] = True
            if not rate:
                rule["step"] = some.choice([1, 0.25, 5])
        if pick(some, 0.5):
            rule["at_most"] = some.randint(1, 5)
        return rule

    def bonus(self):
        some, site = self.some, self.site
        if pick(some, 0.3):
            return
        coefficients = {}
        if pick(some, 0.8):
            coefficients["positions"] = {
                "factors": dict(zip(FACTORS, [20, 15, 15, 20])), "top": some.choice([1.5, 2]),
                "step": some.choice([0.1, 0.05, 0.25]), "floor": some.choice([1.0, 0.8]),
                "points": {name: dict(zip(FACTORS, points)) for name, points in POSITIONS.items() if pick(some, 0.9)}}
            if not coefficients["positions"]["points"]:
                del coefficients["positions"]
        rows = []
        for department in self.departments:
            if pick(some, 0.6):
                kpis = [kpi for kpi in site["kpis"] if pick(some, 0.5)]
                score = some.choice([1.1, 0.9, 1]) if not kpis or pick(some, 0.4) else [
                    {"kpi": kpi["id"], "company": some.choice([85, 0.9, 3]), "weight": some.choice(["40%", "30%"]),
                     "ratio": some.choice(["plain", "inverse"])} for kpi in kpis]
                rows.append({"department": department, "score": score})
        if rows:
            coefficients["departments"] = rows
        if (self.measures or "schedule" in site) and pick(some, 0.7):
            coefficients["people"] = {
                "weights": some.choice([{"completion": "40%", "quality": "30%", "timeliness": "30%"}, {"completion": "100%"}]),
                "extras": {"idea": 0.10, "star": 0.05}, "late": {"more_than": some.choice([0, 2, 5]), "add": -0.05}}
            if pick(some, 0.3):
                del coefficients["people"]["extras"]
        if coefficients:
            site["coefficients"] = coefficients
        if pick(some, 0.8):
            site["bonus"] = {"pool": some.choice(["200000.00", "1000.01", "0.07"]), "period": some.choice(PERIODS)}
            if not self.measures and "schedule" not in site:
                for person in site["people"]:
                    person["base_pay"] = some.choice(["5000.00", "4321.09"])
