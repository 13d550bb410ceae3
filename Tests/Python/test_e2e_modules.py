"""The modules on a running daemon: found once, after crashes too, in the daemon and in a process of their own."""

import json
import os
import signal
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest

from daemon import PROGRAM, Daemon, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event

PEOPLE = {
    "departments": [{"id": "office", "name": "办公室"}],
    "people": [
        {"id": "E1", "name": "王伟", "department": "office", "badges": ["1001"]},
        {"id": "E2", "name": "李娜", "department": "office", "badges": ["1002"]},
    ],
    "places": [{"id": "gate", "name": "一号门"}],
    "shifts": [{"id": "day", "start": "00:00", "end": "23:59", "opens_before": "1m", "closes_after": "1m"}],
    "schedule": [{"department": "office", "from": "2026-01-01", "cycle": ["day"]}],
    "checkpoints": [{"id": "CP1", "name": "消防栓", "place": "gate", "code": "XF1"}],
    "conditions": [{"id": "blocked", "name": "堵塞", "hazard": "general", "code": "N1"}],
}
CLOCK = {"id": "gate-clock", "driver": "zkteco", "match": {"host": "127.0.0.1:9"}, "place": "gate", "role": "clock"}


@pytest.fixture
def site(place):
    return write_site(place, [CLOCK], **PEOPLE)


def punches(place, data, *badges, minutes=0):
    """Imports punches of now, as a stick would bring them."""
    now = datetime.now(timezone.utc) + timedelta(hours=8, minutes=minutes)
    path = f"{place}/punches-{minutes}.dat"
    with open(path, "w", encoding="ascii") as file:
        for badge in badges:
            file.write(f"{badge}\t{now:%Y-%m-%d %H:%M:%S}\t1\t0\t0\t0\n")
    gatehouse("import", path, "--device", "gate-clock", "--data", data)


def exported(data, prefix=""):
    return [json.loads(line) for line in gatehouse("export", "--data", data, "--topic", prefix).splitlines()]


def step(topic, **data):
    return cloud_event(data, topic=f"hazard.{topic}", site="test")


def verified(data):
    return json.loads(gatehouse("verify", "--modules", "--data", data, "--json"))["modules"]


def wait_heard(data, topic, count=1):
    wait_for(f"{count} {topic}", lambda: len(exported(data, topic)) >= count)


def test_a_punch_becomes_attendance_presence_and_alerts(site, place):
    """Each with the punch as its cause, and a fold from the beginning gives the same, to the byte."""
    with Daemon(f"{place}/data", "--site", site) as daemon:
        punches(place, daemon.data, "1001", "9999")
        wait_heard(daemon.data, "alert.raised", 2)
        punch = next(event for event in exported(daemon.data, "punch.") if event["subject"] == "1001")
        updated = exported(daemon.data, "attendance.updated")[0]
        assert updated["data"]["person"] == "E1"
        assert updated["causation"] == punch["sequence"]
        assert exported(daemon.data, "presence.changed")[0]["data"]["onSite"] is True
        codes = {event["data"]["code"] for event in exported(daemon.data, "alert.raised")}
        assert {"attendance.late", "punch.unknown_badge"} <= codes
        present = json.loads(gatehouse("rollcall", "--data", daemon.data, "--json"))
        assert [(row["person"], row["place"]) for row in present] == [("E1", "gate")]
        daemon.stop()
        found = verified(daemon.data)
        assert found["equal"] >= 4 and found["unequal"] == 0


def test_a_hazard_goes_its_loop_and_wrong_steps_are_refused(site, place):
    """A step out of turn is refused where it is asked for, with the state in the reason; the module goes on."""
    with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as asker:
        asker.append(step("reported", hazard="H1", checkpoint="CP1", severity="general", by="E1"))
        code, reason = asker.refusal(b"APPEND", step("verified", hazard="H1", by="E2"))
        assert code == "invalid-event" and "reported" in reason
        asker.append(step("submitted", hazard="H1", by="E1"))
        code, reason = asker.refusal(b"APPEND", step("verified", hazard="H1", by="E1"))
        assert code == "invalid-event" and "E1" in reason
        asker.append(step("verified", hazard="H1", by="E2"))
        wait_heard(daemon.data, "hazard.closed")
        rows = json.loads(gatehouse("hazards", "list", "--data", daemon.data, "--json"))
        assert [(row["hazard"], row["state"]) for row in rows] == [("H1", "closed")]


