"""How the daemon starts and ends, and what others can tell of it."""

import contextlib
import json
import os
import pty
import signal
import socket
import stat
import subprocess
import time

import pytest
import zmq

from daemon import PROGRAM, Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event


@pytest.fixture
def systemd(place, monkeypatch):
    """What stands in for systemd: the states that the daemon tells it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"{place}/notify")
        ear.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", f"{place}/notify")
        yield ear


def test_ready_means_ready(place, systemd):
    """READY=1 comes when everything is bound and run.json is written, STOPPING=1 when it stops."""
    daemon = Daemon(f"{place}/data").start(wait=False)
    try:
        assert systemd.recv(100) == b"READY=1"
        with open(f"{place}/data/run.json", encoding="ascii") as file:
            run = json.load(file)
        assert set(run) == {"pid", "version", "events", "requests"} and run["pid"] == daemon.process.pid
        daemon.wait(0)
        assert daemon.ask(b"PING")[0] == b"PONG"
        assert daemon.stop() == 0
        assert systemd.recv(100) == b"STOPPING=1"
    finally:
        daemon.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order(place, number):
    """Within 5 s, exit 0: ports first, so that the disconnections are in the journal; run.json gone; chain intact."""
    tty = f"{place}/scanner"
    with (
        Simulation("zkteco", "--records", 20_000) as clock,
        Simulation("line-scanner", "--tty", "--link", tty) as scanner,
    ):
        site = write_site(place, [device("gate", "zkteco", clock.host), device("guard", "line-scanner", tty=tty)])
        daemon = Daemon(f"{place}/data", "--site", site)
        with daemon:
            daemon.wait_online("gate", "guard")
            scanner.tell(scans=2000)
            with asking(daemon) as client, asking(daemon) as waiting:
                waiting.send(b"REPLAY", bytes(7) + b"\1", bytes(8), b"", bytes(4))
                wait_for("scans", lambda: client.head() > 100)
                started = time.monotonic()
                daemon.process.send_signal(number)
                assert daemon.process.wait(10) == 0
                assert time.monotonic() - started < 5
        assert not os.path.exists(f"{place}/data/run.json")
        events = [json.loads(line) for line in gatehouse("export", "--data", daemon.data).splitlines()]
        ends = [e["data"] for e in events if e["type"] == "gatehouse.device.disconnected"]
        assert {end["device"] for end in ends} == {"gate", "guard"} and all("stops" in end["reason"] for end in ends)
        assert json.loads(gatehouse("verify", "--data", daemon.data, "--json"))["chain"] == "intact"
        gatehouse("devices", "--data", daemon.data, expect=3)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_early_is_obeyed(place, number):
    """Whoever signals as soon as run.json is there gets an orderly stop, or a reload, and never a dead daemon."""
    for n in range(5):
        daemon = Daemon(f"{place}/data-{n}").start(wait=False)
        try:
            wait_for("run.json", daemon._run_file, pause=0)
            daemon.process.send_signal(number)
            if number == signal.SIGHUP:
                assert daemon.wait().ask(b"PING")[0] == b"PONG"
                daemon.process.terminate()
            assert daemon.process.wait(10) == 0
            assert not os.path.exists(f"{daemon.data}/run.json")
        finally:
            daemon.close()


def test_what_was_left_open_is_closed_at_the_next_start(place):
    """After SIGKILL the next start says once that the devices' links had ended; its run.json replaces the stale one."""
    with Simulation("zkteco") as clock:
        site = write_site(place, [device("gate", "zkteco", clock.host)])
        with Daemon(f"{place}/data", "--site", site) as daemon:
            expected = ["device.connected"]
            with asking(daemon) as client:

                def told():
                    return [m.topic for m in client.replay(prefix=b"device.")[0] if m.topic.endswith("connected")]

                for _ in range(2):
                    wait_for("the connection in the journal", lambda e=tuple(expected): told() == list(e))
                    daemon.kill()
                    assert os.path.exists(f"{place}/data/run.json")
                    daemon.start()
                    expected += ["device.disconnected", "device.connected"]
                wait_for("the last connection", lambda: told() == expected)


