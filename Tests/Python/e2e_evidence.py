"""A small journal with a figure of every kind in it, and when each is there."""

import json
import time
from datetime import datetime, timedelta, timezone

from daemon import Daemon, device, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event

ZONE = timezone(timedelta(hours=8))
CLOCK = {"id": "gate-clock", "driver": "zkteco", "match": {"host": "127.0.0.1:9"}, "place": "gate", "role": "clock"}
POINTS = {"responsibility": 20, "skill": 10}


def sections(start, end):
    """A site with two people in two departments, a shift that is over soon, and rules that look at everything."""
    return {
        "language": "en",
        "departments": [
            {"id": "security", "name": "保安部", "headcount": 10, "performance_pay": "10000.00"},
            {"id": "hr", "name": "人事部", "headcount": 30},
        ],
        "people": [
            {"id": "E1", "name": "王伟", "department": "security", "position": "guard", "badges": ["1001"],
             "base_pay": "5000"},
            {"id": "E2", "name": "李娜", "department": "hr", "position": "clerk", "badges": ["1002"],
             "base_pay": "4000"},
        ],
        "places": [{"id": "gate", "name": "一号门"}],
        "shifts": [
            {"id": "day", "start": start, "end": end, "grace_in": "5m", "opens_before": "10m", "closes_after": "0s"}
        ],
        "schedule": [
            {"department": "security", "from": "2026-01-01", "cycle": ["day"]},
            {"department": "hr", "from": "2026-01-01", "cycle": ["day"]},
        ],
        "posts": [{"id": "front", "department": "security", "shift": "day", "required": 1}],
        "checkpoints": [
            {"id": "CP1", "name": "消防栓", "place": "gate", "code": "XF1"},
            {"id": "CP2", "name": "配电房", "place": "gate", "code": "XF2"},
        ],
        "conditions": [{"id": "blocked", "name": "堵塞", "hazard": "general", "code": "N1"}],
        "routes": [
            {"id": "fire", "name": "消防巡检", "checkpoints": ["CP1", "CP2"],
             "starts": {"every": "30m", "from": "00:00", "to": "23:30"}, "duration": "30m",
             "guards": {"department": "security"}},
        ],
        "kpis": [
            {"id": "security.completion", "name": "巡检完成率", "of": "patrol.completion", "department": "security",
             "period": "month", "better": "higher", "baseline": "70%"},
            {"id": "hr.onboarding", "name": "入职天数", "measure": "onboarding.days", "department": "hr",
             "period": "month", "better": "lower", "baseline": 3},
            {"id": "security.remediation", "name": "整改率", "of": "hazard.remediation", "department": "security",
             "period": "month", "better": "higher"},
        ],
        "incentives": [
            {"id": "completion", "kind": "threshold", "kpi": "security.completion", "at": "95%", "pay": "10%"},
            {"id": "onboarding", "kind": "per_step", "kpi": "hr.onboarding", "step": "10%", "pay": "100"},
            {"id": "saving", "kind": "share", "measure": "saving", "department": "hr", "share": "10%"},
            {"id": "accidents", "kind": "none_in", "event": "incident.recorded", "department": "security",
             "pay": "3000"},
        ],
        "coefficients": {
            "positions": {
                "factors": {"responsibility": 20, "skill": 15}, "top": 1.5, "step": 0.1, "floor": 1.0,
                "points": {"guard": POINTS, "clerk": {"responsibility": 10, "skill": 10}},
            },
            "departments": [
                {"department": "hr",
                 "score": [{"kpi": "hr.onboarding", "company": 3, "weight": "100%", "ratio": "inverse"}]},
                {"department": "security", "score": 1.1},
            ],
            "people": {
                "weights": {"completion": "60%", "quality": "40%"}, "extras": {"improvement-adopted": 0.1},
                "late": {"more_than": 0, "add": -0.05},
            },
        },
        "bonus": {"pool": "200000.00", "period": "year", "base": "base_pay"},
    }


