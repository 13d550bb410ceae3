"""Generated sites and months of patrols: guards who are on time, late, too fast, in the wrong order or asleep;
scanners that tell at once, tell in the morning, tell too late or break; and codes that nobody should trust."""

import random
from datetime import date, timedelta

from patrol import Patrol
from watch_kit import DAY, HOUR, MINUTE, WEEKDAYS, EventMaker, Zone

# A zone, and dates near which its clocks change or do not.
ZONES = [
    ("Asia/Shanghai", [date(2026, 11, 2), date(2026, 12, 30), date(2027, 2, 26)]),
    ("Asia/Shanghai", [date(2026, 9, 29)]),
    ("Europe/Berlin", [date(2026, 3, 28), date(2026, 10, 24)]),
    ("America/New_York", [date(2026, 3, 7), date(2026, 10, 31)]),
    ("Australia/Lord_Howe", [date(2026, 4, 4), date(2026, 10, 3)]),
    ("America/Santiago", [date(2026, 4, 4), date(2026, 9, 5)]),
    ("Asia/Kolkata", [date(2026, 6, 29)]),
]
DRIVERS = ["line-scanner", "memory-scanner", "auto", "hid-pos", "memory-scanner"]


def pick(some, chances):
    return some.random() < chances


def make_site(some):
    zone, dates = some.choice(ZONES)
    people = [{"id": f"E{100 + n}", "name": f"警卫{n}", "department": some.choice(["security", "office"]),
               "badges": [str(1000 + n)]} for n in range(some.randint(2, 6))]
    people[0]["department"] = "security"
    places = [f"p{n}" for n in range(some.randint(2, 5))]
    travel = {}
    for here in places:
        for there in places:
            if here != there and (there, here) not in travel and pick(some, 0.6):
                travel[here, there] = some.choice(["30s", "1m", "2m", "4m", "10m"])
                if pick(some, 0.2):
                    travel[there, here] = some.choice(["30s", "3m"])
    checkpoints = []
    for n in range(some.randint(2, 7)):
        checkpoint = {"id": f"CP{n:02d}", "name": f"点{n}"}
        if pick(some, 0.85):
            checkpoint["place"] = some.choice(places)
        if pick(some, 0.6):
            checkpoint["code"] = f"XF-{n}"
        checkpoints.append(checkpoint)
    devices = []
    for n in range(some.randint(1, 4)):
        device = {"id": f"scanner-{n}", "driver": some.choice(DRIVERS), "role": some.choice(["patrol", "patrol", "both", "clock"])}
        if pick(some, 0.25):
            device["memory"] = pick(some, 0.5)
        if pick(some, 0.2):
            device["guard"] = some.choice(people)["id"]
        devices.append(device)
    routes = [make_route(some, f"{some.choice('abcxyz')}-{n}", people, checkpoints, devices)
              for n in range(some.choice([1, 1, 2, 2, 3, 4]))]
    site = {
        "site": "gen", "name": "生成", "timezone": zone, "language": some.choice(["zh-Hans", "en"]),
        "departments": [{"id": "security", "name": "安保"}, {"id": "office", "name": "办公"}],
        "people": people, "places": [{"id": place, "name": place} for place in places],
        "travel": [{"from": here, "to": there, "at_least": least} for (here, there), least in travel.items()],
        "devices": devices, "checkpoints": checkpoints,
        "conditions": [{"id": "normal", "name": "正常"}, {"id": "odd", "name": "异样", "code": "YY"}],
        "routes": routes, "alerts": {"device.offline": "off"},
    }
    if pick(some, 0.5):
        rules = {}
        if pick(some, 0.5):
            rules["guard_session"] = some.choice(["30m", "2h", "12h"])
        if pick(some, 0.5):
            rules["condition_window"] = some.choice(["30s", "5m"])
        if pick(some, 0.5):
            rules["count_suspect"] = pick(some, 0.6)
        site["patrol"] = rules
    if pick(some, 0.15):
        site["alerts"][some.choice(["scan.too_fast", "patrol.missed", "patrol.round_missed", "scan.unknown_guard"])] = "off"
    return site, some.choice(dates)


