"""An RS-485 line on a pseudo-terminal with readers of PyPI `libosdp` on it, and the mishaps of such a line.

    with OsdpLine(place, [Reader(0), Reader(1, key=KEY)]) as line:
        site = write_site(place, [device("gate", "osdp", tty=line.tty, settings={"address": 0}), …])
        line.reader(0).hold_card(bits=26, data=h10301(123, 4567))
        line.cut = True                     # nothing passes any more, in neither direction

Every reader is one of libosdp's peripheral devices. A thread reads what the gateway says, gives it to all of them, and
puts what one answers on the line.
"""

import contextlib
import os
import pty
import random
import select
import threading
import time
import tty

import osdp

#: What the readers say that they can do.
CAPABILITIES = osdp.PDCapabilities(
    [
        (osdp.Capability.CardDataFormat, 1, 1),
        (osdp.Capability.LEDControl, 1, 1),
        (osdp.Capability.AudibleControl, 1, 1),
        (osdp.Capability.TextOutput, 1, 1),
        (osdp.Capability.CheckCharacter, 1, 1),
        (osdp.Capability.CommunicationSecurity, 1, 1),
    ]
)


class _Wire(osdp.Channel):
    """What one reader hears and says."""

    def __init__(self, address):
        super().__init__()
        self.id = address
        self.heard = bytearray()
        self.said = bytearray()

    def read(self, max_bytes):
        piece = bytes(self.heard[:max_bytes])
        del self.heard[:max_bytes]
        return piece

    def write(self, buf):
        self.said += buf
        return len(buf)

    def flush(self):
        self.heard.clear()


class Reader:
    """One reader. With `key` it takes nothing but its own; with `install` it has the installation key."""

    def __init__(self, address, key=None, install=False, serial=4711):
        self.address, self.key, self.install = address, key, install
        self.serial = serial
        self.commands = []
        self.device = None

    def start(self):
        """Its power goes on: a device that remembers nothing but its key."""
        flags = [osdp.LibFlag.EnforceSecure] if self.key else []
        if self.install and not self.key:
            flags = [osdp.LibFlag.InstallMode]
        self.wire = _Wire(self.address)
        info = osdp.PDInfo(
            self.address,
            self.wire,
            scbk=self.key,
            flags=flags,
            id=osdp.PdId(1, 7, 0x332211, self.serial, 0x010203),
        )
        self.device = osdp.PeripheralDevice(info, CAPABILITIES, osdp.LogLevel.Emergency, self._take)
        self.device.lock = threading.Lock()

    def _take(self, command):
        self.commands.append(command)
        if command["command"] == osdp.Command.Keyset:
            self.key = bytes(command["data"])
        return 0, None

    def of(self, kind):
        """The commands of a kind that it was given."""
        return [command for command in self.commands if command["command"] == kind]

    def hold_card(self, data, bits=None, wiegand=True):
        """Somebody holds a card to it."""
        kind = osdp.CardFormat.Wiegand if wiegand else osdp.CardFormat.Unspecified
        event = {"event": osdp.Event.CardRead, "reader_no": 0, "direction": 0, "format": kind, "data": data}
        self._happen({**event, "length": bits or len(data) * 8})

    def press(self, keys):
        """Somebody types."""
        codes = bytes({"#": 0x0D, "*": 0x7F}.get(key, ord(key)) for key in keys)
        self._happen({"event": osdp.Event.KeyPress, "reader_no": 0, "data": codes})

    def tamper(self, is_open):
        """Somebody opens or closes its housing."""
        report = bytes([1 if is_open else 0, 0])
        self._happen({"event": osdp.Event.Status, "type": osdp.StatusReportType.Local, "report": report})

    def _happen(self, event):
        assert self.device.submit_event(event), event

    @property
    def is_secure(self):
        return bool(self.device.is_sc_active())


class OsdpLine:
    """The line: a pseudo-terminal, the readers, and what goes wrong between them."""

    def __init__(self, place, readers):
        self.readers = readers
        self.master, self.slave = pty.openpty()
        tty.setraw(self.master)
        tty.setraw(self.slave)
        self.tty = os.path.join(place, "osdp")
        os.symlink(os.ttyname(self.slave), self.tty)
        self.cut = False
        #: Which piece of what passes is damaged, or lost: one in so many, 0 for none.
        self.damage = self.loss = 0
        #: How many answers are yet to be swallowed, said twice, or late.
        self.swallow = self.repeat = self.late = 0
        #: Everything that was put on the line, in order: (when, True where a reader spoke, bytes).
        self.passed = []
        self.random = random.Random(20261124)
        self.lock = threading.RLock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="osdp-line", daemon=True)

    def reader(self, address):
        return next(reader for reader in self.readers if reader.address == address)

    def restart(self, address):
        """A reader's power goes off and on."""
        with self.lock:
            self.reader(address).start()

    def heard(self):
        """What the gateway put on the line, all of it."""
        return b"".join(piece for _, is_reader, piece in self.passed if not is_reader)

    def last_words(self, count=60):
        """What passed the line last, for a failure's text."""
        pieces = self.passed[-count:]
        return "\n".join(f"{when:.3f} {'<' if is_reader else '>'} {piece.hex()}" for when, is_reader, piece in pieces)

    def __enter__(self):
        for reader in self.readers:
            reader.start()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(5)
        for descriptor in (self.master, self.slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _run(self):
        while not self._stop.is_set():
            ready, _, _ = select.select([self.master], [], [], 0.003)
            with self.lock:
                if ready:
                    self._hear(os.read(self.master, 4096))
                for reader in self.readers:
                    with reader.device.lock:
                        reader.device.ctx.refresh()
                    if reader.wire.said:
                        said, reader.wire.said = bytes(reader.wire.said), bytearray()
                        self._say(said)

    def _hear(self, piece):
        self.passed.append((time.monotonic(), False, piece))
        piece = self._travel(piece)
        for reader in self.readers:
            reader.wire.heard += piece

    def _say(self, answer):
        self.passed.append((time.monotonic(), True, answer))
        if self.swallow:
            self.swallow -= 1
            return
        if self.late:
            self.late -= 1
            threading.Timer(0.5, self._put, [answer]).start()
            return
        if self.repeat:
            self.repeat -= 1
            answer += answer
        self._put(self._travel(answer))

    def _put(self, answer):
        if answer and not self._stop.is_set():
            os.write(self.master, answer)

    def _travel(self, piece):
        if self.cut or (self.loss and self.random.randrange(self.loss) == 0):
            return b""
        if self.damage and self.random.randrange(self.damage) == 0:
            place = self.random.randrange(len(piece))
            changed = piece[place] ^ 1 << self.random.randrange(8)
            return piece[:place] + bytes([changed]) + piece[place + 1 :]
        return piece


def h10301(facility, card):
    """The 26 bits of a card, left aligned."""
    bits = f"{facility:08b}{card:016b}"
    even = str(bits[:12].count("1") % 2)
    odd = str(1 - bits[12:].count("1") % 2)
    return int(f"{even}{bits}{odd}".ljust(32, "0"), 2).to_bytes(4, "big")
