"""`gatehouse identify`: what is at a port, with and without a daemon, in 30 seconds, and never at a port in use."""

import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import threading
import time

import pytest

from daemon import PROGRAM, Daemon, Simulation, device, folder, gatehouse, wait_for, write_site


def identify(port, *options, expect=0):
    """The JSON that the command prints, and how long it took."""
    start = time.monotonic()
    out = gatehouse("identify", port, "--json", *options, expect=expect, seconds=60)
    took = time.monotonic() - start
    assert took < 31, f"{took:.1f} s"
    return json.loads(out) if out else None


def check_yaml(place, yaml):
    """Pastes it into a site file, which must be in order, and returns its path."""
    site = f"{place}/found.yaml"
    with open(site, "w", encoding="utf-8") as file:
        file.write("site: found\ntimezone: UTC\n" + yaml)
    gatehouse("check", site)
    return site


@pytest.fixture(params=["daemon", "no daemon"])
def data(request, place):
    """A data folder, with a daemon on it or without."""
    if request.param == "no daemon":
        yield f"{place}/data"
    else:
        with Daemon(f"{place}/data") as daemon:
            yield daemon.data


def scanning(scanner, code, pause=0.3, told="scan"):
    """Somebody who shows the scanner a code again and again, or the reader a card."""
    stop = threading.Event()

    def scan():
        while not stop.wait(pause):
            scanner.tell(**{told: code})

    thread = threading.Thread(target=scan)
    thread.start()

    def end():
        stop.set()
        thread.join()

    return end


def test_a_scanner_is_heard(data, place):
    """What it says is taken for a scanner's, not for certain; the YAML is a site file's, and names the given path."""
    port = f"{place}/scanner"
    with Simulation("line-scanner", "--tty", "--link", port) as scanner:
        end = scanning(scanner, "XF-0001")
        try:
            report = identify(port, "--data", data)
        finally:
            end()
    [found] = [entry for entry in report["found"] if entry["driver"] == "line-scanner"]
    assert report["port"] == port and found["certain"] is False and found["line"] == "9600 8N1"
    assert bytes.fromhex(report["heard"]).startswith(b"XF-0001\r")
    assert set(found["facts"]) == {"vendor", "model", "serial", "firmware"}
    check_yaml(place, found["yaml"])
    assert f'tty: "{port}"' in found["yaml"]


def test_a_clock_in_the_network_is_certain(data):
    """A ZKTeco terminal answers, whatever its key; afterwards it serves the next who connects."""
    with Simulation("zkteco", "--key", 4711) as clock:
        report = identify(clock.address, "--data", data)
        [found] = report["found"]
        assert (found["driver"], found["certain"], found["line"]) == ("zkteco", True, None)
        assert f'host: "{clock.host}"' in found["yaml"]
        assert identify(clock.address, "--data", data)["found"][0]["driver"] == "zkteco"


ANSWERS = [
    ("osdp", ["address=0"], "9600 8N1"),
    ("osdp", ["address=5"], "9600 8N1"),
    ("memory-scanner", ["serial=00000000deadbeef", "sleepiness=1"], "9600 8O1"),
    ("fcard", ["number=1"], "115200 8N1"),
]


def identified(place, number, kind, options):
    """What is said of a simulated device on a line of its own."""
    port = f"{place}/port{number}"
    with Simulation(kind, "--tty", "--link", port, *[word for option in options for word in ("--set", option)]):
        return identify(port, "--data", f"{place}/data")


def test_what_answers_is_certain(place):
    """Each family's own question, among all the others', at its own line; the YAML is a site file's."""
    with concurrent.futures.ThreadPoolExecutor(len(ANSWERS)) as pool:
        runs = [pool.submit(identified, place, n, kind, options) for n, (kind, options, _) in enumerate(ANSWERS)]
        reports = [run.result() for run in runs]
    for report, (kind, _, line) in zip(reports, ANSWERS, strict=True):
        found = report["found"][0]
        assert (found["driver"], found["certain"], found["line"]) == (kind, True, line)
        check_yaml(place, found["yaml"])
    assert "deadbeef" in reports[2]["found"][0]["facts"]["serial"].lower()


def test_a_card_reader_is_heard(place):
    """A card that is held to it: certain by its check byte, and before anything is asked."""
    port = f"{place}/port"
    with Simulation("em4100", "--tty", "--link", port) as reader:
        end = scanning(reader, "0A00123456", told="card")
        try:
            report = identify(port, "--data", f"{place}/data")
        finally:
            end()
    [found] = report["found"]
    assert (found["driver"], found["certain"], found["line"]) == ("em4100", True, "9600 8N1")
    check_yaml(place, found["yaml"])


