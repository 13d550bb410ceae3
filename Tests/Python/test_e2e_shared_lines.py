"""Several devices on one serial line: the dead cost the living little, and none notices what becomes of the others."""

import contextlib
import threading
import time

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking
from e2e_devices import KEY, Port, code_of, readings, told, write_secrets


@contextlib.contextmanager
def readers(place, count, key=None):
    """A line with OSDP readers at the addresses from 0 on: the readers and the port."""
    behind = f"{place}/readers"
    secure = ["--set", f"key={key}"] if key else []
    with (
        Simulation("osdp", "--tty", "--link", behind, "--set", f"readers={count}", *secure) as line,
        Port(f"{place}/line", behind) as port,
    ):
        yield line, port


def reader(port, address, **more):
    return device(f"r{address}", "osdp", tty=port.path, settings={"address": address}, **more)


def clock(port, number, **more):
    return device(f"c{number}", "anviz", tty=port.path, settings={"id": number, "poll": "1s"}, **more)


def links(client, *names):
    """What happened to the links of these devices."""
    return {
        name: [m.topic.removeprefix("device.") for m in told(client, name, "connected", "disconnected")]
        for name in names
    }


def arrived(client, name, code, seconds=20):
    """Seconds until that reading of a device is on disk."""
    start = time.monotonic()
    wait_for(
        f"{code} of {name}", lambda: code in [code_of(m) for m in readings(client, name)], seconds, 0.005
    )
    return time.monotonic() - start


