"""Every family on the road that is natural to it, in one daemon: from a reading to its event, through all mishaps."""

import collections
import contextlib
import itertools
import json
import random
import re
import socket
import subprocess
import threading
import time
import urllib.request
from datetime import datetime

import pytest

from daemon import PROGRAM, ROOT, Daemon, Late, Simulation, device, folder, gatehouse, wait_for, write_site
from e2e_bus import asking
from e2e_devices import (
    KEY, KINDS, Plant, Port, badge, code_of, codes, free_port, readings, told, write_secrets
)
from test_e2e_hostile import resident

ALL = sorted(KINDS)
KEEPING = [name for name in ALL if KINDS[name].memory]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Site:
    """The plant with everything, its daemon, and a number for each reading."""

    def __init__(self, plant, daemon, client):
        self.plant, self.daemon, self.client = plant, daemon, client
        self._last = collections.Counter()

    def read(self, name):
        """Somebody makes a reading at the device; the badge or code that must come of it."""
        self._last[name] += 1
        self.plant[name].read(self._last[name])
        return self.plant[name].expected[-1]

    def wait(self, name, code, seconds=20):
        """The event of a reading."""
        return wait_for(
            f"{code} of {name}",
            lambda: next((m for m in readings(self.client, name) if code_of(m) == code), None),
            seconds,
            0.05,
        )

    def wait_online(self, seconds=30):
        """Waits until every device is connected."""
        missing = None

        def all_there():
            nonlocal missing
            rows = self.daemon.devices()
            missing = {name: rows[name]["trouble"] for name in ALL if rows[name]["state"] != "online"}
            return not missing

        with contextlib.suppress(Late):
            wait_for("every device", all_there, seconds, 0.05)
        assert not missing

    def wait_all(self, seconds=40):
        """Waits until everything that the devices with a memory were told is there, and looks that it is so once."""
        names = [unit.kind.name for unit in self.plant if unit.kind.memory]

        def missing():
            found = {name: codes(self.client, name) for name in names}
            return {n: c for n in names if (c := [code for code in self.plant[n].expected if code not in found[n]])}

        wait_for("every reading", lambda: not missing(), seconds, 0.1)
        for unit in self.plant:
            found = codes(self.client, unit.kind.name)
            assert set(found) <= set(unit.expected), unit.kind.name
            assert set(found.values()) <= {1}, (unit.kind.name, found.most_common(3))


@pytest.fixture(name="site", scope="module")
def _site():
    with folder() as place, Plant(place, *KINDS.values()) as plant:
        with plant.daemon() as daemon, asking(daemon) as client:
            daemon.wait_online(*ALL)
            yield Site(plant, daemon, client)