def test_it_runs_without_a_site_file(daemon):
    """No site file: site `default`, no `site.updated`, events stored and served, verify intact."""
    with asking(daemon) as client:
        word, _, site, _ = client.ask(b"PING")
        assert (word, site) == (b"PONG", b"default")
        assert client.append(cloud_event()) == [(1, False)]
    gatehouse("reload", "--data", daemon.data)
    assert json.loads(gatehouse("verify", "--data", daemon.data, "--json"))["events"] == 1
    assert stat.S_IMODE(os.stat(daemon.data).st_mode) == 0o700


def test_it_finds_its_folder_by_the_environment(place, monkeypatch):
    """Without --data: $STATE_DIRECTORY, else $XDG_STATE_HOME/gatehouse; the commands look there too."""
    monkeypatch.setenv("XDG_STATE_HOME", f"{place}/state")
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    for folder in (f"{place}/state/gatehouse", f"{place}/systemd"):
        daemon = subprocess.Popen(
            [PROGRAM, "run", "--events", "tcp://127.0.0.1:0", "--requests", "tcp://127.0.0.1:0"],
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for("run.json", lambda f=folder: os.path.exists(f"{f}/run.json"))
            assert isinstance(json.loads(gatehouse("devices", "--json")), list)
        finally:
            daemon.terminate()
            assert daemon.wait(10) == 0
        monkeypatch.setenv("STATE_DIRECTORY", f"{place}/systemd:{place}/other")


def test_a_taken_port_is_named(daemon, place):
    """A port that somebody has is told with what to do; nothing is left behind."""
    other = Daemon(f"{place}/other")
    other.requests = daemon.requests
    other.start(wait=False)
    assert other.process.wait(20) == 1
    assert daemon.requests in other.last_words() and "choose another" in other.last_words()
    assert not os.path.exists(f"{place}/other/run.json")


def test_a_subscriber_finds_a_restarted_daemon_by_itself(daemon):
    """A standing subscription and a standing connection go on after the daemon was killed and started again."""
    with asking(daemon) as client, zmq.Context.instance().socket(zmq.SUB) as live:
        live.linger, live.rcvtimeo = 0, 20_000
        live.connect(daemon.events)
        live.subscribe("heartbeat")
        assert live.recv_multipart() and client.answers()
        daemon.kill()
        while live.poll(0):
            live.recv_multipart()
        daemon.start()
        assert live.recv_multipart()[0] == b"heartbeat"
        assert client.append(cloud_event())[0][1] is False


def test_nothing_is_coloured_or_animated_in_a_pipe(daemon):
    """Without a terminal no command writes an escape sequence or a carriage return, to either stream."""
    with asking(daemon) as client:
        client.append(*[cloud_event({"evil": "\x1b[31mred\r"}) for _ in range(2500)])
    for arguments in (["devices"], ["verify"], ["export"], ["tail", "--from", "1", "--count", "9"], ["keys", "list"]):
        done = subprocess.run([PROGRAM, *arguments, "--data", daemon.data], capture_output=True, timeout=30, check=True)
        assert b"\x1b" not in done.stdout + done.stderr and b"\r" not in done.stdout + done.stderr, arguments
    with open(daemon.log, "rb") as log:
        assert b"\x1b" not in log.read()


def in_a_terminal(*arguments):
    """What a command writes to a terminal, both streams together."""
    master, slave = pty.openpty()
    with subprocess.Popen([PROGRAM, *arguments], stdin=slave, stdout=slave, stderr=slave) as command:
        os.close(slave)
        written = b""
        # Linux ends the reading of a terminal that nobody holds any more with an error.
        with contextlib.suppress(OSError):
            while piece := os.read(master, 65_536):
                written += piece
        os.close(master)
        assert command.wait(20) == 0
    return written


def test_a_terminal_gets_colour_and_no_lies(daemon, monkeypatch):
    """On a terminal there is colour, unless NO_COLOR says otherwise; what clients wrote cannot move the cursor."""
    evil = "\x1b]0;owned\x07\x1b[2J\r\u009b2J\u202e"
    with asking(daemon) as client:
        client.append(cloud_event({"text": evil}), cloud_event({evil: 1}))
    tail = ("tail", "--from", "1", "--count", "2", "--data", daemon.data)
    coloured = in_a_terminal(*tail)
    assert b"\x1b[" in coloured
    for harm in ("\x1b]", "\x1b[2J", "\x07", "\u009b", "\u202e"):
        assert harm.encode() not in coloured, harm
    monkeypatch.setenv("NO_COLOR", "1")
    assert b"\x1b" not in in_a_terminal(*tail)
