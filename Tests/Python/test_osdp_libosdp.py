"""The daemon as the panel, PyPI `libosdp` as the readers, on a pseudo-terminal: plain and secure, with cuts and noise.

Needs GATEHOUSE_BIN, the path of the built `gatehouse`, and the packages `pytest`, `pyzmq` and `libosdp` (not `osdp`,
which has the same import name).

libosdp 3.2.9 carries a repeated question out anew instead of repeating its answer, against the rules: the card of a
lost answer is gone. Where that may happen, a test holds the card to the reader again, as a person does.
"""

import os
import time

import pytest

from daemon import Daemon, device, gatehouse, wait_for, write_site
from e2e_bus import asking

osdp = pytest.importorskip("osdp", reason="libosdp is not installed")
if not hasattr(osdp, "PeripheralDevice"):
    pytest.skip("this is another package of that name", allow_module_level=True)
from osdp_line import OsdpLine, Reader, h10301  # noqa: E402

pytestmark = pytest.mark.skipif("GATEHOUSE_BIN" not in os.environ, reason="GATEHOUSE_BIN is not set")

KEY = "0102030405060708090a0b0c0d0e0f10"
OTHER_KEY = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
GREEN, RED, BLUE = osdp.CommandLEDColor.Green, osdp.CommandLEDColor.Red, osdp.CommandLEDColor.Blue


def entry(line, address=0, secret=None, **settings):
    """A site file's entry for the reader at that address."""
    named = {"secret": secret} if secret else {}
    settings = {"address": address, **settings}
    return device(f"reader-{address}", "osdp", tty=line.tty, settings=settings, **named)