def make_route(some, id, people, checkpoints, devices):
    route = {"id": id, "name": f"路线{id}", "duration": some.choice(["5m", "20m", "40m", "1h", "3h"]),
             "checkpoints": [one["id"] for one in some.sample(checkpoints, some.randint(1, len(checkpoints)))]}
    if pick(some, 0.4):
        route["order"] = some.choice(["any", "strict", "strict"])
    if pick(some, 0.7):
        route["tolerance"] = some.choice(["0m", "5m", "10m", "30m", "2h"])
    if pick(some, 0.6):
        route["allowed_lateness"] = some.choice(["0m", "30m", "2h", "12h", "36h"])
    if pick(some, 0.6):
        if pick(some, 0.5):
            route["guards"] = {"department": some.choice(["security", "security", "office"])}
        else:
            route["guards"] = {"people": [one["id"] for one in some.sample(people, some.randint(1, len(people)))]}
    if pick(some, 0.5):
        route["devices"] = [one["id"] for one in some.sample(devices, some.randint(1, len(devices)))]
    if pick(some, 0.5):
        begin = some.choice(["22:00", "20:30", "00:00", "01:00", "08:00", "12:15"])
        route["starts"] = {"every": some.choice(["30m", "90m", "2h", "4h", "25m", "12h"]), "from": begin,
                           "to": some.choice(["06:00", "04:00", "23:59", "24:00", "10:00", begin])}
        minutes = {"25m": 25, "30m": 30}.get(route["starts"]["every"])
        if minutes and pick(some, 0.7):
            route["starts"]["every"] = "3h"
    else:
        route["starts"] = {"at": some.sample(["22:00", "02:00", "02:30", "02:10", "03:00", "00:00", "00:30", "13:00", "23:40", "23:59"],
                                             some.randint(1, 4))}
    if pick(some, 0.3):
        route["starts"]["days"] = some.sample(WEEKDAYS, some.randint(1, 6))
    return route


