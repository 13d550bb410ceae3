"""One device of each family as a test needs it: its simulation, its entry in a site file, and what must come of it.

    with Plant(place, KINDS["osdp"], KINDS["anviz-tcp"]) as plant:
        with plant.daemon() as daemon:
            plant["osdp"].read(1)               # somebody holds a card to it
            plant["osdp"].expected              # what must be on the bus: ["17-1"]

`Port` and `Cable` are the lines between gateway and device, which can be pulled, and much else.
"""

import collections
import contextlib
import errno
import os
import pty
import select
import socket
import threading
import tty
from typing import NamedTuple

from daemon import Daemon, Simulation, device, write_site

ZONE = "Asia/Shanghai"
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def free_port():
    """A port of loopback that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Port:
    """A serial port at `path`, and the line behind it, on which a simulated device hangs at `behind`, or nothing.

    What comes while nobody has the port open is lost, as at a real one.
    """

    def __init__(self, path, behind=None):
        self.path = path
        self.cut = False
        self._device = None
        if behind:
            self._device = os.open(behind, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self._device)
        self._master = None
        self._lock = threading.Lock()
        self._wake, self._waker = os.pipe()
        self._ended = False
        self.plug()
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def plug(self):
        """There it is, as another terminal than before."""
        master, end = pty.openpty()
        tty.setraw(end)
        os.set_blocking(master, False)
        os.symlink(os.ttyname(end), self.path + ".new")
        os.close(end)
        with self._lock:
            self._master = master
        os.replace(self.path + ".new", self.path)
        os.write(self._waker, b"!")

    def pull(self):
        """Whoever has it open hears that it is gone; the device behind it does not notice."""
        os.unlink(self.path)
        with self._lock:
            os.close(self._master)
            self._master = None

    def say(self, data):
        """Puts bytes on the line towards the gateway; returns how many it took."""
        with self._lock, contextlib.suppress(BlockingIOError):
            if self._is_open():
                return os.write(self._master, data)
        return 0

    def close(self):
        self._ended = True
        os.write(self._waker, b"!")
        self._thread.join(10)
        for end in (self._master, self._device, self._wake, self._waker):
            if end is not None:
                os.close(end)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def _is_open(self):
        if self._master is None:
            return False
        state = select.poll()
        state.register(self._master, select.POLLIN)
        return not any(event & select.POLLHUP for _, event in state.poll(0))

    def _carry(self):
        while not self._ended:
            with self._lock:
                gateway = self._master if self._is_open() else None
            ends = [end for end in (gateway, self._device, self._wake) if end is not None]
            try:
                # Nothing tells of somebody who opens the port, so it is looked at again and again.
                ready, _, _ = select.select(ends, [], [], 1 if gateway else 0.01)
            except OSError:
                continue  # it was pulled at this moment
            if self._wake in ready:
                os.read(self._wake, 4096)
            if self._device in ready:
                piece = self._read(self._device)
                if not self.cut:
                    self.say(piece)
            if gateway is not None and gateway in ready:
                with self._lock:
                    piece = self._read(gateway) if gateway == self._master else b""
                if piece and self._device is not None and not self.cut:
                    os.write(self._device, piece)

    @staticmethod
    def _read(end):
        try:
            return os.read(end, 4096)
        except OSError as problem:
            if problem.errno not in (errno.EIO, errno.EAGAIN, errno.EBADF):
                raise
            return b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Cable:
    """A network cable: who connects to `port` is connected to `to`, from the address `source`."""

    def __init__(self, to, source="127.0.0.1"):
        host, _, port = to.rpartition(":")
        self.to, self.source = (host, int(port)), source
        self._lock = threading.Lock()
        self._pairs, self._lost, self._threads = [], [], []
        self._server = None
        self.port = 0
        self.plug()

    def plug(self):
        """It carries connections, again at the same port."""
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        self._start(self._accept, self._server)

    def pull(self):
        """Every connection ends, and none comes about."""
        # A thread that waits in accept holds the socket; shutdown wakes it.
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            self._end(*pair)

    def lose(self):
        """Whoever called loses its power: what it called hears nothing of that, and nothing more at all."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
            self._lost += [called for _, called in pairs]
        for caller, _ in pairs:
            self._end(caller)

    def close(self):
        self.pull()
        self._end(*self._lost)
        for thread in self._threads:
            thread.join(10)

    def _start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self, server):
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            try:
                called = socket.create_connection(self.to, 5, (self.source, 0))
            except OSError:
                caller.close()
                continue
            called.settimeout(None)
            with self._lock:
                self._pairs.append((caller, called))
            self._start(self._carry, caller, called)
            self._start(self._carry, called, caller)

    def _carry(self, source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                sink.sendall(piece)
        with self._lock:
            stands = any(source in pair for pair in self._pairs)
            self._pairs = [pair for pair in self._pairs if source not in pair]
        if stands:
            self._end(source, sink)

    @staticmethod
    def _end(*ends):
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Kind(NamedTuple):
    """What is to be known of a family to test it like the others."""

    name: str
    driver: str
    #: tty, tcp, call (it dials in) or push (it calls over HTTP).
    road: str
    #: What the simulated device is told for reading number n, and the badge or code that must come of it.
    told: callable
    code: callable
    topic: str = "punch."
    method: str | None = None
    simulated: tuple = ()
    entry: dict = {}
    secret: str | None = None
    #: Whether readings made while the gateway is away come later.
    memory: bool = True
    clock: bool = True
    #: Whether the gateway says `device.synced`.
    synced: bool = True
    #: The event's id from its data and the device's time; None where the gateway makes one.
    identity: callable = None
    serial: str | None = None


def badge(n):
    return str(20_000 + n)


def _punched(n):
    return {"punch": {"badge": badge(n)}}


def _anviz_identity(data, _):
    native = data["native"]
    return f"{native['user']}/{native['seconds']}/{native['type']}/{native['backup']}"


def _hanvon_identity(data, _):
    return f"{data['badge']}/{data['deviceTime']}/{data['native']['status']}"


def _wand_identity(data, time):
    native = data["native"]["device"]
    return f"{native['wand']}/{native['record']}/{time}/{native['state']}/{native['card']}"


def _scan_identity(data, time):
    return f"{data['native']['device']['scanner']}/{time}/1/{data['code']}"


def _zk_identity(data, _):
    native = data["native"]
    return f"{data['badge']}/{data['deviceTime']}/{native['state']}/{native['verify']}"


KINDS = {
    kind.name: kind
    for kind in [
        Kind(
            "osdp", "osdp", "tty", lambda n: {"punch": {"badge": f"17-{n}"}}, lambda n: f"17-{n}", method="card",
            memory=False, clock=False, synced=False, serial="1",
        ),
        Kind(
            "osdp-secure", "osdp", "tty", lambda n: {"card": {"hex": f"04a1b2{n:06x}"}}, lambda n: f"04A1B2{n:06X}",
            method="card", simulated=("key=" + KEY, "enforced=true", "address=5"), secret=KEY,
            entry={"settings": {"address": 5}}, memory=False, clock=False, synced=False, serial="6",
        ),
        Kind(
            "anviz-line", "anviz", "tty", _punched, badge, method="fingerprint", simulated=("id=3", "serial=AL"),
            entry={"settings": {"id": 3, "poll": "1s"}}, identity=_anviz_identity, serial="AL",
        ),
        Kind(
            "anviz-tcp", "anviz", "tcp", _punched, badge, method="fingerprint",
            simulated=("serial=AT",),
            entry={"settings": {"poll": "1s"}}, identity=_anviz_identity, serial="AT",
        ),
        Kind(
            "anviz-call", "anviz", "call", _punched, badge, method="fingerprint",
            simulated=("serial=AC", "client=true"), entry={"settings": {"poll": "1s"}}, identity=_anviz_identity,
            serial="AC",
        ),
        Kind(
            "hanvon", "hanvon", "tcp", _punched, badge, method="face", simulated=("serial=HT", "key=1234"),
            secret="1234", entry={"settings": {"poll": "1s", "method": "face"}}, identity=_hanvon_identity, serial="HT",
        ),
        Kind(
            "hanvon-call", "hanvon", "call", _punched, badge, method="unknown",
            simulated=("serial=HC", "push=true"), clock=False, synced=False, identity=_hanvon_identity, serial="HC",
        ),
        Kind(
            "zkteco", "zkteco", "tcp", _punched, badge, method="fingerprint", simulated=("serial=ZT",),
            identity=_zk_identity, serial="ZT",
        ),
        Kind(
            "zkteco-push", "zkteco-push", "push", _punched, badge, method="fingerprint",
            simulated=("serial=ZP", "error_pause=1"), entry={"match": {"serial": "ZP"}, "settings": {"poll": "2s"}},
            clock=False, identity=_zk_identity, serial="ZP",
        ),
        Kind(
            "em4100", "em4100", "tty", lambda n: {"card": f"01{n:08X}", "near": 60}, lambda n: f"01{n:08X}",
            method="card", entry={"role": "clock"}, memory=False, clock=False, synced=False,
        ),
        Kind(
            "memory-scanner", "memory-scanner", "tty", lambda n: {"scan": f"CP-{n}"}, lambda n: f"CP-{n}", "scan.",
            entry={"role": "patrol", "clear_log": "when_full", "settings": {"poll": "1s"}}, identity=_scan_identity,
            simulated=("serial=00000000deadbeef",), serial="00000000DEADBEEF",
        ),
        Kind(
            "fcard", "fcard", "tty", lambda n: {"checkpoint": 70_000 + n}, lambda n: f"001{4464 + n:05}", "scan.",
            entry={"role": "patrol", "settings": {"poll": "1s", "format": "facility", "address": 9}},
            simulated=("number=9",), identity=_wand_identity,
        ),
        Kind(
            "line-scanner", "line-scanner", "tty", lambda n: {"scan": f"XF-{n}"}, lambda n: f"XF-{n}", "scan.",
            memory=False, clock=False, synced=False,
        ),
    ]
}


class Unit:
    """One device at its place, with the line to it, which can be pulled and plugged in again."""

    def __init__(self, kind, place, call=None, source="127.0.0.1"):
        self.kind = kind
        self.expected = []
        self.path = f"{place}/{kind.name}"
        self.call, self.source = call, source
        self.line = None
        own = kind.driver in ("zkteco", "line-scanner")
        options = [] if own else [word for value in kind.simulated for word in ("--set", value)]
        if own and kind.simulated:
            options = [f"--{kind.simulated[0].split('=')[0]}", kind.simulated[0].split("=")[1]]
        if kind.driver != "line-scanner":
            options += ["--zone", ZONE]
        with contextlib.ExitStack() as stack:
            if kind.road == "tty":
                there = f"{self.path}.device"
                self.simulation = stack.enter_context(Simulation(kind.driver, *options, "--tty", "--link", there))
                self.line = stack.enter_context(Port(self.path, there))
            elif kind.road == "tcp":
                self.simulation = stack.enter_context(Simulation(kind.driver, *options))
                self.line = stack.enter_context(Cable(self.simulation.host))
            else:
                self.line = stack.enter_context(Cable(f"127.0.0.1:{call}", source))
                there = f"call:tcp://127.0.0.1:{self.line.port}"
                self.simulation = stack.enter_context(Simulation(kind.driver, *options, listen=there))
            self._stack = stack.pop_all()

    @property
    def entry(self):
        """Its entry in a site file."""
        kind = self.kind
        entry = device(kind.name, kind.driver, tty=self.path)
        if kind.road == "tcp":
            entry["match"] = {"host": f"127.0.0.1:{self.line.port}"}
        if kind.road == "call":
            entry["match"] = {"listen": self.call, "host": self.source}
        if kind.clock:
            entry["clock"] = "sync"
        if kind.secret:
            entry["secret"] = kind.name
        return {**entry, **kind.entry}

    def tell(self, **command):
        return self.simulation.tell(**command)

    def read(self, n):
        """Reading number n: a punch, a card, a scan."""
        answer = self.tell(**self.kind.told(n))
        # A scanner that is being read takes no scan; the guard presses its button again.
        while answer.get("stored") is False:
            answer = self.tell(**self.kind.told(n))
        self.expected.append(self.kind.code(n))

    def close(self):
        self._stack.close()


class Plant:
    """Devices of these kinds, and a daemon for them."""

    def __init__(self, place, *kinds):
        self.place = place
        self.door = free_port()
        self.units = {}
        with contextlib.ExitStack() as stack:
            for kind in kinds:
                call = {"call": free_port, "push": lambda: self.door}.get(kind.road, lambda: None)()
                unit = stack.enter_context(contextlib.closing(Unit(kind, place, call)))
                self.units[kind.name] = unit
            self._stack = stack.pop_all()

    def __getitem__(self, name):
        return self.units[name]

    def __iter__(self):
        return iter(self.units.values())

    def write(self, **sections):
        """Writes the site file and its secrets; returns its path."""
        secrets = "".join(f'{unit.kind.name}: "{unit.kind.secret}"\n' for unit in self if unit.kind.secret)
        write_secrets(self.place, secrets)
        return write_site(self.place, [unit.entry for unit in self], **sections)

    def daemon(self, **sections):
        return Daemon(f"{self.place}/data", "--site", self.write(**sections), "--adms", f"127.0.0.1:{self.door}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()


def write_secrets(place, text):
    """The secrets beside a site file, which nobody else may read."""
    path = f"{place}/secrets.yaml"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def readings(client, name=None, start=1):
    """The punches and scans in the journal, of one device or of all."""
    found = [m for m in client.replay(start)[0] if m.topic in ("punch.recorded", "scan.recorded")]
    return [m for m in found if name in (None, m.data["device"])]


def code_of(message):
    """The badge or code that was read."""
    return message.data.get("badge") or message.data.get("code")


def codes(client, name):
    """How often each badge or code of a device is in the journal."""
    return collections.Counter(code_of(message) for message in readings(client, name))


def told(client, name, *topics):
    """What the bus says of a device itself."""
    wanted = [f"device.{topic}" for topic in topics]
    return [
        m for m in client.replay(prefix=b"device.")[0] if m.data["device"] == name and (m.topic in wanted or not topics)
    ]
