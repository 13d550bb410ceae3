"""Generated weeks of clocks: they come and go, run wrong, and people punch at two of them at once."""

import random
from datetime import date

from watch_kit import DAY, HOUR, MINUTE, EventMaker, Zone

ZONES = [("Asia/Shanghai", date(2026, 11, 25)), ("Europe/Berlin", date(2026, 10, 23)),
         ("America/Havana", date(2026, 10, 31)), ("America/Santiago", date(2026, 9, 4))]


def pick(some, chances):
    return some.random() < chances


class Month:
    """The events of one site."""

    def __init__(self, seed):
        self.some = some = random.Random(f"watch {seed}")
        zone, first = some.choice(ZONES)
        self.zone = Zone(zone)
        self.first = self.zone.at(first, 420)
        days = some.choice([1, 3, 9])
        places = ["gate", "hall", "store"]
        self.devices = [f"clock-{n}" for n in range(some.randint(1, 4))]
        self.site = {
            "site": "gen", "name": "生成", "timezone": zone, "departments": [{"id": "office", "name": "办公"}],
            "people": [{"id": f"E{n}", "name": f"人{n}", "department": "office", "badges": [f"{n}00", f"{n}01"]}
                       for n in range(3)],
            "places": [{"id": place, "name": place} for place in places],
            "travel": [{"from": "gate", "to": "hall", "at_least": "4m"}, {"from": "store", "to": "gate", "at_least": "90s"},
                       {"from": "gate", "to": "store", "at_least": "10m"}],
            "devices": [{"id": device, "driver": some.choice(["zkteco", "osdp"]), "role": "clock",
                         **({"place": some.choice(places)} if pick(some, 0.85) else {})} for device in self.devices],
            "alerts": {"device.silent": "off", "device.clock_rollback": "off"},
        }
        for code, limits in {"device.offline": {"after": "5m"}, "device.clock_drift": {"limit": "10s"},
                             "punch.future_time": {"limit": "1m"}}.items():
            if pick(some, 0.2):
                self.site["alerts"][code] = limits
            elif pick(some, 0.1):
                self.site["alerts"][code] = "off"
        self.maker = EventMaker("gen", self.zone)
        connected = dict.fromkeys(self.devices + ["stranger"], None)
        at = self.first
        while at < self.first + days * DAY:
            at += some.choice([1000, 30_000, MINUTE, 5 * MINUTE, HOUR, some.randint(0, 4 * HOUR)])
            kind = some.random()
            device = some.choice(self.devices)
            if kind < 0.3:
                if pick(some, 0.1):
                    device = "stranger"
                up = not connected[device] if connected[device] is not None else pick(some, 0.5)
                self.maker.device("device.connected" if up else "device.disconnected", device, at, at)
                connected[device] = up
            elif kind < 0.5:
                self.maker.device("device.clock", device, at, at, corrected=pick(some, 0.3),
                                  offsetMilliseconds=some.choice([0, 500, -10_000, 10_001, 30_000, -30_000, 30_001, -90_000]))
            else:
                self.punch(device, at, connected)
        self.lines = self.maker.lines(lambda index: index % 4 == 0)
        self.until = some.choice([None, None, at, at + 2 * DAY, some.randint(self.first + HOUR, at)])

    def punch(self, device, at, connected):
        some = self.some
        badge = some.choice(["000", "001", "100", "101", "200", "777", "888"])
        for device in [device] + some.sample(self.devices, some.choice([0, 0, 1])):
            if connected[device] is False:
                continue
            time = at + some.choice([0, 0, 0, -2 * HOUR, -30 * HOUR, MINUTE, 5 * MINUTE, 5 * MINUTE + 1, HOUR,
                                     some.randint(-20 * MINUTE, 0)])
            self.maker.device("punch.recorded", device, time, at, badge=badge, direction="unknown", method="card",
                              deviceTime=self.zone.local(time).strftime("%Y-%m-%dT%H:%M:%S"), native={})