class Month:
    """The events of one site."""

    def __init__(self, seed):
        self.some = some = random.Random(f"patrol {seed}")
        self.site, first = make_site(some)
        self.zone = Zone(self.site["timezone"])
        days = some.choice([1, 2, 2, 3, 3, 4, 8])
        self.first = self.zone.at(first, some.choice([0, 6 * 60, 20 * 60]))
        self.last = self.first + days * DAY
        self.maker = EventMaker(self.site["site"], self.zone)
        self.patrol = Patrol(self.site, self.zone, self.first, self.last)
        self.coarse = pick(some, 0.4)
        self.tidy = pick(some, 0.3)
        self.links()
        rounds = [round for round in self.patrol.rounds if self.first <= round.start and round.over <= self.last]
        if len(rounds) > 60:
            rounds = sorted(some.sample(rounds, 60), key=lambda round: round.start)
        for round in rounds:
            if pick(some, 0.75):
                self.walk(round)
            if pick(some, 0.08):
                self.waive(round)
        for _ in range(some.randint(0, 12)):
            self.noise()
        bare = some.random()
        self.lines = self.maker.lines(lambda index: bare < 0.3 and index % 3 == 0)
        if not self.lines:
            self.maker.client("alert.acknowledged", self.first, self.first, alert="a", by="b", note="c")
            self.lines = self.maker.lines()
        if pick(some, 0.3):
            self.repeat()
        self.until = None
        kind = some.random()
        if kind < 0.4:
            self.until = self.last + some.choice([0, 12 * HOUR, 2 * DAY])
        elif kind < 0.6:
            self.until = self.stamp(some.randint(self.first + 6 * HOUR, self.last))
        elif kind < 0.7 and rounds:
            self.until = some.choice(rounds).over

    def repeat(self):
        """Some events come twice: the second is none."""
        for _ in range(3):
            at = self.some.randrange(len(self.lines))
            before = self.some.randrange(at + 1)
            again = dict(self.lines[before])
            again["recordedtime"] = self.lines[at].get("recordedtime", self.lines[at]["time"])
            self.lines.insert(at + 1, again)

    def stamp(self, moment):
        if self.coarse:
            return moment // MINUTE * MINUTE
        return moment // 1000 * 1000 if self.tidy else moment

    def links(self):
        """Connections, syncs and what comes between; only some scanners ever say anything."""
        some = self.some
        self.down = {}
        for device in self.site["devices"]:
            if pick(some, 0.5):
                continue
            id, at, connected = device["id"], self.first + some.randint(-2 * HOUR, 6 * HOUR), pick(some, 0.5)
            while at < self.last:
                at = self.stamp(at)
                late = some.choice([0, 0, 0, 0, 5000, HOUR, 20 * HOUR]) if pick(some, 0.3) else 0
                if connected:
                    self.maker.device("device.disconnected", id, at, at + late)
                else:
                    self.maker.device("device.connected", id, at, at + late)
                    if pick(some, 0.7):
                        through = at + some.choice([0, 1000, 2 * MINUTE])
                        self.maker.device("device.synced", id, through, through + some.choice([0, 0, HOUR]),
                                          through=self.zone.show(through - some.choice([0, 0, 5 * MINUTE])))
                connected = not connected
                at += some.choice([10 * MINUTE, HOUR, 5 * HOUR, 30 * HOUR]) + some.randint(0, 2 * HOUR)

    def scan(self, device, kind, value, time, received, authentic=None):
        codes = {one["id"]: one.get("code") for one in self.site["checkpoints"] + self.site["conditions"]}
        if kind == "person":
            code, sure = next(one["badges"][0] for one in self.site["people"] if one["id"] == value), "registered"
        elif kind == "unknown":
            code, sure = "垃圾", "unknown"
        elif codes.get(value):
            code, sure = codes[value], "registered"
        else:
            code, sure = f"GH1.{'C' if kind == 'checkpoint' else 'N'}.{value}.aaaaaaaaaaaaaaaa", "signed"
        data = {"code": code, "kind": kind, "value": None if kind == "unknown" else value,
                "authentic": authentic or sure}
        self.maker.device("scan.recorded", device, time, max(time, received), **data)

    def walk(self, round):
        """One guard's round, or what he makes of it."""
        some, route = self.some, round.route
        crew = sorted(route.crew) if route.crew else [one["id"] for one in self.site["people"]]
        everybody = [one["id"] for one in self.site["people"]]
        guard = some.choice(crew if crew and pick(some, 0.9) else everybody)
        device = some.choice(route.devices or ["elsewhere"]) if pick(some, 0.85) else some.choice(
            [one["id"] for one in self.site["devices"]] + ["elsewhere"])
        at = round.start + some.choice([-5 * MINUTE, 0, 0, 30_000, MINUTE, some.randint(0, round.route.duration)])
        delay = self.delay(round)
        if pick(some, 0.8):
            self.scan(device, "person", guard, self.stamp(at), self.stamp(at) + delay(at))
            at += some.choice([0, 1000, 20_000])
        path = list(route.checkpoints)
        if pick(some, 0.3):
            some.shuffle(path)
        if pick(some, 0.4):
            path = path[:some.randint(1, len(path))]
        if pick(some, 0.15):
            path.insert(some.randint(0, len(path)), some.choice(self.site["checkpoints"])["id"])
        pace = (route.duration // max(1, len(path)) if pick(some, 0.5)
                else some.choice([10_000, MINUTE, 2 * MINUTE, 5 * MINUTE]))
        for checkpoint in path:
            time = self.stamp(at)
            edge = some.random()
            if edge < 0.03:
                time = round.end
            elif edge < 0.06:
                time = round.over
            elif edge < 0.08:
                time = round.over + 1
            self.scan(device, "checkpoint", checkpoint, time, time + delay(time),
                      "forged" if pick(some, 0.02) else None)
            if pick(some, 0.15):
                said = self.stamp(time + some.choice([1000, 20_000, 2 * MINUTE, 2 * MINUTE + 1000, 6 * MINUTE]))
                self.scan(device, "condition", some.choice(["normal", "odd"]), said, said + delay(said))
            at = max(at, time if time <= round.end else at) + some.choice([pace, pace, pace // 2, 1000, 0 if self.coarse else pace])

    def delay(self, round):
        """How long after a scan's time it is received: at once, in one go later, or each as it likes."""
        some = self.some
        kind = some.random()
        if kind < 0.55:
            return lambda time: some.choice([0, 0, 300, 1500]) if not self.coarse else 0
        if kind < 0.85:
            dump = self.stamp(round.over + some.choice([
                some.randint(0, 12 * HOUR), some.randint(0, 40 * HOUR), round.route.lateness,
                round.route.lateness + some.choice([-1000, 1000, HOUR])]))
            return lambda time: max(0, dump - time)
        return lambda time: some.choice([0, 1000, some.randint(0, HOUR), some.randint(0, 2 * DAY)])

    def waive(self, round):
        some = self.some
        checkpoints = round.route.checkpoints
        if pick(some, 0.6):
            checkpoints = some.sample(checkpoints, 1)
        at = round.start + some.choice([-DAY, -HOUR, MINUTE, round.route.duration, 3 * HOUR, 30 * HOUR])
        at = self.stamp(max(at, self.first))
        for checkpoint in checkpoints:
            name = round.name if pick(some, 0.95) else f"nowhere{round.name[round.name.index('@'):]}"
            self.maker.client("visit.waived", at, at, name, round=name, checkpoint=checkpoint, reason="锁门", by="E999")

    def noise(self):
        some = self.some
        at = self.stamp(some.randint(self.first, self.last))
        device = some.choice([one["id"] for one in self.site["devices"]] + ["elsewhere"])
        kind = some.choice(["unknown", "condition", "checkpoint", "forged", "person"])
        received = at + some.choice([0, 0, 2000, 3 * HOUR])
        if kind == "unknown":
            self.scan(device, "unknown", None, at, received, some.choice(["unknown", "forged"]))
        elif kind == "person":
            self.scan(device, "person", some.choice(self.site["people"])["id"], at, received)
        elif kind == "condition":
            self.scan(device, "condition", "odd", at, received)
        else:
            self.scan(device, "checkpoint", some.choice(self.site["checkpoints"])["id"], at, received,
                      "forged" if kind == "forged" else None)
