"""ADMS (iclock push) with plain curl: the documented forms against the built daemon, as terminals of many makes ask.

The door is opened with `--adms 127.0.0.1:0`; `run.json` says where it is.
"""

import json
import os
import re
import shutil
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from daemon import PROGRAM, Daemon, Simulation, gatehouse, wait_for, write_site
from e2e_bus import asking

pytestmark = [
    pytest.mark.skipif(not os.access(PROGRAM, os.X_OK), reason=f"{PROGRAM} is not there: build it, or set GATEHOUSE_BIN"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there"),
]

SERIAL = "0316144680030"
NINE = "".join(
    f"{pin}\t2015-07-30 15:16:{second}\t0\t1\t0\t0\t0\n"
    for pin, second in [(1452, s) for s in (28, 29, 30, 31, 33, 34, 35)] + [(8965, 36), (8965, 37)]
)


class Answer:
    """What curl printed: status, headers in lower case, body."""

    def __init__(self, raw):
        head, _, self.body = raw.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}

    def __repr__(self):
        return f"{self.status} {self.body!r}"


class Door:
    """The daemon's door for devices that call."""

    def __init__(self, daemon):
        with open(os.path.join(daemon.data, "run.json"), encoding="utf-8") as file:
            self.url = json.load(file)["adms"]

    def curl(self, target, *options, body=None):
        more = [] if body is None else ["-X", "POST", "-H", "Content-Type: text/plain", "--data-binary", "@-"]
        done = subprocess.run(
            ["curl", "-s", "-i", "-m", "20", "-H", "Expect:", *more, *options, f"{self.url}{target}"],
            input=body.encode() if isinstance(body, str) else body,
            capture_output=True,
            timeout=30,
            check=True,
        )
        return Answer(done.stdout.decode("utf-8", "replace"))

    def get(self, name, query="", serial=SERIAL):
        return self.curl(f"/iclock/{name}?SN={serial}{query}")

    def post(self, name, query, body, serial=SERIAL):
        return self.curl(f"/iclock/{name}?SN={serial}{query}", body=body)

    def hello(self, serial=SERIAL):
        return self.get("cdata", "&options=all&pushver=2.2.14&language=83", serial)


def clock(name="gate", serial=SERIAL, **more):
    return {"id": name, "driver": "zkteco-push", "match": {"serial": serial}, **more}


@pytest.fixture(name="site")
def _site(place):
    """A daemon with one terminal that may call, and its door."""
    path = write_site(place, [clock()])
    with Daemon(f"{place}/data", "--site", path, "--adms", "127.0.0.1:0") as daemon, asking(daemon) as client:
        yield daemon, Door(daemon), client


def punches(client):
    return [m.event for m in client.replay(prefix=b"punch.")[0]]


def faults(client):
    return [m.data["code"] for m in client.replay(prefix=b"device.faulted")[0]]


def local(offset=0):
    """Shanghai's wall clock, as terminals write it."""
    return (datetime.now(timezone(timedelta(hours=8))) + timedelta(seconds=offset)).strftime("%Y-%m-%d %H:%M:%S")


def test_the_handshake(site):
    """Options as the document has them, as plain text with a length, and the device is connected."""
    daemon, door, client = site
    answer = door.hello()
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert int(answer.headers["content-length"]) == len(answer.body)
    lines = answer.body.split("\n")
    assert lines[0] == f"GET OPTION FROM: {SERIAL}"
    options = dict(line.split("=", 1) for line in lines[1:] if line)
    assert options["ATTLOGStamp"] == "None" and options["TimeZone"] == "8" and options["Realtime"] == "1"
    assert options["TransFlag"] == "TransData AttLog\tOpLog"
    daemon.wait_online("gate")
    [connected] = client.replay(prefix=b"device.connected")[0]
    assert connected.data["serial"] == SERIAL


def test_the_nine_punches_of_the_document(site):
    """315 bytes in, OK:9 out, and nine punches in the journal by then; once more, and there are still nine."""
    _, door, client = site
    assert len(NINE) == 315
    for _ in range(2):
        answer = door.post("cdata", "&table=ATTLOG&Stamp=9999", NINE)
        assert (answer.status, answer.body) == (200, "OK:9")
        assert len(punches(client)) == 9
    first = punches(client)[0]
    assert first["id"] == "1452/2015-07-30T15:16:28/0/1"
    assert first["time"] == "2015-07-30T15:16:28.000+08:00"
    assert first["data"]["badge"] == "1452" and first["data"]["method"] == "fingerprint"


@pytest.mark.parametrize("path", ["cdata", "cdata/", "cdata.aspx", "CDATA", "cData.ASPX/"])
def test_every_way_to_write_the_path(site, path):
    _, door, _ = site
    assert door.get(path, "&options=all").body.startswith("GET OPTION FROM:")
    assert door.post(path, "&table=ATTLOG&Stamp=1", NINE).body == "OK:9"


