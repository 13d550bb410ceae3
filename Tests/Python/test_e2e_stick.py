"""A time clock's file on a USB stick that is put into the box: offered or taken, and reconciled with the clock itself.

A plain folder that appears below a watched folder stands for a stick, since nobody here may mount one.
"""

import os
import shutil

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking

LINES = "    10001\t2026-11-02 07:58:11\t1\t0\t1\t0\r\n    10002\t2026-11-02 08:01:05\t1\t1\t15\t0\r\nCheckSum=2a7f\r\n"


@pytest.fixture
def media(place):
    """The folder in which sticks appear."""
    os.mkdir(f"{place}/media")
    return f"{place}/media"


def put_in(media, name, content=LINES, stick="STICK"):
    """A stick with one file on it. Returns the file's path."""
    os.makedirs(f"{media}/{stick}", exist_ok=True)
    path = f"{media}/{stick}/{name}"
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def sticks(place, media, mode, *devices):
    """A daemon that looks after sticks in this way."""
    site = write_site(place, devices, gateway={"usb_stick": mode, "stick_folders": [media]})
    return Daemon(f"{place}/data", "--site", site)


def row(daemon, path):
    """What `gatehouse devices` says of a file."""
    return next((row for row in daemon.devices().values() if row["address"] == path), None)


def said(daemon, path, text):
    """Waits until the row of a file says this."""

    def found():
        there = row(daemon, path)
        return there if there and text in there["trouble"] else None

    return wait_for(f"{text!r} about {path}", found)


def punches(client):
    return [m.event for m in client.replay(prefix=b"punch.")[0]]


def test_a_file_is_offered_with_the_command_that_takes_it(place, media):
    """Nothing is taken by itself; the command in the row takes it. The stick is not written to."""
    with sticks(place, media, "offer", device("gate", "zkteco", "127.0.0.1:9")) as daemon, asking(daemon) as client:
        path = put_in(media, "1_attlog.dat")
        before = os.stat(path)
        found = said(daemon, path, "2 punches")
        assert found["state"] == "unmanaged" and found["driver"] is None
        assert "2026-11-02T07:58:11 to 2026-11-02T08:01:05" in found["trouble"] and "1 lines" in found["trouble"]
        assert f"gatehouse import {path} --device gate" in found["trouble"] and found["suggestion"]
        assert punches(client) == []
        gatehouse("import", path, "--device", "gate", "--data", daemon.data)
        assert len(punches(client)) == 2
        after = os.stat(path)
        assert (after.st_mtime_ns, after.st_size, os.listdir(f"{media}/STICK")) == (
            before.st_mtime_ns,
            before.st_size,
            ["1_attlog.dat"],
        )
        assert "1_attlog.dat" in gatehouse("devices", "--data", daemon.data)
        shutil.rmtree(f"{media}/STICK")
        wait_for("the row's end", lambda: row(daemon, path) is None)


def test_taken_and_reconciled_with_what_the_clock_delivered(place, media):
    """A clock's own log, read over the network, and the same log on a stick: each punch is one event."""
    with Simulation("zkteco", "--serial", "A8N5", "--zone", "Asia/Shanghai") as clock:
        for minute in range(6):
            clock.tell(punch={"badge": "10001", "time": f"2026-11-02 08:{minute:02}:00", "state": 0, "verify": 1})
        gate = device("gate", "zkteco", clock.host, settings={"direction": "device"})
        with sticks(place, media, "take", gate) as daemon, asking(daemon) as client:
            wait_for("the log", lambda: len(punches(client)) == 6)
            log = "".join(f"10001\t2026-11-02 08:{minute:02}:00\t1\t0\t1\t0\r\n" for minute in range(6))
            path = put_in(media, "A8N5_attlog.dat", log + "10001\t2026-11-02 17:00:00\t1\t1\t1\t0\r\n")
            said(daemon, path, "taken for gate: 1 new punches, 6 known")
            [new] = [event for event in punches(client) if event["time"].startswith("2026-11-02T17")]
            # The device's settings hold for it by whatever road it comes.
            assert (new["data"]["direction"], new["source"]) == ("out", "/sites/test/devices/gate")
            clock.tell(punch={"badge": "10001", "time": "2026-11-02 17:00:00", "state": 1, "verify": 1})
            client.command("gate", "read-log")
            assert len(punches(client)) == 7


