"""The demo's day from its journal: everything it promises to show has happened, to the right people, and nothing else."""

import json
import subprocess
from datetime import datetime

import pytest

from daemon import PROGRAM, folder, gatehouse

# What the machine that runs this may have to say of itself.
OF_THE_MACHINE = {"device.unmanaged", "gateway.disk_low"}


class Day:
    """What the demo printed, and what its journal holds."""

    def __init__(self, data):
        done = subprocess.run(
            [PROGRAM, "demo", "--language", "en", "--until-evening", "--seconds", "120", "--pace", "640", "--data", data],
            capture_output=True, text=True, timeout=150, check=False)
        assert done.returncode == 0 and done.stderr == "", done.stdout + done.stderr
        self.data, self.printed = data, done.stdout
        self.events = [json.loads(line) for line in gatehouse("export", "--data", data).splitlines()]

    def all(self, topic, **wanted):
        """The events of a topic, in order, whose data has these members."""
        return [
            event for event in self.events
            if event["type"] == f"gatehouse.{topic}"
            and all(event["data"].get(name) == value for name, value in wanted.items())
        ]

    def one(self, topic, **wanted):
        found = self.all(topic, **wanted)
        assert len(found) == 1, found
        return found[0]

    def raised(self):
        """Code and subject of each alert."""
        alerts = [event["data"] for event in self.all("alert.raised")]
        return sorted((alert["code"], alert["subject"]) for alert in alerts if alert["code"] not in OF_THE_MACHINE)

    def cleared(self):
        keys = [event["data"]["key"].split(":")[0] for event in self.all("alert.cleared")]
        return sorted(key for key in keys if key not in OF_THE_MACHINE)


@pytest.fixture(scope="module")
def day():
    with folder() as path:
        yield Day(f"{path}/demo")


def clock(time):
    return time[11:16]


def test_every_alert_of_the_story_is_raised_once_and_no_other(day):
    assert day.raised() == [
        ("attendance.late", "E1003"), ("attendance.late", "E1004"), ("attendance.no_show", "E1005"),
        ("device.clock_drift", "gate-2-clock"), ("device.offline", "guardroom-scanner"), ("patrol.missed", "CP03"),
        ("scan.forged_code", "guardroom-scanner"),
    ]
    assert day.cleared() == ["attendance.no_show", "device.clock_drift", "device.offline"]


def test_two_are_late_and_one_is_on_leave(day):
    closed = {event["data"]["person"]: event["data"] for event in day.all("attendance.closed")}
    assert len(closed) == 10 and len(day.all("attendance.closed")) == 10
    assert {person: data["lateMinutes"] for person, data in closed.items() if data["lateMinutes"]} == {
        "E1003": 17, "E1004": 9}
    assert closed["E1005"]["status"] == ["on_leave"]
    others = [data for person, data in closed.items() if person not in ("E1003", "E1004", "E1005")]
    assert all(data["status"] == ["present"] and data["workedMinutes"] == 480 for data in others)
    granted = day.one("leave.granted", person="E1005")
    assert granted["source"] == "/sites/demo/clients/hr"
    no_show = next(event for event in day.all("alert.cleared") if event["data"]["key"].startswith("attendance.no_show"))
    assert no_show["causation"] == granted["sequence"]


def test_the_rounds_are_walked_with_signed_codes(day):
    rounds = [event["data"] for event in day.all("patrol.closed")]
    assert [(data["route"], clock(data["start"]), data["status"], data["guards"]) for data in rounds] == [
        ("fire", "09:00", "incomplete", ["E2001"]), ("fire", "11:00", "late", ["E2002"]),
        ("fire", "14:30", "complete", ["E2001"]), ("yard", "15:30", "complete", ["E2002"])]
    assert rounds[0]["missed"] == ["CP03"] and rounds[1]["late"] == ["CP04"]
    assert day.one("patrol.missed")["data"]["checkpoint"] == "CP03"
    assert day.all("patrol.revised") == []
    scans = day.all("scan.recorded")
    assert all(event["data"]["code"].startswith("GH1.") for event in scans)
    forged = day.one("scan.recorded", authentic="forged")
    assert forged["data"]["device"] == "guardroom-scanner"
    assert all(event["data"]["authentic"] == "signed" for event in scans if event is not forged)