@pytest.mark.parametrize(
    "line, identity",
    [
        ("7\t2026-11-22 08:30:00", "7/2026-11-22T08:30:00/-/-"),
        ("7\t2026-11-22 08:30:00\t0\t1", "7/2026-11-22T08:30:00/0/1"),
        ("7\t2026-11-22 08:30:00\t1\t15\t0", "7/2026-11-22T08:30:00/1/15"),
        ("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t0\t36.5\t0", "7/2026-11-22T08:30:00/1/15"),
        ("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t0\t36.5\t0\t+28800\t", "7/2026-11-22T08:30:00/1/15"),
        ("  007\t2026/11/22 08:30:00\t0\t4\t0\t0\t0\r", "007/2026-11-22T08:30:00/0/4"),
        ("A7f-x 2026-11-22 08:30:00 0 1 0 0 0", "A7f-x/2026-11-22T08:30:00/0/1"),
        ("7\t2026-11-22T08:30:00\t255\t200", "7/2026-11-22T08:30:00/255/200"),
        ("7\t2000-01-01 00:00:07\t0\t1", "7/2000-01-01T00:00:07/0/1"),
    ],
)
def test_every_form_of_a_line(site, line, identity):
    _, door, client = site
    assert door.post("cdata", "&table=ATTLOG&Stamp=1", line + "\n").body == "OK:1"
    [punch] = punches(client)
    assert punch["id"] == identity
    assert punch["data"]["native"].get("clockUnset", False) is identity.startswith("7/2000")


def test_a_bad_line_does_not_come_for_ever(site):
    """It is kept raw and the rest is taken; the device hears that all lines came."""
    _, door, client = site
    answer = door.post("cdata", "&table=ATTLOG&Stamp=1", "7\t2026-02-30 08:00:00\t0\t1\n" + NINE)
    assert answer.body == "OK:10"
    assert len(punches(client)) == 9 and faults(client) == ["line-unreadable"]


@pytest.mark.parametrize(
    "query, body, expected",
    [
        ("&table=OPERLOG&Stamp=9999", "OPLOG 4\t14\t2015-07-30 10:22:34\t0\t0\t0\t0\n", "OK:1"),
        ("&table=OPERLOG&Stamp=9999", "USER PIN=1\tName=\u5f20\tPasswd=1\nUSER PIN=2\tPasswd=2\n", "OK:2"),
        ("&table=BIODATA&Stamp=1", "BIODATA Pin=1\tNo=0\tTmp=aa==\n", "OK:1"),
        ("&table=options&Stamp=1", "~DeviceName=MB460,FWVersion=Ver 8.0.4", "OK"),
        ("&table=ATTPHOTO&Stamp=1", b"PIN=20150731103012-123.jpg\nSN=1\nsize=3\nCMD=uploadphoto\0\xff\xd8\xff", "OK"),
        ("&table=rtstate", "time=2026-11-22 08:30:00\tsensor=00\n", "OK"),
        ("&table=tabledata&tablename=user&count=1", "user pin=1\tname=x\n", "user=1"),
        ("&type=PostVerifyData", "x", "OK"),
    ],
)
def test_what_holds_no_punches(site, query, body, expected):
    _, door, client = site
    assert door.post("cdata", query, body).body == expected
    assert punches(client) == [] and faults(client) == []


def test_what_was_done_at_the_menu(site):
    """The clock set, the log cleared, duress: each told once, and on the bus when the device hears OK."""
    _, door, client = site
    body = (
        "OPLOG 21\t14\t2026-11-22 10:22:34\t0\t0\t0\t0\nOPLOG 23\t14\t2026-11-22 10:22:40\t0\t0\t0\t0\n"
        "OPLOG 32\t7\t2026-11-22 10:23:00\t0\t0\t0\t0\n"
    )
    assert door.post("cdata", "&table=OPERLOG&Stamp=1", body).body == "OK:3"
    told = faults(client)
    assert told == ["audit-time-changed", "audit-log-cleared", "alarm-duress"]
    assert door.post("cdata", "&table=OPERLOG&Stamp=1", body).body == "OK:3"
    assert faults(client) == told


def test_events_of_the_access_flavour(site):
    _, door, client = site
    row = "time=2026-11-22 08:30:00\tpin=7\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=4\tindex=1\n"
    assert door.post("cdata", "&table=rtlog", row).body == "OK"
    [punch] = punches(client)
    assert punch["id"] == "7/2026-11-22T08:30:00/0/4/e0" and punch["data"]["native"]["event"] == 0
    assert door.post("registry", "", "DeviceType=acc").body == f"RegistryCode={SERIAL}"