def test_the_same_step_by_two_at_once_is_taken_from_one(site, place):
    """Both have sent before either is answered: the second is judged after the first is stored."""
    with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as one, asking(daemon) as other:
        for number in range(25):
            hazard = f"H{number}"
            one.append(step("reported", hazard=hazard, checkpoint="CP1", severity="general", by="E1"))
            for asker in (one, other):
                asker.send(b"APPEND", step("submitted", hazard=hazard, by="E1"))
            answers = sorted(asker.receive()[0] for asker in (one, other))
            assert answers == [b"ERROR", b"OK"], hazard
        codes = {event["data"]["code"] for event in exported(daemon.data, "alert.raised")}
        assert "hazard.invalid_step" not in codes


@pytest.mark.parametrize("round_", range(3))
def test_killed_at_any_moment_nothing_is_found_twice_or_missing(site, place, round_):
    """SIGKILL between an event and what follows from it: the next start finds it, once."""
    data = f"{place}/data"
    for life in range(3):
        with Daemon(data, "--site", site) as daemon:
            punches(place, data, "1001", "1002", f"77{life}", minutes=-5 * (3 - life))
            time.sleep(0.004 * (round_ + life))
            daemon.kill()
    with Daemon(data, "--site", site) as daemon:
        wait_heard(data, "alert.raised", 4)
        daemon.stop()
    events = exported(data)
    derived = [(event["source"], event["id"]) for event in events]
    assert len(derived) == len(set(derived))
    unknown = [event for event in events if event["data"].get("code") == "punch.unknown_badge"]
    assert sorted(event["subject"] for event in unknown) == ["770", "771", "772"]
    found = verified(data)
    assert found["unequal"] == 0 and found["awaited"] == 0


def test_a_module_in_a_process_of_its_own_finds_the_same(site, place):
    """It follows the bus and appends through it; killed and started again it finds nothing twice."""
    with Daemon(f"{place}/data", "--site", site, "--apart", "attendance") as daemon:
        punches(place, daemon.data, "1001", "9999")
        wait_heard(daemon.data, "alert.raised")
        assert exported(daemon.data, "attendance.") == []
        lives = [(signal.SIGKILL, "1001"), (signal.SIGTERM, "1002"), (signal.SIGTERM, "1001")]
        for count, (end, badge) in enumerate(lives, start=1):
            # Each life has something new to hear: the punches lie minutes apart.
            punches(place, daemon.data, badge, minutes=count)
            module = subprocess.Popen(
                [PROGRAM, "module", "attendance", "--data", daemon.data], stderr=subprocess.DEVNULL)
            try:
                wait_heard(daemon.data, "attendance.updated", count + 1)
            finally:
                module.send_signal(end)
                module.wait(timeout=10)
        assert os.path.exists(f"{daemon.data}/modules-attendance.snapshot")
        derived = [event["id"] for event in exported(daemon.data, "attendance.updated")]
        assert len(derived) == len(set(derived))
        daemon.stop()
        found = verified(daemon.data)
        assert found["unequal"] == 0 and found["equal"] >= 3


def test_a_start_goes_on_from_the_snapshot_and_says_so(site, place):
    """The log tells after which event the snapshot was, and when the modules knew the whole journal."""
    with Daemon(f"{place}/data", "--site", site) as daemon:
        punches(place, daemon.data, "1001", "9999")
        wait_heard(daemon.data, "alert.raised", 2)
        daemon.stop()
        head = int(exported(daemon.data)[-1]["sequence"])
        daemon.start()
        wait_current(daemon, 2)
        assert f"snapshot={head}" in daemon.last_words()
        daemon.stop()
        assert verified(daemon.data)["unequal"] == 0


@pytest.mark.parametrize("harm", ["damaged", "of another build", "of another journal"])
def test_a_snapshot_that_is_of_no_use_is_left_alone_with_a_word(site, place, harm):
    """Everything is folded anew, finds nothing twice, and the next snapshot is a good one."""
    with Daemon(f"{place}/data", "--site", site) as daemon:
        punches(place, daemon.data, "1001", "9999")
        wait_heard(daemon.data, "alert.raised", 2)
        daemon.stop()
        spoil(f"{daemon.data}/modules.snapshot", harm)
        count = len(exported(daemon.data, "alert."))
        daemon.start()
        wait_for("the word", lambda: f"the modules' snapshot is {harm}" in daemon.last_words())
        wait_current(daemon, 2)
        assert daemon.last_words(200).count("snapshot=0") == 2
        punches(place, daemon.data, "8888", minutes=1)
        wait_heard(daemon.data, "alert.raised", 3)
        daemon.stop()
        assert len(exported(daemon.data, "alert.")) == count + 1
        assert verified(daemon.data)["unequal"] == 0
        daemon.start()
        wait_current(daemon, 3)
        assert daemon.last_words(200).count("snapshot=0") == 2


