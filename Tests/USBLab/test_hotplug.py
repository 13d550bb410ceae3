"""Hot plug on a real kernel: the built daemon, udevd, the kernel's drivers, and scanners that come and go.

Everything is judged by a subscriber outside the guest: an event that nobody outside hears has not happened.
"""

import threading
import time

import pytest

from gateway import gateway
from scanners import ACM, FTDI, SCANNERS, WEDGE
from usbdev import Ftdi

SITE = {
    "site": "lab",
    "timezone": "Europe/Berlin",
    "gateway": {"curve": "on"},
    "devices": [
        *(scanner.entry for scanner in SCANNERS if not scanner.is_adopted),
        {"id": "twin", "driver": "line-scanner", "match": {"usb": "0403:6001", "serial": "LAB-TWIN"}},
    ],
}


@pytest.fixture(scope="module")
def guest():
    with gateway(SITE) as made:
        yield made


@pytest.fixture(autouse=True)
def tidy(request, guest):
    """Nothing stays plugged in, and what the daemon and the kernel said goes into the report of a test that fails."""
    failures = request.session.testsfailed
    yield
    guest.lab.unplug_all()
    if request.session.testsfailed > failures:
        print(guest.log[-4000:], guest.lab.console()[-2000:], sep="\n")


def told(topic, device):
    return lambda message: message.topic == topic and message.data["device"] == device


def scanned(code):
    return lambda message: message.topic == "scan.recorded" and message.data["code"] == code


def scans_of(guest, device):
    """The codes of that device in the journal, in order."""
    return [message.data["code"] for message in guest.replay("scan.") if message.data["device"] == device]


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda scanner: scanner.name)
def test_plugged_scanned_pulled_and_plugged_again(guest, scanner):
    """Each scan is an event outside, under the same name in whatever socket; nothing comes twice."""
    codes = [f"gatehouse:unit_{n}/{scanner.name}-X" for n in range(3)]
    codes += ["https://example.invalid/id/" + "0123456789" * 4]  # two reports of a HID POS scanner
    device, before = scanner.device(), scans_of(guest, scanner.identity)
    with guest.listening() as live:
        for round, socket in enumerate((3, 5)):
            guest.lab.plug(device, port=socket)
            live.until(told("device.connected", scanner.identity))
            for code in codes[2 * round:2 * round + 2]:
                scanner.scan(device, code)
                [*_, heard] = live.until(scanned(code))
                assert heard.data["device"] == scanner.identity
            guest.lab.unplug(device)
            live.until(told("device.disconnected", scanner.identity))
    assert scans_of(guest, scanner.identity) == before + codes


def test_all_at_once(guest):
    """A hub with every scanner on it is plugged in, and all read at once: each code comes from its own scanner."""
    devices = [(scanner, scanner.device()) for scanner in SCANNERS]
    with guest.listening() as live:
        for _, device in devices:
            guest.lab.plug(device)
        waiting = {scanner.identity for scanner in SCANNERS}
        while waiting:
            [message] = live.events(1)
            if message.topic == "device.connected":
                waiting.discard(message.data["device"])
        said = {(scanner.identity, f"{scanner.name}-{n}") for scanner in SCANNERS for n in range(5)}
        for n in range(5):
            for scanner, device in devices:
                scanner.scan(device, f"{scanner.name}-{n}")
        heard = [message for message in live.events(len(said)) if message.topic == "scan.recorded"]
        assert {(message.data["device"], message.data["code"]) for message in heard} == said
        for _, device in devices:
            guest.lab.unplug(device)


def test_a_scan_cut_by_the_pulled_plug_is_none(guest):
    """Half a code is not made whole by what the scanner says when it is back."""
    device = FTDI.device()
    with guest.listening() as live:
        for code in (b"HALF-A-C", b"A-WHOLE-CODE\r"):
            guest.lab.plug(device)
            live.until(told("device.connected", FTDI.identity))
            device.wait_line("9600 8N1", 20)
            device.write(code)
            assert device.drain(0x81, 10)
            if code.endswith(b"\r"):
                heard = live.until(scanned("A-WHOLE-CODE"))
            guest.lab.unplug(device)
            if not code.endswith(b"\r"):
                live.until(told("device.disconnected", FTDI.identity))
    assert [message.data["code"] for message in heard if message.topic == "scan.recorded"] == ["A-WHOLE-CODE"]