def test_three_dead_readers_of_eight(place):
    """Each of the living has a card on disk within 2 s, one after the other and all at once; the dead are told of."""
    living, dead = [0, 1, 3, 5, 7], [2, 4, 6]
    with readers(place, 8) as (line, port):
        for address in dead:
            line.tell(fault={"kind": "silence", "address": address})
        site = write_site(place, [reader(port, address) for address in range(8)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online(*(f"r{address}" for address in living))
            for n in range(1, 4):
                for address in living:
                    line.tell(punch={"badge": f"{n}-{address}", "address": address})
                    took = arrived(client, f"r{address}", f"{n}-{address}")
                    assert took < 2, f"reader {address}: {took:.2f} s"
            for address in living:
                line.tell(punch={"badge": f"9-{address}", "address": address})
            start = time.monotonic()
            for address in living:
                arrived(client, f"r{address}", f"9-{address}")
            assert time.monotonic() - start < 2
            for address in dead:
                fault = wait_for("the fault", lambda a=address: told(client, f"r{a}", "faulted"), 30, 0.05)[0]
                assert fault.data["code"] == "no-answer" and "address" in fault.data["message"]
                assert daemon.devices()[f"r{address}"]["state"] != "online"
            # They come back without anybody's doing.
            for address in dead:
                line.tell(fault={"kind": "none", "address": address})
            daemon.wait_online(*(f"r{address}" for address in dead), seconds=40)
            assert links(client, *(f"r{a}" for a in living)) == {f"r{a}": ["connected"] for a in living}


def test_a_reader_that_dies_and_one_that_babbles(place):
    """In the middle of the day one falls silent and one answers with noise: the others do not notice."""
    with readers(place, 4) as (line, port):
        site = write_site(place, [reader(port, address) for address in range(4)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online("r0", "r1", "r2", "r3")
            line.tell(fault={"kind": "silence", "address": 1})
            line.tell(fault={"kind": "noise", "address": 2})
            wait_for("the disconnection", lambda: told(client, "r1", "disconnected"), 30, 0.05)
            for n in range(1, 6):
                for address in (0, 3):
                    line.tell(punch={"badge": f"{n}-{address}", "address": address})
                    assert arrived(client, f"r{address}", f"{n}-{address}") < 2
            assert links(client, "r0", "r3") == {"r0": ["connected"], "r3": ["connected"]}


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "secure"])
def test_the_port_pulled_and_back(place, key):
    """All of them are disconnected once and connected once again, and each card comes once."""
    with readers(place, 3, key) as (line, port):
        names = ["r0", "r1", "r2"]
        secret = {"secret": "line"} if key else {}
        if key:
            write_secrets(place, f'line: "{key}"\n')
        site = write_site(place, [reader(port, address, **secret) for address in range(3)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            for n in range(1, 4):
                daemon.wait_online(*names)
                port.pull()
                wait_for(
                    "the disconnections",
                    lambda n=n: all(been.count("disconnected") == n for been in links(client, *names).values()),
                )
                port.plug()
                start = time.monotonic()
                daemon.wait_online(*names)
                assert time.monotonic() - start < 5
                for address, name in enumerate(names):
                    line.tell(punch={"badge": f"{n}-{address}", "address": address})
                    arrived(client, name, f"{n}-{address}")
            assert links(client, *names) == {name: ["connected", "disconnected"] * 3 + ["connected"] for name in names}


@pytest.mark.parametrize("family", ["osdp", "anviz"])
def test_the_site_file_changes(place, family):
    """A device more, a device changed, a device less: of the others on the line nobody is disconnected."""
    behind = f"{place}/devices"
    there = {"osdp": ["--set", "readers=4", "--set", "address=1"], "anviz": ["--set", "ids=1,2,3,4"]}[family]
    make = {"osdp": reader, "anviz": clock}[family]
    with (
        Simulation(family, "--tty", "--link", behind, *there) as line,
        Port(f"{place}/line", behind) as port,
    ):
        names = [make(port, number)["id"] for number in range(1, 5)]

        def apply(devices):
            write_site(place, devices)
            gatehouse("reload", "--data", daemon.data)

        def punch(number, badge):
            if family == "osdp":
                line.tell(punch={"badge": badge, "address": number})
            else:
                line.tell(punch={"badge": badge}, id=number)
            arrived(client, names[number - 1], badge)

        base = [make(port, number) for number in (1, 2, 3)]
        with Daemon(f"{place}/data", "--site", write_site(place, base)) as daemon, asking(daemon) as client:
            daemon.wait_online(*names[:3])
            apply([*base, make(port, 4)])
            wait_for("the new one", lambda: links(client, names[3])[names[3]] == ["connected"])
            changed = make(port, 3, role="patrol")
            apply([base[0], base[1], changed, make(port, 4)])
            again = ["connected", "disconnected", "connected"]
            wait_for("the change", lambda: links(client, names[2])[names[2]] == again)
            apply(base[:2])
            wait_for("the end", lambda: links(client, names[3])[names[3]][-1] == "disconnected")
            for number in (1, 2):
                punch(number, f"3000{number}")
            assert links(client, *names[:2]) == {name: ["connected"] for name in names[:2]}


def test_a_dead_clock_among_clocks(place):
    """Anviz: what the living say by themselves is not taken for the dead one's, and none waits for long."""
    behind = f"{place}/clocks"
    with (
        Simulation("anviz", "--tty", "--link", behind, "--set", "ids=1,2,3") as line,
        Port(f"{place}/line", behind) as port,
    ):
        line.tell(fault="silence", id=2)
        site = write_site(place, [clock(port, number) for number in (1, 2, 3)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online("c1", "c3")
            for n in range(1, 4):
                for number in (1, 3):
                    line.tell(punch={"badge": f"{n}000{number}"}, id=number)
                    took = arrived(client, f"c{number}", f"{n}000{number}")
                    assert took < 4, f"clock {number}: {took:.2f} s"
            row = daemon.devices()["c2"]
            assert row["state"] != "online" and row["trouble"]
            assert told(client, "c2") == []
            assert links(client, "c1", "c3") == {"c1": ["connected"], "c3": ["connected"]}


def test_two_lines_settings_for_one_line(place):
    """`check` refuses them at their place, and a daemon with such a file does not start."""
    site = write_site(
        place,
        [
            device("a", "osdp", tty="/dev/ttyS9", line={"rate": 9600}, settings={"address": 0}),
            device("b", "osdp", tty="/dev/ttyS9", line={"rate": 38400}, settings={"address": 1}),
        ],
    )
    complaint = gatehouse("check", site, expect=1)
    assert "line" in complaint and "site.yaml:" in complaint
    refused = Daemon(f"{place}/data", "--site", site).start(wait=False)
    assert refused.process.wait(20) == 1


@pytest.mark.parametrize(
    "first, second",
    [
        (("osdp", {"address": 3}), ("osdp", {"address": 3})),
        (("anviz", {"id": 3}), ("anviz", {"id": 3})),
        (("osdp", {"address": 0}), ("anviz", {"id": 1})),
        (("osdp", {"address": 0}), ("line-scanner", {})),
    ],
)
def test_what_cannot_be_on_one_line(place, first, second):
    """One address twice, two languages, or a device that talks without being asked: `check` says so."""
    site = write_site(
        place,
        [
            device("a", first[0], tty="/dev/ttyS9", settings=first[1]),
            device("b", second[0], tty="/dev/ttyS9", settings=second[1]),
        ],
    )
    gatehouse("check", site, expect=1)


def test_noise_on_the_line(place):
    """Half a minute's worth of nonsense between the words: each card is read once, nobody is lost for good."""
    with readers(place, 3) as (line, port):
        site = write_site(place, [reader(port, address) for address in range(3)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online("r0", "r1", "r2")
            stop = threading.Event()

            def disturb():
                n = 0
                while not stop.wait(0.05):
                    n += 1
                    port.say(bytes((n * k * 37) % 256 for k in range(n % 23)))

            noise = threading.Thread(target=disturb)
            noise.start()
            try:
                for n in range(1, 6):
                    for address in range(3):
                        line.tell(punch={"badge": f"{n}-{address}", "address": address})
                        arrived(client, f"r{address}", f"{n}-{address}", 30)
            finally:
                stop.set()
                noise.join()
            daemon.wait_online("r0", "r1", "r2")
            for address in range(3):
                found = [code_of(m) for m in readings(client, f"r{address}")]
                assert sorted(found) == [f"{n}-{address}" for n in range(1, 6)]