@pytest.mark.parametrize(
    "target, status",
    [
        ("/", 404), ("/iclock/cdata", 404), ("/iclock/cdata?SN=a%20b&options=all", 404),
        ("/iclock/cdata?SN=" + "9" * 65, 404), (f"/iclock/file?SN={SERIAL}&url=/x", 404),
        (f"/iclock/anything?SN={SERIAL}", 200), (f"/iclock/ping?SN={SERIAL}", 200),
        (f"/iclock/cdata?SN={SERIAL}&table=RemoteAtt&PIN=7", 200),
    ],
)
def test_other_requests(site, target, status):
    _, door, _ = site
    assert door.curl(target).status == status


def test_encryption_is_refused_with_the_next_move(site):
    _, door, client = site
    assert door.post("exchange", "&type=publickey", "x").status == 501
    wait_for("the fault", lambda: faults(client) == ["encryption-refused"])


def test_a_stranger_keeps_what_it_has(site):
    """It is kept calling and shown, and nothing is taken of it."""
    daemon, door, client = site
    assert door.hello("STRANGER1").body == "OK"
    assert door.get("getrequest", serial="STRANGER1").body == "OK"
    assert door.post("cdata", "&table=ATTLOG&Stamp=1", NINE, "STRANGER1").status == 503
    assert punches(client) == []
    assert any("STRANGER1" in json.dumps(row) for row in daemon.devices().values())


