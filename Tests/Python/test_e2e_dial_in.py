"""Devices that call the gateway: lost power, two behind one port, a port that is taken, callers that nobody knows."""

import collections
import contextlib
import os
import signal
import socket
import time

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking
from e2e_devices import KINDS, Cable, Unit, codes, free_port, readings, told
from test_e2e_hostile import resident

CALLING = ["anviz-call", "hanvon-call"]


@contextlib.contextmanager
def caller(kind, place, port=None, source="127.0.0.1"):
    """A device of that kind which calls a port of the gateway."""
    with contextlib.closing(Unit(KINDS[kind], place, port or free_port(), source)) as unit:
        yield unit


def read(client, unit, *numbers, seconds=20):
    """Makes readings and waits until all of them are on disk."""
    for n in numbers:
        unit.read(n)
    name = unit.kind.name

    def there():
        return set(unit.expected) <= set(codes(client, name))

    wait_for(f"{unit.expected[-1:]} of {name}", there, seconds, 0.02)
    assert codes(client, name) == collections.Counter(unit.expected)


def listens(port):
    """Whether somebody listens at that port of loopback."""
    with socket.socket() as asker:
        return asker.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("kind", CALLING)
def test_its_power_fails_while_the_connection_stands(place, kind):
    """The gateway hears nothing of it; the device calls again and is let in at once; nothing is lost or twice."""
    with caller(kind, place) as unit:
        site = write_site(place, [unit.entry])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online(kind)
            read(client, unit, 1)
            for n in range(2, 8, 2):
                unit.line.lose()
                unit.read(n)
                start = time.monotonic()
                read(client, unit, n + 1)
                assert time.monotonic() - start < 5
            reasons = {m.data["reason"] for m in told(client, kind, "disconnected")}
            assert all("called again" in reason for reason in reasons), reasons
            assert told(client, kind, "faulted") == []