def test_what_was_identified_can_be_used(place):
    """The YAML of a memory scanner, pasted into a site file: the daemon speaks to it."""
    port = f"{place}/port"
    with Simulation("memory-scanner", "--tty", "--link", port, "--set", "scans=3") as _:
        [found] = identify(port, "--data", f"{place}/data")["found"]
        site = check_yaml(place, found["yaml"])
        with Daemon(f"{place}/data", "--site", site) as daemon:

            def codes():
                return gatehouse("export", "--data", daemon.data, "--topic", "scan.").count("\n")

            wait_for("its codes", lambda: codes() == 3)


def test_silence_and_nonsense_are_not_recognised(place):
    """Exit 1 within the time, with what was heard."""
    port = f"{place}/port"
    with Simulation("line-scanner", "--tty", "--link", port) as scanner:
        noise = threading.Timer(1, lambda: scanner.tell(fault="noise"))
        noise.start()
        start = time.monotonic()
        out = gatehouse("identify", port, "--json", "--data", f"{place}/data", expect=1, seconds=60)
        assert time.monotonic() - start < 31
        noise.join()
    report = json.loads(out)
    assert report["found"] == [] and len(report["heard"]) == 128


def test_a_port_in_use_is_left_alone(place):
    """The port of a running daemon's device: refused by that daemon, and by any other program that asks."""
    port = f"{place}/scanner"
    with Simulation("line-scanner", "--tty", "--link", port) as scanner:
        site = write_site(place, [device("gate", "line-scanner", tty=port)])
        with Daemon(f"{place}/data", "--site", site) as daemon:
            daemon.wait_online("gate")
            start = time.monotonic()
            identify(port, "--data", daemon.data, expect=4)
            identify(port, "--data", f"{place}/other", expect=4)
            assert time.monotonic() - start < 5
            scanner.tell(scan="XF-0001")
            wait_for("the scan", lambda: gatehouse("export", "--data", daemon.data, "--topic", "scan."))
            assert daemon.devices()["gate"]["state"] == "online"


def test_two_at_a_time_is_one_too_many(daemon, place):
    """The second question is refused while the first is under way; the first is not disturbed."""
    port = f"{place}/port"
    with Simulation("line-scanner", "--tty", "--link", port) as scanner:
        answers = []
        first = threading.Thread(target=lambda: answers.append(identify(port, "--data", daemon.data)))
        first.start()
        time.sleep(1)
        identify(port, "--data", daemon.data, expect=4)
        end = scanning(scanner, "XF-0001")
        first.join()
        end()
        assert [entry["driver"] for entry in answers[0]["found"]] == ["line-scanner"]


@pytest.mark.parametrize(
    "port, code",
    [
        ("/nowhere/at/all", 1),
        ("gopher://a", 2),
        ("tcp-listen://0.0.0.0:5010", 2),
        ("/etc/passwd", 1),
        ("tcp://127.0.0.1:1", 1),
    ],
)
def test_what_is_no_port(place, port, code):
    """Each says what to do instead, at once."""
    start = time.monotonic()
    gatehouse("identify", port, "--data", f"{place}/data", expect=code)
    assert time.monotonic() - start < 10


def test_the_bus_command_by_itself(daemon):
    """`identify-port` is the gateway's own; its arguments are checked."""
    for target, arguments, code in [
        (b"gateway", b"{}", b"malformed"),
        (b"gateway", b'{"port": 5}', b"malformed"),
        (b"gateway", json.dumps({"port": "x" * 300}).encode(), b"malformed"),
        (b"gateway", b'{"port": "/nowhere"}', b"unavailable"),
    ]:
        word, got, *_ = daemon.ask(b"COMMAND", target, b"identify-port", arguments)
        assert (word, got) == (b"ERROR", code)


def holds(pid, port):
    """Whether the process has that port open."""
    opened = set()
    for number in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            opened.add(os.readlink(f"/proc/{pid}/fd/{number}"))
    return os.path.realpath(port) in opened


def test_an_interrupted_search_lets_go_of_the_port(place):
    """Ctrl-C in the middle: the next one can have the port at once."""
    port = f"{place}/port"
    with Simulation("line-scanner", "--tty", "--link", port) as scanner:
        with folder() as data, subprocess.Popen(
            [PROGRAM, "identify", port, "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            wait_for("the search has the port", lambda: holds(process.pid, port))
            process.send_signal(signal.SIGINT)
            process.wait(20)
        end = scanning(scanner, "XF-0001")
        try:
            assert identify(port, "--data", f"{place}/data")["found"]
        finally:
            end()
    assert not os.path.exists(port)


def test_a_face_clock_in_the_network_is_certain(data):
    """A Hanvon clock without a key says who it is in plain words."""
    with Simulation("hanvon") as clock:
        [found] = identify(clock.address, "--data", data)["found"]
        assert (found["driver"], found["certain"], found["line"]) == ("hanvon", True, None)