def site_of(place, entries, **sections):
    path = os.path.join(place, "secrets.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'own: "{KEY}"\nother: "{OTHER_KEY}"\n')
    os.chmod(path, 0o600)
    return write_site(place, entries, **sections)


class Gate:
    """A running daemon, and what its journal says."""

    def __init__(self, daemon, client):
        self.daemon, self.client = daemon, client

    def told(self, prefix, name=None):
        events = self.client.replay(prefix=prefix.encode())[0]
        return [event for event in events if name is None or event.data["device"] == name]

    def badges(self, name=None):
        return [event.data["badge"] for event in self.told("punch.recorded", name)]

    def faults(self, name=None):
        return [event.data["code"] for event in self.told("device.faulted", name)]

    def story(self, line):
        """What happened, for a failure's text."""
        told = [(event.topic, event.event["time"], event.data) for event in self.told("")]
        return f"{told}\n{self.daemon.last_words()}\n{line.last_words()}"

    def wait_badges(self, *badges, name=None, seconds=10):
        wait_for(f"{badges}", lambda: self.badges(name) == list(badges), seconds, 0.05)


@pytest.fixture
def gate_of(place):
    """Starts a daemon on a line with a site, until the end of the test."""
    running = []

    def start(entries, online=None, **sections):
        daemon = Daemon(f"{place}/data", "--site", site_of(place, entries, **sections))
        running.append(daemon.__enter__())
        client = asking(daemon)
        gate = Gate(daemon, client.__enter__())
        running.append(client)
        daemon.wait_online(*(online if online is not None else [entry["id"] for entry in entries]))
        return gate

    yield start
    for thing in reversed(running):
        thing.__exit__(None, None, None)


@pytest.fixture(params=["plain", "secure"])
def secret(request):
    """Each test that takes it runs twice: in the open, and through the secure channel."""
    return "own" if request.param == "secure" else None


def reader(address=0, secret=None):
    return Reader(address, key=bytes.fromhex(KEY) if secret else None)


def test_cards_keys_and_housing(place, gate_of, secret):
    """What a person does at the reader is in the journal once, and in the right form."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        gate = gate_of([entry(line, secret=secret)])
        there = line.reader(0)
        assert there.is_secure == bool(secret)
        [connected] = wait_for("the event", lambda: gate.told("device.connected"), 5)
        assert (connected.data["vendor"], connected.data["serial"]) == ("OUI 112233", "4711")
        there.hold_card(h10301(123, 4567), bits=26)
        gate.wait_badges("123-4567")
        there.hold_card(bytes.fromhex("04a1b2c3d4e5f6"), wiegand=False)
        there.press("12")
        there.press("34#")
        gate.wait_badges("123-4567", "04A1B2C3D4E5F6", "1234")
        card, uid, pin = gate.told("punch.recorded")
        assert (card.data["method"], pin.data["method"]) == ("card", "pin")
        assert card.data["deviceTime"] is None
        assert card.data["native"] == {
            **{"reader": 0, "format": "wiegand", "bits": 26, "hex": "bd88eb80"},
            **{"facility": 123, "card": 4567, "parity": "right"},
        }
        assert uid.data["native"]["bits"] == 56
        assert len({event.event["id"] for event in (card, uid, pin)}) == 3
        there.tamper(True)
        wait_for("the fault", lambda: gate.faults() == ["tamper"], 10, 0.05)
        there.tamper(False)
        wait_for("its end", lambda: gate.faults() == ["tamper", "tamper-ended"], 10, 0.05)


def test_lights_and_sounds(place, gate_of, secret):
    """Green and one beep for a person whom the site knows, red and three beeps for anybody else."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        people = [{"id": "p1", "name": "Li Wei", "badges": ["123-4567"]}]
        gate_of([entry(line, secret=secret)], people=people)
        there = line.reader(0)
        for card, colour, beeps in ((4567, GREEN, 1), (4568, RED, 3)):
            there.commands.clear()
            there.hold_card(h10301(123, card), bits=26)
            [beep] = wait_for("the beeps", lambda: there.of(osdp.Command.Buzzer), 10)
            [led] = there.of(osdp.Command.LED)
            assert (led["on_color"], led["temporary"], beep["rep_count"]) == (colour, True, beeps)


def test_commands(place, gate_of, secret):
    """A reader is found by its blinking, and shows a text; a log it has not, nor a clock."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        gate = gate_of([entry(line, secret=secret)])
        there = line.reader(0)
        requests = ("--requests", gate.daemon.requests)
        gatehouse("command", "reader-0", "identify", *requests)
        assert [led["on_color"] for led in there.of(osdp.Command.LED)] == [BLUE]
        assert len(there.of(osdp.Command.Buzzer)) == 1
        gatehouse("command", "reader-0", "message", "Welcome", *requests)
        assert [text["data"] for text in there.of(osdp.Command.Text)] == ["Welcome"]
        for refused in ("read-log", "sync-clock"):
            gatehouse("command", "reader-0", refused, *requests, expect=4)


def test_several_on_a_line(place, gate_of):
    """Three readers, one of them secure, and one that is not there: each card is told of its own reader."""
    with OsdpLine(place, [reader(0), reader(1, "own"), reader(5)]) as line:
        entries = [entry(line, 0), entry(line, 1, "own"), entry(line, 5), entry(line, 9)]
        gate = gate_of(entries, online=["reader-0", "reader-1", "reader-5"])
        for number in range(20):
            for address in (0, 1, 5):
                line.reader(address).hold_card(h10301(address, number), bits=26)
        for address in (0, 1, 5):
            expected = [f"{address}-{number}" for number in range(20)]
            gate.wait_badges(*expected, name=f"reader-{address}", seconds=30)
        assert "no-answer" in wait_for("the dead one", lambda: gate.faults("reader-9"), 20, 0.1)
        assert gate.told("device.disconnected") == []


def test_a_cut_line(place, gate_of, secret):
    """Offline 8 s after the last answer, back soon after the cable is mended; what waited says how old it may be."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        gate = gate_of([entry(line, secret=secret)])
        cut = time.monotonic()
        line.cut = True
        wait_for("the disconnection", lambda: gate.told("device.disconnected"), 15, 0.05)
        assert 7 < time.monotonic() - cut < 12
        line.reader(0).hold_card(h10301(1, 1), bits=26)
        line.cut = False
        mended = time.monotonic()
        gate.daemon.wait_online("reader-0", seconds=15)
        assert time.monotonic() - mended < 8
        gate.wait_badges("1-1")
        [late] = gate.told("punch.recorded")
        assert late.data["native"].get("afterGapMilliseconds", 0) > 7000, gate.story(line)
        line.reader(0).hold_card(h10301(1, 2), bits=26)
        gate.wait_badges("1-1", "1-2")
        assert "afterGapMilliseconds" not in gate.told("punch.recorded")[1].data["native"]


def test_noise(place, gate_of, secret):
    """With damage and losses on the line every card arrives in the end, and nothing arrives that was no card."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        gate = gate_of([entry(line, secret=secret, poll="50ms")])
        line.damage, line.loss = 12, 25
        for number in range(10):
            badge = f"7-{number}"
            deadline = time.monotonic() + 40
            while badge not in gate.badges():
                assert time.monotonic() < deadline, f"{badge} never came: {gate.badges()}"
                line.reader(0).hold_card(h10301(7, number), bits=26)
                with_patience(lambda badge=badge: badge in gate.badges(), 2)
        assert set(gate.badges()) == {f"7-{number}" for number in range(10)}
        row = gate.daemon.devices()["reader-0"]
        assert row["state"] == "online", row


@pytest.mark.parametrize("mishap", ["repeat", "late", "swallow"])
def test_answers_twice_late_or_never(place, gate_of, secret, mishap):
    """An answer that comes twice, too late or never: the next cards arrive once each, and nobody is offline."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        gate = gate_of([entry(line, secret=secret)])
        for number in range(3):
            setattr(line, mishap, 1)
            wait_for("the mishap", lambda: getattr(line, mishap) == 0, 5)
            with_patience(lambda: False, 1.5)
            line.reader(0).hold_card(h10301(8, number), bits=26)
            gate.wait_badges(*[f"8-{n}" for n in range(number + 1)])
        assert gate.told("device.disconnected") == []


def test_a_restarted_reader(place, gate_of, secret):
    """Power off and on: used again within seconds, in a new session where it has a key."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        gate = gate_of([entry(line, secret=secret)])
        line.restart(0)
        line.reader(0).hold_card(h10301(1, 1), bits=26)
        gate.wait_badges("1-1", seconds=12)
        assert line.reader(0).is_secure == bool(secret)


def test_a_restarted_daemon(place, gate_of, secret):
    """The daemon is killed and started: the reader is connected again, and its next card arrives."""
    with OsdpLine(place, [reader(0, secret)]) as line:
        gate = gate_of([entry(line, secret=secret)])
        line.reader(0).hold_card(h10301(1, 1), bits=26)
        gate.wait_badges("1-1")
        gate.daemon.kill()
        gate.daemon.start()
        gate.daemon.wait_online("reader-0")
        line.reader(0).hold_card(h10301(1, 2), bits=26)
        gate.wait_badges("1-1", "1-2")


def test_a_wrong_key(place, gate_of):
    """A key that is not the reader's is told, and no card is taken from it."""
    with OsdpLine(place, [reader(0, "own")]) as line:
        gate = gate_of([entry(line, secret="other")], online=[])
        wait_for("the fault", lambda: gate.faults() == ["wrong-key"], 10, 0.05)
        line.reader(0).hold_card(h10301(1, 1), bits=26)
        with_patience(lambda: False, 3)
        assert gate.badges() == [] and gate.told("device.connected") == []
        assert gate.daemon.devices()["reader-0"]["state"] == "faulted"


def test_no_key_where_one_is_needed(place, gate_of):
    """A reader that speaks only through the secure channel, and no secret in the site file."""
    with OsdpLine(place, [reader(0, "own")]) as line:
        gate = gate_of([entry(line)], online=[])
        wait_for("the fault", lambda: gate.faults() == ["secure-only"], 10, 0.05)
        assert gate.badges() == []


def test_no_silent_fall_back(place, gate_of):
    """A reader without a key, where the site file has one, is not used in the open, nor with everybody's key."""
    with OsdpLine(place, [Reader(0, install=True)]) as line:
        gate = gate_of([entry(line, secret="own")], online=[])
        line.reader(0).hold_card(h10301(1, 1), bits=26)
        wait_for("the fault", lambda: gate.faults() == ["wrong-key"], 10, 0.05)
        with_patience(lambda: False, 2)
        assert gate.badges() == [] and gate.told("device.connected") == []
        assert line.reader(0).of(osdp.Command.Keyset) == []


@pytest.mark.parametrize("kind", ["own", "master"])
def test_installation(place, gate_of, kind):
    """In install mode a new reader gets its own key, which is never seen on the line, and is used with it at once."""
    with OsdpLine(place, [Reader(0, install=True)]) as line:
        gate = gate_of([entry(line, secret="own", install=True, key=kind)])
        there = line.reader(0)
        [given] = there.of(osdp.Command.Keyset)
        assert (bytes(given["data"]) == bytes.fromhex(KEY)) == (kind == "own")
        assert bytes(given["data"]) not in line.heard()
        wait_for("the advice", lambda: gate.faults() == ["install-mode"], 10, 0.05)
        there.hold_card(h10301(1, 1), bits=26)
        gate.wait_badges("1-1")
        assert there.is_secure
        # The reader remembers its key, and nothing else.
        line.restart(0)
        there.hold_card(h10301(1, 2), bits=26)
        gate.wait_badges("1-1", "1-2", seconds=12)


def with_patience(condition, seconds):
    """Waits for something that may well not happen; whether it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