def command(site, *words):
    """Exit status, answer and complaint of `gatehouse command`."""
    done = subprocess.run(
        [PROGRAM, "command", *words, "--data", site.daemon.data],
        capture_output=True,
        text=True,
        timeout=70,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", ALL)
def test_a_reading_becomes_its_event(site, name):
    """Topic, badge or code, the device's own time, method, the device's own fields, and an id made of them."""
    kind = KINDS[name]
    code = site.read(name)
    message = site.wait(name, code)
    event, data = message.event, message.data
    assert message.topic == f"{kind.topic}recorded" and event["source"] == f"/sites/test/devices/{name}"
    assert data["native"] and data.get("method") == kind.method
    happened = datetime.fromisoformat(event["time"])
    assert abs(happened.timestamp() - time.time()) < 20 and event["time"].endswith("+08:00")
    local = happened.replace(tzinfo=None).isoformat(timespec="seconds")
    if kind.identity:
        assert event["id"] == kind.identity(data, local)
    else:
        assert UUID.fullmatch(event["id"])
    if kind.topic == "punch.":
        assert data["deviceTime"] == (local if kind.identity else None) and event["subject"] == code
    else:
        assert bytes.fromhex(data["native"]["hex"]) == code.encode()


@pytest.mark.parametrize("name", ALL)
def test_its_row(site, name):
    """`gatehouse devices --json`: who and where it is, and that it is well."""
    kind, unit = KINDS[name], site.plant[name]
    rows = json.loads(gatehouse("devices", "--data", site.daemon.data, "--json"))
    [row] = [row for row in rows if row["device"] == name]
    places = {
        "tty": unit.path,
        "tcp": unit.entry["match"].get("host", ""),
        "push": f"push:{kind.serial}",
        "call": f"tcp-listen://0.0.0.0:{unit.call}?from=127.0.0.1",
    }
    assert (row["driver"], row["state"]) == (kind.driver, "online") and places[kind.road] in row["address"]
    assert row["trouble"] is None and row["badFrames"] == 0
    assert row["serial"] == kind.serial
    site.wait(name, site.read(name))
    assert site.daemon.devices()[name]["lastEvent"]
    if kind.clock:
        assert abs(row["clockOffsetMilliseconds"]) < 3000


CAN = {
    "osdp": {"identify", "message"},
    "anviz": {"sync-clock", "read-log"},
    "hanvon": {"sync-clock", "read-log"},
    "zkteco": {"sync-clock", "read-log"},
    "zkteco-push": {"sync-clock", "read-log"},
    "memory-scanner": {"sync-clock", "read-log"},
    "fcard": {"sync-clock", "read-log", "identify"},
}


@pytest.mark.parametrize("words", [["sync-clock"], ["read-log"], ["identify"], ["message", "Fire drill"]])
@pytest.mark.parametrize("name", ALL)
def test_what_it_is_told_to_do(site, name, words):
    """Done and answered with one object, or refused with exit 4 and a sentence; a read-out makes nothing twice."""
    can = CAN.get(KINDS[name].driver, set()) if name != "hanvon-call" else set()
    code, answer, complaint = command(site, name, *words)
    if words[0] in can:
        assert code == 0, complaint
        assert isinstance(json.loads(answer), dict)
    else:
        assert code == 4 and answer == "" and len(complaint.split()) > 3, (code, answer, complaint)
    found = codes(site.client, name)
    assert set(found.values()) <= {1}, found.most_common(3)


@pytest.mark.parametrize("name", [name for name in ALL if KINDS[name].clock])
def test_a_wrong_clock_is_set_and_told(site, name):
    """Five minutes off, then `sync-clock`: the device's clock is right, and `device.clock` has both."""
    site.plant[name].tell(clock="+300s")
    code, _, complaint = command(site, name, "sync-clock")
    assert code == 0, complaint

    def corrected():
        clocks = [m.data for m in told(site.client, name, "clock")]
        return any(c["corrected"] and abs(c["offsetMilliseconds"] - 300_000) < 3000 for c in clocks)

    wait_for("the correction", corrected)
    message = site.wait(name, site.read(name))
    assert abs(datetime.fromisoformat(message.event["time"]).timestamp() - time.time()) < 20


@pytest.mark.parametrize("name", ALL)
def test_it_is_told_of_itself(site, name):
    """connected once; the clock's error and a complete read-out where the family knows of such; no fault."""
    kind = KINDS[name]
    # A clock that calls over HTTP is counted half a minute after it began to call.
    if kind.synced:
        wait_for("the read-out", lambda: told(site.client, name, "synced"), 45, 0.1)
    [connected] = told(site.client, name, "connected")
    assert (connected.data["driver"], connected.data["serial"]) == (kind.driver, kind.serial)
    assert bool(told(site.client, name, "clock")) is kind.clock
    assert bool(told(site.client, name, "synced")) is kind.synced
    assert told(site.client, name, "faulted", "disconnected") == []


def test_pulled_out_and_plugged_in_again(site):
    """Every device goes away at once and comes back; what it read meanwhile comes when it keeps it, once."""
    client, plant = site.client, site.plant
    head = client.head()
    for unit in plant:
        unit.line.pull()

    def gone():
        lost = {m.data["device"] for m in client.replay(head, prefix=b"device.disconnected")[0]}
        # HTTP has no connection that could be lost.
        return lost >= set(ALL) - {"zkteco-push"}

    wait_for("every disconnection", gone, 20, 0.05)
    for name in ALL:
        if KINDS[name].memory:
            site.read(name)
    for unit in plant:
        unit.line.plug()
    site.wait_online()
    for name in ALL:
        site.wait(name, site.read(name))
    site.wait_all()
    for name in set(ALL) - {"zkteco-push"}:
        links = [m.topic for m in told(client, name, "connected", "disconnected")]
        assert links == ["device.connected", "device.disconnected", "device.connected"], name


def test_killed_in_the_middle(site):
    """SIGKILL and a new start, three times, while everybody reads: what the devices keep is stored once, none lost."""
    stop = threading.Event()
    wrong = []

    def people():
        try:
            while not stop.wait(0.2):
                for name in ALL:
                    site.read(name)
        except BaseException as problem:  # shown by the test itself
            wrong.append(problem)

    reader = threading.Thread(target=people)
    reader.start()
    try:
        for _ in range(3):
            before = site.client.head()
            wait_for("more readings", lambda before=before: len(readings(site.client, start=before)) > 25, 20, 0.05)
            assert site.daemon.kill()
            site.daemon.start()
            site.wait_online()
    finally:
        stop.set()
        reader.join()
    assert not wrong, wrong
    for name in ALL:
        site.wait(name, site.read(name), 40)
    site.wait_all(60)


@pytest.mark.parametrize("name", [name for name in KEEPING if name != "hanvon-call"])
def test_read_out_again_it_is_the_same(site, name):
    """The whole memory once more, after all that: not one event more."""
    before = codes(site.client, name)
    code, _, complaint = command(site, name, "read-log")
    assert code == 0, complaint
    assert codes(site.client, name) == before == collections.Counter(site.plant[name].expected)


def test_it_stops_in_order(site):
    """With everything connected: exit 0 within the time, every device let go of, and nothing lost or told anew."""
    assert site.daemon.stop() == 0

    def open_still():
        reports = {unit.kind.name: unit.tell(report=True) for unit in site.plant if unit.kind.road in ("tcp", "call")}
        return [name for name, report in reports.items() if report["connected"]]

    wait_for("every device to be let go of", lambda: not open_still())
    site.daemon.start()
    site.wait_online()
    site.wait_all()


ROLES = [("clock", "punch"), ("patrol", "scan"), ("both", "scan")]


@pytest.mark.parametrize("role, em4100", ROLES)
def test_the_role_decides_what_a_card_is(place, role, em4100):
    """At a clock a card is a punch, on patrol a scan; at a reader on the wall it is a punch unless it is on patrol."""
    ports = {"em4100": f"{place}/em4100", "osdp": f"{place}/osdp"}
    with contextlib.ExitStack() as stack:
        cards = {
            kind: stack.enter_context(Simulation(kind, "--tty", "--link", port)) for kind, port in ports.items()
        }
        site = write_site(place, [device(kind, kind, tty=port, role=role) for kind, port in ports.items()])
        daemon = stack.enter_context(Daemon(f"{place}/data", "--site", site))
        client = stack.enter_context(asking(daemon))
        daemon.wait_online(*ports)
        cards["em4100"].tell(card="010063E9AE")
        cards["osdp"].tell(punch={"badge": "17-4711"})
        wait_for("both cards", lambda: len(readings(client)) == 2)
        found = {m.data["device"]: (m.topic.partition(".")[0], code_of(m)) for m in readings(client)}
        osdp = "scan" if role == "patrol" else "punch"
        assert found == {"em4100": (em4100, "010063E9AE"), "osdp": (osdp, "17-4711")}


MAD = {
    "osdp": bytes.fromhex("ff53805a0004") + bytes(200),
    "anviz": bytes.fromhex("a500000001df00ffff"),
    "hanvon": b'Return(result="success" time="2026-11-22 08:30:00" id="',
    "zkteco": bytes.fromhex("5050827dffffff7f"),
    "em4100": b"\x02010063E9AE",
    "memory-scanner": bytes.fromhex("060200ff"),
    "fcard": bytes.fromhex("7e01ff007f01"),
    "line-scanner": b"#",
    "zkteco-push": b"POST /iclock/cdata?SN=A1&table=ATTLOG HTTP/1.1\r\nContent-Length: 99999\r\n\r\n1\t",
}


class Mad:
    """Whatever hangs at the other end has gone mad: floods of three kinds in turn, as fast as they are taken."""

    def __init__(self, kind, port):
        self.blocks = [MAD[kind] * (4096 // len(MAD[kind])), random.Random(kind).randbytes(4096), bytes(4096)]
        self.port, self.sent, self.stopped = port, [0, 0, 0], False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        for turn in itertools.count():
            if self.stopped:
                return
            place = turn // 50 % 3
            taken = self._say(self.blocks[place])
            self.sent[place] += taken
            if not taken:
                time.sleep(0.005)

    def _say(self, block):
        return self.port.say(block)

    def close(self):
        self.stopped = True
        self.thread.join(10)
        self.port.close()


class MadServer:
    """The network's side of `Mad`: says it to whoever connects, or connects to say it."""

    def __init__(self, connect=None):
        self.server = None if connect else socket.create_server(("127.0.0.1", 0))
        self.connect, self.client = connect, None
        if self.server:
            self.server.settimeout(0.2)

    def say(self, block):
        try:
            if self.client is None:
                self.client = self.server.accept()[0] if self.server else socket.create_connection(self.connect, 1)
                self.client.settimeout(0.2)
            return self.client.send(block)
        except TimeoutError:
            return 0
        except OSError:
            if self.client:
                self.client.close()
            self.client = None
            return 0

    def close(self):
        for end in (self.client, self.server):
            if end:
                end.close()


def test_everything_gone_mad_at_once(place):
    """Floods at the port of every family: two good devices are served all the while, and memory stays where it was."""
    kinds = {name: name for name in MAD} | {"anviz-call": "anviz", "hanvon-call": "hanvon"}
    door = ("127.0.0.1", free_port())
    with contextlib.ExitStack() as stack:
        entries = []
        for name, kind in kinds.items():
            if kind == "zkteco-push":
                mad = MadServer(door)
                entries.append({"id": name, "driver": kind, "match": {"serial": "A1"}})
            elif name.endswith("-call"):
                port = free_port()
                mad = MadServer(("127.0.0.1", port))
                entries.append({"id": name, "driver": kind, "match": {"listen": port}})
            elif kind in ("hanvon", "zkteco"):
                mad = MadServer()
                entries.append(device(name, kind, f"127.0.0.1:{mad.server.getsockname()[1]}"))
            else:
                mad = Port(f"{place}/{name}")
                entries.append(device(name, kind, tty=mad.path))
            kinds[name] = stack.enter_context(contextlib.closing(Mad(kind, mad)))
        good = {
            "clock": stack.enter_context(Simulation("zkteco", "--zone", "Asia/Shanghai")),
            "scanner": stack.enter_context(Simulation("line-scanner")),
        }
        entries.append(device("clock", "zkteco", good["clock"].host))
        entries.append(device("scanner", "line-scanner", good["scanner"].host))
        site = write_site(place, entries)
        daemon = stack.enter_context(Daemon(f"{place}/data", "--site", site, "--adms", f"{door[0]}:{door[1]}"))
        client = stack.enter_context(asking(daemon))
        daemon.wait_online(*good)
        before = resident(daemon)
        n, end = 0, time.monotonic() + 8
        while time.monotonic() < end or not all(any(mad.sent) for mad in kinds.values()):
            n += 1
            head = client.head()
            good["clock"].tell(punch={"badge": badge(n)})
            good["scanner"].tell(scan=f"GOOD-{n}")
            for name, code in (("clock", badge(n)), ("scanner", f"GOOD-{n}")):
                wait_for(
                    code, lambda m=(name, code): m[1] in map(code_of, readings(client, m[0], head)), 10, 0.02
                )
            assert time.monotonic() < end + 20, {name: mad.sent for name, mad in kinds.items()}
        assert resident(daemon) - before < 80
        faults = collections.Counter(m.data["device"] for m in client.replay(prefix=b"device.faulted")[0])
        assert all(count < 40 for count in faults.values()), faults
        for name in good:
            assert told(client, name, "disconnected", "faulted") == []
        # Nothing that carries a check was ever made up of noise.
        made_up = collections.Counter(m.data["device"] for m in readings(client))
        assert not set(made_up) & {"osdp", "anviz", "anviz-call", "zkteco", "fcard", "memory-scanner"}, made_up
        with urllib.request.urlopen(f"http://{door[0]}:{door[1]}/iclock/getrequest?SN=A1", timeout=10) as answer:
            assert answer.status == 200


SAMPLES = sorted((ROOT / "drivers").glob("*/sample.yaml"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_each_sample_is_in_order(place, sample):
    """What a family's folder offers to be copied is a site file's as it stands."""
    text = sample.read_text(encoding="utf-8")
    secret = KEY if "driver: osdp" in text else "123456"
    secrets = dict.fromkeys(re.findall(r"secret: ([\w-]+)", text), secret)
    if secrets:
        write_secrets(place, "".join(f'{name}: "{value}"\n' for name, value in secrets.items()))
    site = f"{place}/site.yaml"
    with open(site, "w", encoding="utf-8") as file:
        file.write("site: sample\ntimezone: Asia/Shanghai\n" + text)
    assert "in order" in gatehouse("check", site)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_each_setting_of_a_sample_is_one(place, sample):
    """Each setting that a sample shows in a comment, taken alone, is one that the family takes."""
    text = sample.read_text(encoding="utf-8")
    entry = re.search(r"driver: ([\w-]+)", text)[1]
    shown = re.findall(r"^ +#   ([a-z_0-9]+): (.*?)(?: +# .*)?$", text, re.MULTILINE)
    match = {"serial": "A1"} if entry == "zkteco-push" else {"host": "10.0.0.9:4001"}
    if entry in ("osdp", "em4100", "fcard", "memory-scanner", "keyboard-wedge", "hid-pos"):
        match = {"tty": "/dev/ttyS9"}
    for key, value in shown:
        with open(f"{place}/site.yaml", "w", encoding="utf-8") as file:
            settings = f"{{ {key}: {value} }}"
            file.write(
                f"site: sample\ntimezone: UTC\ndevices:\n  - id: a\n    driver: {entry}\n"
                f"    match: {json.dumps(match)}\n    settings: {settings}\n"
            )
        gatehouse("check", f"{place}/site.yaml")