def wait_current(daemon, starts):
    """Waits until the modules have said so often that they know the journal."""
    wait_for("the modules", lambda: daemon.last_words(200).count("the modules know the journal") == starts)


def spoil(path, harm):
    """Turns a byte about, or makes a snapshot that is whole say something else."""
    with open(path, "rb") as file:
        content = bytearray(file.read())[:-8]
    if harm == "of another journal":
        content[-1] ^= 1
    elif harm == "of another build":
        # Behind the first word with its length comes the version with its own.
        content[1 + len("gatehouse modules") + 3] ^= 1
    else:
        content[len(content) // 2] ^= 1
    total = 0xCBF29CE484222325
    for byte in content if harm != "damaged" else b"":
        total = (total ^ byte) * 0x100000001B3 % 2**64
    with open(path, "wb") as file:
        file.write(content + total.to_bytes(8, "little"))


def test_nobody_speaks_for_a_module_without_its_pass(site, place):
    """DERIVE wants the pass in the data folder, a module that runs apart, and that module's own source."""
    event = json.loads(cloud_event({"person": "E1"}, topic="attendance.updated", site="test"))
    event["source"] = "/sites/test/modules/attendance"
    body = json.dumps(event).encode()
    with Daemon(f"{place}/data", "--site", site, "--apart", "attendance") as daemon, asking(daemon) as asker:
        with open(f"{daemon.data}/modules.pass", "rb") as file:
            pass_ = file.read()
        assert oct(os.stat(f"{daemon.data}/modules.pass").st_mode & 0o777) == "0o600"
        assert asker.refusal(b"DERIVE", b"attendance", b"0" * 64, body)[0] == "forbidden"
        assert asker.refusal(b"DERIVE", b"patrol", pass_, body)[0] == "forbidden"
        assert asker.refusal(b"APPEND", body)[0] == "forbidden"
        assert asker.refusal(b"DERIVE", b"attendance", pass_)[0] == "malformed"
        event["source"] = "/sites/test/modules/patrol"
        assert asker.refusal(b"DERIVE", b"attendance", pass_, json.dumps(event).encode())[0] == "forbidden"
        assert len(asker.ok(b"DERIVE", b"attendance", pass_, body)) == 2


def test_a_deadline_is_an_event(site, place):
    """A hazard's deadline passes while nothing else happens: reminder.due says so, and the alert follows from it."""
    soon = datetime.now(timezone.utc) + timedelta(seconds=2)
    with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as asker:
        deadline = soon.isoformat(timespec="milliseconds")
        asker.append(
            step("reported", hazard="H1", checkpoint="CP1", severity="general", by="E1", deadline=deadline))
        wait_heard(daemon.data, "hazard.overdue")
        overdue = exported(daemon.data, "hazard.overdue")[0]
        causes = {event["sequence"]: event["type"] for event in exported(daemon.data)}
        assert causes[overdue["causation"]] == "gatehouse.reminder.due"
        assert datetime.fromisoformat(overdue["time"]) == soon.replace(microsecond=soon.microsecond // 1000 * 1000)
        daemon.stop()
        assert verified(daemon.data)["unequal"] == 0


def test_reports_are_read_from_the_journal(site, place):
    """Text, CSV and XLSX, in both languages."""
    with Daemon(f"{place}/data", "--site", site) as daemon:
        punches(place, daemon.data, "1001")
        wait_heard(daemon.data, "alert.raised")
        text = gatehouse("report", "day", "--data", daemon.data, "--language", "en")
        assert "attendance.late" in text and "Alerts (" in text
        table = gatehouse("report", "day", "--data", daemon.data, "--format", "csv", "--table", "alerts")
        assert table.startswith("\ufeff时间") and "attendance.late" in table
        book = f"{place}/day.xlsx"
        gatehouse("report", "day", "--data", daemon.data, "--format", "xlsx", "--out", book)
        with open(book, "rb") as file:
            assert file.read(2) == b"PK"
        gatehouse("report", "day", "--data", daemon.data, "--format", "csv", expect=2)
        gatehouse("report", "week", "2026-W60", "--data", daemon.data, expect=2)
