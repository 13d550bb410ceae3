"""`gatehouse command`, and devices of every family by `gatehouse simulate KIND`: what scripts may rely on."""

import json
import time

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """A daemon with a time clock, a scanner that only talks, and a clock that is away."""
    place = str(tmp_path_factory.mktemp("commands"))
    with Simulation("zkteco", "--zone", "Asia/Shanghai") as clock, Simulation(
        "line-scanner", "--tty", "--link", f"{place}/scanner"
    ):
        site = write_site(
            place,
            [
                device("clock", "zkteco", clock.host, clock="sync"),
                device("scanner", "line-scanner", tty=f"{place}/scanner"),
                device("away", "zkteco", "127.0.0.1:9"),
            ],
        )
        with Daemon(f"{place}/data", "--site", site) as daemon:
            daemon.wait_online("clock", "scanner")
            yield daemon, clock


def command(daemon, *words, expect=0):
    return gatehouse("command", *words, "--data", daemon.data, expect=expect)


@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_what_a_clock_can_do(gate, flag):
    """sync-clock and read-log say what came of them as one JSON object."""
    daemon, clock = gate
    clock.tell(clock="-900s")
    assert isinstance(json.loads(command(daemon, "clock", "sync-clock", *flag)), dict)
    clock.tell(punch={"badge": "10001"})
    assert isinstance(json.loads(command(daemon, "clock", "read-log", *flag)), dict)


@pytest.mark.parametrize("words", [["sync-clock"], ["read-log"], ["identify"], ["message", "hello"]])
def test_what_cannot_be_done_is_refused_with_the_reason(gate, words):
    """Exit 4, at once, whether the device cannot or is not there."""
    daemon, _ = gate
    start = time.monotonic()
    command(daemon, "scanner", *words, expect=4)
    command(daemon, "away", *words, expect=4)
    command(daemon, "nobody", *words, expect=4)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "words",
    [
        ["clock", "dance"],
        ["clock", "message"],
        ["clock", "identify", "now"],
        ["clock"],
        ["clock", "message", "a", "--text", "b"],
    ],
)
def test_wrong_usage(gate, words):
    """Exit 2, and nothing is asked of anybody."""
    command(gate[0], *words, expect=2)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense", "--tty"],
        ["osdp", "--tty", "--set", "colour=red"],
        ["osdp", "--tty", "--set", "readers=many"],
        ["osdp", "--tty", "--set", "readers"],
        ["osdp"],
        ["osdp", "--tty", "--zone", "Moon/Base"],
    ],
)
def test_a_simulated_device_that_cannot_be(words):
    """Exit 2, and what would be right."""
    gatehouse("simulate", *words, expect=2)


@pytest.mark.parametrize("kind", ["line-scanner", "osdp", "em4100", "memory-scanner", "fcard"])
def test_every_family_can_be_simulated(place, kind):
    """One line when ready, an answer to `report`, and a word on what is understood."""
    with Simulation(kind, "--tty", "--link", f"{place}/port") as simulated:
        assert simulated.address == f"{place}/port"
        assert isinstance(simulated.tell(report=True), dict)
        with pytest.raises(AssertionError, match="understood"):
            simulated.tell(nonsense=1)
        wait_for("still there", lambda: simulated.is_running, 1)