def test_twins_are_told_apart_by_their_serial_numbers(guest):
    """Two adapters of one model change sockets, and with them their /dev names; each keeps its own."""
    one, other = FTDI.device(), Ftdi(serial="LAB-TWIN")
    with guest.listening() as live:
        for order in ((one, other), (other, one)):
            for socket, device in enumerate(order):
                guest.lab.plug(device, port=socket)
                live.until(told("device.connected", "twin" if device is other else FTDI.identity))
            for device in order:
                device.write(device.serial.encode() + b"\r")
                [*_, heard] = live.until(scanned(device.serial))
                assert heard.data["device"] == ("twin" if device is other else FTDI.identity)
            for device in order:
                guest.lab.unplug(device)
                live.until(told("device.disconnected", "twin" if device is other else FTDI.identity))


def test_a_persons_keyboard_is_left_alone(guest):
    """A scanner's keys reach nobody but the gateway; a keyboard is anybody's, and what is typed on it is no scan."""
    wedge = WEDGE.device()
    with guest.listening() as live:
        guest.lab.plug(wedge)
        live.until(told("device.connected", WEDGE.identity))
        keyboard = guest.lab.plug_keyboard()
        free = guest.free_keyboards()
        assert [name for name, is_free in free.items() if is_free] == [name for name in free if "QEMU" in name]
        assert len(free) == 2, free
        keyboard.type("a-persons-secret\n")
        WEDGE.scan(wedge, "A-SCAN")
        heard = live.until(scanned("A-SCAN"))
        # That a keyboard hangs there may be told (device.unmanaged), what is typed on it never.
        readings = [message for message in heard if message.topic.endswith(".recorded")]
        assert [message.topic for message in readings] == ["scan.recorded"], "something that was typed was told"
        assert not any("secret" in str(message) for message in heard), "something that was typed was told"


def test_a_power_cut_loses_nothing_that_was_published(guest):
    """Whatever a subscriber heard before the plug was pulled is in the journal of the machine that boots again."""
    device, stop = ACM.device(), threading.Event()
    with guest.listening() as live:
        guest.lab.plug(device)
        live.until(told("device.connected", ACM.identity))
        assert device.wait_line("9600 8N1", 20)
        scanning = threading.Thread(target=scan_on, args=(device, stop))
        scanning.start()
        heard = live.until(scanned("POWER-100"))
        guest.power_cut()
        stop.set()
        scanning.join()
        heard += drained(live)
    guest.power_back()
    kept = {message.sequence: message for message in guest.replay()}
    lost = [message for message in heard if kept.get(message.sequence) != message]
    assert len(heard) > 100
    assert not lost, f"{len(lost)} of {len(heard)} events that were published before the cut are not in the journal"

    with guest.listening() as live:
        device = guest.lab.plug(ACM.device())
        live.until(told("device.connected", ACM.identity))
        ACM.scan(device, "AFTER-THE-CUT")
        [*_, after] = live.until(scanned("AFTER-THE-CUT"))
        assert after.sequence > max(message.sequence for message in heard), "a sequence was given twice"
        guest.lab.unplug(device)


def scan_on(device, stop):
    """Scans as fast as a belt brings parcels, until told to stop."""
    number = 0
    while not stop.wait(0.01):
        device.write(b"POWER-%d\r" % number)
        number += 1


def drained(live):
    """What is still under way when the machine is gone."""
    found, deadline = [], time.monotonic() + 2
    while time.monotonic() < deadline:
        if live.socket.poll(200):
            message = next(live)
            if message.topic != "heartbeat":
                found.append(message)
    return found
