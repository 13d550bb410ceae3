"""Generated months of hazards: conditions scanned and reported, steps in and out of turn, deadlines moved, met and
passed, what comes back after it was put right."""

import random
from datetime import date

from watch_kit import DAY, HOUR, MINUTE, EventMaker, Zone

ZONES = [("Asia/Shanghai", date(2026, 11, 25)), ("Asia/Shanghai", date(2026, 12, 20)),
         ("Europe/Berlin", date(2026, 10, 20)), ("America/New_York", date(2026, 2, 25)),
         ("Australia/Lord_Howe", date(2026, 3, 28)), ("America/Havana", date(2026, 10, 28))]
GUARDS = ["E1", "E2", "E3"]


def pick(some, chances):
    return some.random() < chances


class Month:
    """The events of one site."""

    def __init__(self, seed):
        self.some = some = random.Random(f"hazards {seed}")
        zone, first = some.choice(ZONES)
        self.zone = Zone(zone)
        self.first = self.zone.at(first, some.choice([0, 480, 1200]))
        self.days = some.choice([2, 5, 12, 40, 40, 80])
        self.checkpoints = [f"CP{n}" for n in range(some.randint(1, 4))]
        self.site = {
            "site": "gen", "name": "生成", "timezone": zone, "departments": [{"id": "security", "name": "安保"}],
            "people": [{"id": guard, "name": guard, "department": "security", "badges": [guard]} for guard in GUARDS],
            "places": [{"id": "hall", "name": "厅"}],
            "devices": [{"id": "scanner", "driver": "line-scanner", "role": "patrol"},
                        {"id": "pen", "driver": "memory-scanner", "role": "patrol", "guard": "E3"}],
            "checkpoints": [{"id": checkpoint, "name": checkpoint, "code": f"X{checkpoint}"}
                            for checkpoint in self.checkpoints],
            "conditions": [{"id": "normal", "name": "正常", "code": "OK"},
                           {"id": "blocked", "name": "堵塞", "hazard": "general", "code": "BL"},
                           {"id": "missing", "name": "缺失", "hazard": "major", "code": "MI"},
                           {"id": "odd", "name": "异样", "code": "OD"}],
            "alerts": {"device.offline": "off"},
        }
        rules = {}
        if pick(some, 0.5):
            rules["general"] = {"deadline": some.choice(["2h", "10h", "48h"])}
            rules["major"] = {"deadline": some.choice(["1h", "3h", "24h"]), "escalate_after": some.choice(["30m", "5h"])}
        if pick(some, 0.3):
            rules["minor"] = {"deadline": "7d"}
        if pick(some, 0.4):
            rules["verify_by_other"] = pick(some, 0.5)
        if pick(some, 0.4):
            rules["repeat_window"] = some.choice(["0s", "1d", "10d", "60d"])
        if rules:
            self.site["hazards"] = rules
        if pick(some, 0.1):
            self.site["alerts"][some.choice(["hazard.overdue", "hazard.repeat", "hazard.invalid_step"])] = "off"
        self.severities = sorted({"general", "major"} | ({"minor"} & set(rules)))
        self.maker = EventMaker("gen", self.zone)
        self.dumps = some.choice([None, None, None, HOUR, 8 * HOUR, 30 * HOUR])
        self.count = 0
        self.ids = []
        self.deadlines = []
        at = self.first
        while at < self.first + self.days * DAY and self.count < 160:
            at += some.choice([1000, MINUTE, 10 * MINUTE, HOUR, some.randint(0, 6 * HOUR), some.randint(0, self.days * DAY // 15)])
            at = at // 1000 * 1000 if pick(some, 0.8) else at
            if self.deadlines and pick(some, 0.06):
                ahead = [limit for limit in self.deadlines if at < limit < at + 3 * DAY]
                at = min(ahead) if ahead else at
            at = self.act(at)
        self.lines = self.maker.lines(lambda index: index % 5 == 0)
        self.until = None
        kind = some.random()
        if kind < 0.3:
            self.until = at + some.choice([0, HOUR, 5 * DAY, 40 * DAY])
        elif kind < 0.5:
            self.until = some.randint(self.first + (at - self.first) // 4, at)

    def name(self):
        self.count += 1
        return f"n{self.count:04d}"

    def act(self, at):
        some = self.some
        kind = some.choices(["scan", "report", "assign", "submit", "verify", "reject", "normal"],
                            [5, 3, 4, 6, 6, 2, 3])[0]
        if kind in ("scan", "normal"):
            return self.scans(at, kind)
        if kind == "report":
            self.report(at)
            return at
        id = some.choice(self.ids[-6:] if self.ids and pick(some, 0.85) else self.ids + ["H-none"])
        by = some.choice(GUARDS + ["boss"])
        data = {"hazard": id, "by": by}
        if kind == "assign":
            data["to"] = some.choice(GUARDS)
            if pick(some, 0.5):
                limit = at + some.choice([10 * MINUTE, HOUR, 5 * HOUR, 2 * DAY, 20 * DAY])
                self.deadlines.append(limit)
                data["deadline"] = self.zone.show(limit)
            if pick(some, 0.7):
                data["reason"] = "等备件"
            topic = "hazard.assigned"
        elif kind == "submit":
            topic, data["note"] = "hazard.submitted", "已整改"
        elif kind == "verify":
            topic, data["note"] = "hazard.verified", "合格"
        else:
            topic, data["reason"] = "hazard.rejected", "不合格"
        self.maker.client(topic, at, at, id, self.name(), **data)
        return at

    def report(self, at):
        some = self.some
        name = self.name()
        id = f"H-{self.count}" if pick(some, 0.5) else None
        if self.ids and pick(some, 0.08):
            id = some.choice(self.ids)
        data = {"severity": some.choice(self.severities), "description": "坏了", "by": some.choice(GUARDS)}
        if pick(some, 0.8):
            data["checkpoint"] = some.choice(self.checkpoints)
        else:
            data["place"] = "hall"
        if pick(some, 0.75):
            data["condition"] = some.choice(["blocked", "missing", "odd", "other"])
        if id is not None:
            data["hazard"] = id
        if pick(some, 0.4):
            limit = at + some.choice([10 * MINUTE, HOUR, 30 * HOUR, 10 * DAY])
            self.deadlines.append(limit)
            data["deadline"] = self.zone.show(limit)
        self.ids.append(id or name)
        self.maker.client("hazard.reported", at, at, id or name, name, **data)

    def scans(self, at, kind):
        """A guard names himself or not, scans a checkpoint, and says how it is."""
        some = self.some
        device = some.choice(["scanner", "scanner", "pen"])
        lag = some.choice([0, 0, 700, 1000])

        def scan(kind, value, code):
            name = self.name()
            received = at + lag
            if device == "pen" and self.dumps is not None:
                # It is read out now and then, and in order.
                received = self.first + -(-(at - self.first) // self.dumps) * self.dumps + 777
            self.maker.add("scan.recorded", at, received, {"device": device, "code": code, "kind": kind, "value": value,
                                                           "authentic": "registered"}, f"devices/{device}", value, name)
            return name

        if pick(some, 0.6):
            guard = some.choice(GUARDS)
            scan("person", guard, guard)
            at += some.choice([0, 2000])
        if pick(some, 0.93):
            checkpoint = some.choice(self.checkpoints)
            scan("checkpoint", checkpoint, f"X{checkpoint}")
            at += some.choice([1000, 30_000, 2 * MINUTE, 2 * MINUTE + 1000])
        for _ in range(some.choice([1, 1, 1, 2])):
            condition, code = ("normal", "OK") if kind == "normal" else some.choice(
                [("blocked", "BL"), ("missing", "MI"), ("missing", "MI"), ("odd", "OD")])
            name = scan("condition", condition, code)
            if condition in ("blocked", "missing"):
                self.ids.append(name)
            at += 1000
        return at + lag