def test_the_blocked_passage_is_put_right_and_verified_by_another(day):
    opened, closed = day.one("hazard.opened")["data"], day.one("hazard.closed")["data"]
    assert (opened["checkpoint"], opened["condition"]) == ("CP04", "blocked")
    assert closed["hazard"] == opened["hazard"] == day.one("scan.recorded", kind="condition")["id"]
    assert (closed["submitter"], closed["verifier"], closed["onTime"]) == ("E1006", "E2002", True)
    for step in ("hazard.assigned", "hazard.submitted", "hazard.verified"):
        assert day.one(step)["source"] == "/sites/demo/clients/safety"
    lead = datetime.fromisoformat(closed["closed"]) - datetime.fromisoformat(closed["opened"])
    assert 0 <= lead.total_seconds() / 60 - sum(closed["minutes"].values()) < 3
    assert 240 < sum(closed["minutes"].values()) < 300


def test_the_wrong_clock_is_told_set_and_found_right(day):
    offsets = [event["data"] for event in day.all("device.clock", device="gate-2-clock")]
    assert offsets[0]["corrected"] and -600_000 < offsets[0]["offsetMilliseconds"] < -480_000
    assert not offsets[1]["corrected"] and abs(offsets[1]["offsetMilliseconds"]) < 240_000


def test_the_whole_day_is_in_the_day(day):
    """Devices, gateway and people live by one clock: nothing is stamped outside the hours of the story."""
    dates = {event["recordedtime"][:10] for event in day.events}
    assert len(dates) == 1
    for event in day.events:
        assert "07:20" <= clock(event["recordedtime"]) <= "18:10"
        assert event["time"][:10] in dates
    # A punch is stamped by its device, and is here within the minutes that a moment takes.
    for event in day.all("punch.recorded"):
        late = datetime.fromisoformat(event["recordedtime"]) - datetime.fromisoformat(event["time"])
        assert -120 < late.total_seconds() < 1800


def test_the_modules_find_the_same_again_and_the_chain_is_whole(day):
    found = json.loads(gatehouse("verify", "--modules", "--data", day.data, "--json"))
    assert found["modules"]["equal"] > 200 and found["modules"]["unequal"] == 0


def test_every_event_keeps_its_schema(day, catalogue):
    for event in day.events:
        assert catalogue.problems(json.dumps(event)) == []


def test_what_is_printed_comes_in_the_order_of_the_story(day):
    wanted = [
        "device.clock_drift", "attendance.late      ALERT Liu Yang", "attendance.late      ALERT Zhang Wei",
        "attendance.no_show   ALERT", "leave.granted", "attendance.no_show   cleared", "hazard.opened",
        "hazard.assigned", "patrol.missed        ALERT", "scan.forged_code", "device.disconnected", "device.offline",
        "device.connected     guardroom-scanner", "patrol.closed        Fire round of 11:00: late",
        "hazard.submitted", "hazard.closed", "patrol.closed        Yard round", "attendance.closed", "ext.handover",
        "late: Zhang Wei, Liu Yang; on leave: Chen Jing", "missed: CP03", "patrol.completion     93.3 %"]
    place = 0
    for text in wanted:
        place = day.printed.find(text, place)
        assert place >= 0, f"{text} is not said, or too early:\n{day.printed}"
    assert day.printed.count("device.clock_drift   cleared") == 1


def test_a_folder_with_a_journal_is_left_alone(day):
    done = subprocess.run([PROGRAM, "demo", "--data", day.data], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and "empty folder" in done.stderr