def test_two_devices_at_one_port(place):
    """Each is known by the address that it calls from; a third address is nobody's and disturbs nobody."""
    port = free_port()
    with caller("anviz-call", place, port) as first, contextlib.ExitStack() as stack:
        line = stack.enter_context(Cable(f"127.0.0.1:{port}", "127.0.0.2"))
        other = stack.enter_context(
            Simulation(
                "anviz", "--set", "client=true", "--set", "serial=OTHER", "--zone", "Asia/Shanghai",
                listen=f"call:tcp://127.0.0.1:{line.port}",
            )
        )
        second = {
            "id": "second",
            "driver": "anviz",
            "match": {"listen": port, "host": "127.0.0.2"},
            "settings": {"poll": "1s"},
        }
        site = write_site(place, [first.entry, second])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online("anviz-call", "second")
            rows = daemon.devices()
            assert (rows["anviz-call"]["serial"], rows["second"]["serial"]) == ("AC", "OTHER")
            strangers = [
                stack.enter_context(socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.3", 0)))
                for _ in range(40)
            ]
            for stranger in strangers:
                with contextlib.suppress(OSError):
                    stranger.sendall(b"\xa5\0\0\0\1\xff\0\0\0" * 50)
            read(client, first, 1)
            other.tell(punch={"badge": "30001"})
            wait_for("the other's punch", lambda: codes(client, "second") == {"30001": 1})
            line.lose()
            other.tell(punch={"badge": "30002"})
            wait_for("the other's punch", lambda: codes(client, "second") == {"30001": 1, "30002": 1})
            read(client, first, 2)
            links = [m.topic for m in told(client, "anviz-call", "connected", "disconnected")]
            assert links == ["device.connected"]


@pytest.mark.parametrize("kind", CALLING)
def test_the_port_is_taken(place, kind):
    """Its row says so and what to do; the daemon serves the others, and the device as soon as the port is free."""
    with caller(kind, place) as unit, Simulation("zkteco") as clock:
        site = write_site(place, [unit.entry, device("gate", "zkteco", clock.host)])
        with contextlib.closing(socket.create_server(("0.0.0.0", unit.call))) as holder:
            with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
                daemon.wait_online("gate")
                row = wait_for("the trouble", lambda: (r := daemon.devices()[kind])["trouble"] and r, 10, 0.05)
                assert row["state"] != "online"
                assert "port" in row["trouble"] and "; " in row["trouble"], row
                clock.tell(punch={"badge": "10001"})
                wait_for("the punch", lambda: readings(client, "gate"))
                holder.close()
                daemon.wait_online(kind)
                read(client, unit, 1)


@pytest.mark.parametrize("kind", CALLING)
def test_the_gateway_restarts(place, kind):
    """In order and by SIGKILL: the device calls again, and what it read meanwhile arrives, once."""
    with caller(kind, place) as unit:
        site = write_site(place, [unit.entry])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online(kind)
            read(client, unit, 1)
            for n, number in enumerate([signal.SIGTERM, signal.SIGKILL]):
                unit.read(10 + n)
                daemon.process.send_signal(number)
                daemon.process.wait(20)
                assert not listens(unit.call)
                unit.read(20 + n)
                daemon.start()
                read(client, unit, 30 + n)


def test_the_site_file_changes(place):
    """A device that is taken out is hung up on; put in again, it is served; the other never notices."""
    with caller("anviz-call", place) as unit, caller("hanvon-call", place) as other:
        both = [unit.entry, other.entry]
        with Daemon(f"{place}/data", "--site", write_site(place, both)) as daemon, asking(daemon) as client:
            daemon.wait_online("anviz-call", "hanvon-call")
            write_site(place, both[1:])
            gatehouse("reload", "--data", daemon.data)
            wait_for("the end", lambda: told(client, "anviz-call", "disconnected"))
            unit.read(2)
            assert readings(client, "anviz-call") == []
            write_site(place, both)
            gatehouse("reload", "--data", daemon.data)
            read(client, unit, 1)
            read(client, other, 1)
            links = [m.topic for m in told(client, "hanvon-call", "connected", "disconnected")]
            assert links == ["device.connected"]


@pytest.mark.parametrize("kind", CALLING)
def test_another_clock_calls(place, kind):
    """With a serial number in the site file, another clock from that address is refused and nothing of it taken."""
    with caller(kind, place) as unit:
        entry = unit.entry
        entry["match"]["serial"] = "RIGHT"
        with Daemon(f"{place}/data", "--site", write_site(place, [entry])) as daemon, asking(daemon) as client:
            unit.read(1)
            row = wait_for("the refusal", lambda: (r := daemon.devices()[kind])["state"] == "faulted" and r, 20, 0.05)
            assert unit.kind.serial in row["trouble"] and "RIGHT" in row["trouble"], row
            assert readings(client) == []


@pytest.mark.parametrize("kind", CALLING)
def test_callers_gone_mad(place, kind):
    """Hundreds that say nothing, drip, or flood, from addresses that are not the device's: it goes on, memory stays."""
    with caller(kind, place) as unit, contextlib.ExitStack() as stack:
        with Daemon(f"{place}/data", "--site", write_site(place, [unit.entry])) as daemon, asking(daemon) as client:
            daemon.wait_online(kind)
            read(client, unit, 1)
            before = resident(daemon)
            noise = os.urandom(1 << 16)
            for n in range(300):
                mad = stack.enter_context(
                    socket.create_connection(("127.0.0.1", unit.call), 5, (f"127.0.0.{3 + n % 50}", 0))
                )
                mad.setblocking(False)
                with contextlib.suppress(OSError):
                    for _ in range(16 if n % 3 == 0 else n % 3 - 1):
                        mad.send(noise)
                if n % 60 == 0:
                    read(client, unit, 100 + n)
            read(client, unit, 1000)
            assert resident(daemon) - before < 30
            assert told(client, kind, "disconnected") == []