class Evidence:
    """A daemon whose journal has a figure of every kind. It is filled once, which takes a minute or two: figures are
    told at full minutes."""

    def __init__(self, place, scanner, extra=()):
        self.place, self.scanner = place, scanner
        now = datetime.now(ZONE)
        # Windows close at full minutes: the next one that leaves time to punch.
        self.end = (now + timedelta(seconds=75)).replace(second=0, microsecond=0)
        self.start = self.end - timedelta(minutes=40)
        self.day, self.month = self.start.date(), self.start.strftime("%Y-%m")
        wand = device("wand", "line-scanner", scanner.host, role="patrol")
        site = write_site(place, [CLOCK, wand], **sections(f"{self.start:%H:%M}", f"{self.end:%H:%M}"))
        self.daemon = Daemon(f"{place}/data", "--site", site, *extra)

    @property
    def data(self):
        return self.daemon.data

    def fill(self):
        """Makes everything happen and waits until its figures have been told."""
        self.daemon.wait_online("wand")
        self.punches({"1001": [20, 36], "1002": [-5]})
        for code in ("XF1", "XF2"):
            self.scanner.tell(scan=code)
            time.sleep(0.3)
        with asking(self.daemon) as asker:
            for event in self.told():
                asker.append(event)
            self.wait("attendance.closed", lambda data: data["person"] == "E2")
            # A punch that comes after the record has closed: a revision.
            asker.append(self.correction())
        self.wait("kpi.updated", lambda data: data["kpi"] == "hr.onboarding")
        self.wait("incentive.computed", lambda data: data["incentive"] == "completion")
        self.wait("hazard.closed", lambda data: True)
        self.wait("attendance.closed", lambda data: data.get("revision", 0) > 0)
        self.wait("kpi.updated", lambda data: data["kpi"] == "attendance.rate")
        self.wait("kpi.updated", lambda data: data["kpi"] == "hazard.remediation" and data["value"] == "1.000000")

    def told(self):
        """What people and other systems say."""
        yield cloud_event({"hazard": "H1", "checkpoint": "CP1", "severity": "general", "by": "E1"},
                          topic="hazard.reported", site="test")
        yield cloud_event({"hazard": "H1", "by": "E1"}, topic="hazard.submitted", site="test")
        yield cloud_event({"hazard": "H1", "by": "E2"}, topic="hazard.verified", site="test")
        for value, weight in ((2, 1), (2.5, 3)):
            yield cloud_event({"measure": "onboarding.days", "value": value, "weight": weight, "department": "hr"},
                              topic="measure.recorded", site="test")
        yield cloud_event({"measure": "saving", "value": "1234.50", "department": "hr"},
                          topic="measure.recorded", site="test")
        for person in ("E1", "E2"):
            for measure, value in (("completion", 0.9), ("quality", 1)):
                yield cloud_event({"measure": measure, "value": value}, topic="measure.recorded", site="test",
                                  subject=person)
        yield cloud_event({"incident": "I1", "severity": "minor", "loss": "120.50", "department": "hr"},
                          topic="incident.recorded", site="test")

    def correction(self):
        """Somebody's forgotten punch."""
        left = (self.start + timedelta(minutes=38)).isoformat()
        return cloud_event({"person": "E2", "add": left, "reason": "forgotten", "by": "E1"},
                           topic="punch.corrected", site="test", subject="E2")

    def punches(self, minutes):
        """Imports punches of these minutes of the shift, as a stick would bring them."""
        path = f"{self.place}/punches.dat"
        with open(path, "w", encoding="ascii") as file:
            for badge, times in minutes.items():
                for minute in times:
                    at = self.start + timedelta(minutes=minute)
                    file.write(f"{badge}\t{at:%Y-%m-%d %H:%M:%S}\t1\t0\t0\t0\n")
        gatehouse("import", path, "--device", "gate-clock", "--data", self.data)

    def exported(self, prefix=""):
        """The journal's events, by sequence."""
        lines = gatehouse("export", "--data", self.data, "--topic", prefix).splitlines()
        return {int(event["sequence"]): event for event in map(json.loads, lines)}

    def wait(self, topic, condition, seconds=100):
        """The first event of a topic whose data is so."""
        wait_for(topic, lambda: any(condition(e["data"]) for e in self.exported(topic).values()), seconds, 0.3)

    def explain(self, *words, expect=0):
        """The tree of a figure."""
        out = gatehouse("explain", *words, "--data", self.data, "--json", expect=expect)
        return json.loads(out) if out else None


def nodes(tree):
    """A tree's nodes, itself first."""
    yield tree
    for child in tree["children"]:
        yield from nodes(child)