def test_a_clock_that_is_another_is_never_meant(place, media):
    """By the serial number that the clock itself has said."""
    with Simulation("zkteco", "--serial", "A8N5") as clock:
        with sticks(place, media, "take", device("gate", "zkteco", clock.host)) as daemon, asking(daemon) as client:
            wait_for("its serial", lambda: daemon.devices()["gate"]["serial"] == "A8N5")
            path = put_in(media, "B7777_attlog.dat")
            said(daemon, path, "of a clock that the site file does not name")
            assert punches(client) == []


def test_several_clocks_wait_for_somebody_to_say_which(place, media):
    """The row names them; the one whose serial number the file has is taken."""
    one = {"id": "one", "driver": "zkteco", "match": {"serial": "S1", "host": "127.0.0.1:9"}}
    two = {"id": "two", "driver": "zkteco", "match": {"host": "127.0.0.1:8"}}
    three = {"id": "three", "driver": "zkteco", "match": {"host": "127.0.0.1:7"}}
    with sticks(place, media, "take", one, two, three) as daemon, asking(daemon) as client:
        path = put_in(media, "3_attlog.dat")
        said(daemon, path, "one of one, two, three")
        assert punches(client) == []
        path = put_in(media, "S1_attlog.dat", stick="other")
        said(daemon, path, "taken for one: 2 new")
        assert {event["source"] for event in punches(client)} == {"/sites/test/devices/one"}


def test_what_is_no_such_file(place, media):
    """Encrypted, huge, linked, deeper down: said or passed over, and the good one beside it is taken."""
    with sticks(place, media, "take", device("gate", "zkteco", "127.0.0.1:9")) as daemon, asking(daemon) as client:
        encrypted = put_in(media, "2_attlog.dat", bytes(range(256)) * 40)
        huge = put_in(media, "3_attlog.dat")
        os.truncate(huge, 20 << 20)
        secret = f"{place}/4_attlog.dat"
        shutil.copy(put_in(media, "unrelated.dat"), secret)
        os.symlink(secret, f"{media}/STICK/4_attlog.dat")
        os.makedirs(f"{media}/STICK/deep")
        shutil.copy(secret, f"{media}/STICK/deep/5_attlog.dat")
        os.symlink(place, f"{media}/link")
        good = put_in(media, "1_ATTLOG.DAT", "7\t2026-11-02 07:00:00\t1\t0\t1\t0\n")
        said(daemon, good, "1 new")
        said(daemon, encrypted, "encrypt")
        said(daemon, huge, "larger than")
        assert [event["data"]["badge"] for event in punches(client)] == ["7"]
        rows = [row["address"] for row in daemon.devices().values() if row["address"].startswith(place)]
        assert sorted(rows) == sorted([good, encrypted, huge])


def test_pulled_out_at_any_moment_and_put_in_again(place, media):
    """Thirty times in and out: in the end every punch is there once, and the daemon still works."""
    lines = [f"{n}\t2026-11-02 08:00:{n % 60:02}\t1\t0\t1\t0\r\n" for n in range(1, 3001)]
    with sticks(place, media, "take", device("gate", "zkteco", "127.0.0.1:9")) as daemon, asking(daemon) as client:
        for turn in range(30):
            put_in(media, "1_attlog.dat", "".join(lines[: 100 * (turn + 1)]))
            wait_for("a while", lambda turn=turn: row(daemon, f"{media}/STICK/1_attlog.dat") or turn % 3, 5)
            shutil.rmtree(f"{media}/STICK")
        put_in(media, "1_attlog.dat", "".join(lines))
        wait_for("all of them", lambda: len(punches(client)) >= 3000)
        assert sorted(int(event["data"]["badge"]) for event in punches(client)) == list(range(1, 3001))


def test_off_is_off(place, media):
    """Nothing is looked at."""
    with sticks(place, media, "off", device("gate", "zkteco", "127.0.0.1:9")) as daemon:
        path = put_in(media, "1_attlog.dat")
        with pytest.raises(AssertionError):
            wait_for("a row", lambda: row(daemon, path), 4, 0.2)


def test_a_stopping_daemon_does_not_wait_for_the_next_look(place, media):
    """SIGTERM ends the watch at once."""
    with sticks(place, media, "take", device("gate", "zkteco", "127.0.0.1:9")) as daemon:
        assert daemon.stop(seconds=4) == 0