@pytest.mark.parametrize("policy", ["sync", "report"])
def test_the_date_is_told_only_where_the_clock_is_to_be_set(place, policy):
    path = write_site(place, [clock(clock=policy)])
    with Daemon(f"{place}/data", "--site", path, "--adms", "127.0.0.1:0") as daemon:
        answer = Door(daemon).hello()
        assert ("date" in answer.headers) is (policy == "sync")
        if policy == "sync":
            told = datetime.strptime(answer.headers["date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=timezone.utc)
            assert abs((datetime.now(timezone.utc) - told).total_seconds()) < 5


@pytest.mark.parametrize("zone, expected", [("Asia/Kolkata", "330"), ("Asia/Kathmandu", "345"), ("Asia/Tokyo", "9")])
def test_the_zone_of_the_handshake(place, zone, expected):
    path = write_site(place, [clock()], timezone=zone)
    with Daemon(f"{place}/data", "--site", path, "--adms", "127.0.0.1:0") as daemon:
        assert f"\nTimeZone={expected}\n" in Door(daemon).hello().body


def test_the_stamp_is_given_back_after_a_power_cut(site):
    daemon, door, client = site
    door.post("cdata", "&table=ATTLOG&Stamp=4711", NINE)
    assert "\nATTLOGStamp=4711\n" in door.hello().body
    daemon.kill()
    daemon.start()
    assert "\nATTLOGStamp=4711\n" in Door(daemon).hello().body


def test_a_daemon_that_is_killed_has_every_punch_that_it_took(place):
    """Uploads until the power goes, four times: whatever was answered OK is there, and the rest comes again."""
    path = write_site(place, [clock()])
    taken = []
    with Daemon(f"{place}/data", "--site", path, "--adms", "127.0.0.1:0") as daemon:
        for round_ in range(4):
            door = Door(daemon)
            for n in range(6):
                pin = f"{round_}{n:03}"
                if door.post("cdata", "&table=ATTLOG&Stamp=1", f"{pin}\t2026-11-22 08:30:00\t0\t1\n").body == "OK:1":
                    taken.append(pin)
            daemon.kill()
            daemon.start()
        with asking(daemon) as client:
            assert sorted(p["data"]["badge"] for p in punches(client)) == sorted(taken) and len(taken) == 24


def poll(door, words, seconds=90):
    """Asks for commands until there is one of that kind; its id and its text."""

    def found():
        for line in door.get("getrequest").body.splitlines():
            match = re.fullmatch(r"C:(\w{1,16}):(.*)", line)
            if match and match[2].startswith(words):
                return match.groups()
        return None

    return wait_for(words, found, seconds, 0.5)


def test_read_log_asks_counts_and_vouches(site):
    """The command over the bus: a query, its punches as an upload, a count that agrees; then `device.synced`."""
    _, door, client = site
    door.hello()
    runner = subprocess.Popen(
        [PROGRAM, "command", "gate", "read-log", "--data", site[0].data], stdout=subprocess.PIPE, text=True
    )
    try:
        number, query = poll(door, "DATA QUERY ATTLOG")
        assert "StartTime=2000-01-01 00:00:00\tEndTime=" in query
        assert door.post("cdata", "&table=ATTLOG&Stamp=9999", NINE).body == "OK:9"
        assert door.post("devicecmd", "", f"ID={number}&Return=0&CMD=DATA\n").body == "OK"
        number, _ = poll(door, "VERIFY SUM ATTLOG")
        door.post("devicecmd", "", f"ID={number}&Return=0&CMD=VERIFY SUM&AttlogSum=9\n")
        shown, _ = runner.communicate(timeout=20)
    finally:
        runner.kill()
        runner.wait()
    assert runner.returncode == 0 and "9" in shown
    assert client.replay(prefix=b"device.synced")[0]


def test_sync_clock_has_it_fetch_the_time(site):
    """The command over the bus: CHECK, the greeting that follows it, and in that one answer the time."""
    daemon, door, _ = site
    assert "date" not in door.hello().headers
    runner = subprocess.Popen([PROGRAM, "command", "gate", "sync-clock", "--data", daemon.data], stdout=subprocess.PIPE)
    try:
        poll(door, "CHECK")
        assert "date" in door.hello().headers
        runner.communicate(timeout=20)
    finally:
        runner.kill()
        runner.wait()
    assert runner.returncode == 0
    assert "date" not in door.hello().headers


def test_four_roads_one_event(place):
    """One terminal: pulled from its log, heard live, pushed, and on a stick. Each punch is one event."""
    with Simulation("zkteco", "--records", 0, "--serial", SERIAL, "--zone", "Asia/Shanghai") as simulated:
        device = {"id": "gate", "driver": "zkteco", "match": {"host": simulated.host, "serial": SERIAL}}
        path = write_site(place, [device])
        with Daemon(f"{place}/data", "--site", path, "--adms", "127.0.0.1:0") as daemon, asking(daemon) as client:
            daemon.wait_online("gate")
            wait_for("the first read-out", lambda: client.replay(prefix=b"device.synced")[0])
            people = [("10023", 0, 1), ("007", 1, 15), ("A7f-x", 0, 4), ("42", 5, 200)]
            for badge, state, verify in people:
                simulated.tell(punch={"badge": badge, "state": state, "verify": verify})
            wait_for("the live punches", lambda: len(punches(client)) == len(people))
            client.command("gate", "read-log")
            made = [p for p in simulated.tell(report=True, list="all")["punches"] if p["badge"] in dict_of(people)]
            lines = [(p["badge"], p["time"].replace("T", " "), p["state"], p["verify"]) for p in made]

            door = Door(daemon)
            assert door.hello().body.startswith("GET OPTION FROM:")
            body = "".join(f"{b}\t{t}\t{s}\t{v}\t0\t0\t0\n" for b, t, s, v in lines)
            assert door.post("cdata", "&table=ATTLOG&Stamp=9999", body).body == f"OK:{len(lines)}"

            stick = f"{place}/1_attlog.dat"
            with open(stick, "w", encoding="utf-8", newline="") as file:
                file.write("".join(f"{b:>9}\t{t}\t1\t{s}\t{v}\t0\r\n" for b, t, s, v in lines))
            found = json.loads(gatehouse("import", stick, "--device", "gate", "--data", daemon.data, "--json"))
            assert (found["read"], found["new"], found["known"]) == (len(lines), 0, len(lines))

            events = punches(client)
            assert sorted(e["id"] for e in events) == sorted(
                f"{b}/{t.replace(' ', 'T')}/{s}/{v}" for b, t, s, v in lines
            )
            # And the other way round: what was pushed first is known to the other roads.
            now = local()
            assert door.post("cdata", "&table=ATTLOG&Stamp=9999", f"55\t{now}\t0\t1\t0\t0\t0\n").body == "OK:1"
            simulated.tell(punch={"badge": "55", "time": now, "state": 0, "verify": 1})
            client.command("gate", "read-log")
            assert len(punches(client)) == len(people) + 1


def dict_of(people):
    return {badge: None for badge, _, _ in people}


def test_a_simulated_clock_calls_in(place):
    """The simulated terminal on the real door: its punches arrive once, through cuts and lost answers."""
    path = write_site(place, [clock(serial="PUSH0001")])
    with Daemon(f"{place}/data", "--site", path, "--adms", "127.0.0.1:0") as daemon, asking(daemon) as client:
        url = Door(daemon).url.replace("http://", "call:tcp://")
        with Simulation("zkteco-push", "--set", "error_pause=1", listen=url) as simulated:
            daemon.wait_online("gate")
            for n, fault in enumerate(["none", "cut", "lost-answer", "noise", "none"]):
                simulated.tell(fault=fault)
                simulated.tell(punches=20 + n)
                wait_for("its uploads", lambda: acknowledged(simulated) == punched(simulated), 40, 0.2)
            assert len(punches(client)) == 110


def punched(simulated):
    return simulated.tell(report=True)["punched"]


def acknowledged(simulated):
    return simulated.tell(report=True)["acknowledged"]
