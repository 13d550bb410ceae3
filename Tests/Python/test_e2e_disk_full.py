"""A journal's disk that is full: nothing is acknowledged, nothing is lost, and with room again the daemon goes on."""

import contextlib
import json
import os
import subprocess

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event


@contextlib.contextmanager
def small_disk(place, kind):
    """A file system of a few MiB, mounted in a folder; skips where that may not be done."""
    disk = f"{place}/disk"
    os.mkdir(disk)
    if kind == "tmpfs":
        mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk]
    else:
        image = f"{place}/disk.img"
        with open(image, "wb") as file:
            file.truncate(12 << 20)
        # -m 0: no blocks kept back for root, who may run this test.
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"no ext4 file system can be made here: {made.stderr.strip()}")
        mount = ["mount", "-o", "loop", image, disk]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a {kind} cannot be mounted here: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(path, leave=0):
    """Takes all the room that is left but so many bytes."""
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        room = os.statvfs(os.path.dirname(path))
        wanted = room.f_bavail * room.f_frsize - leave
        while wanted > 0:
            wanted -= file.write(bytes(min(wanted, 1 << 16)))
    if leave == 0:
        with open(path, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0")


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_a_full_disk_stops_acknowledgements_not_the_daemon(place, kind):
    """While full: no acknowledgement, APPEND says disk-full, all else answers. With room: everything arrives once."""
    with small_disk(place, kind) as disk, Simulation("zkteco", "--serial", "A1") as clock:
        site = write_site(place, [device("gate", "zkteco", clock.host)])
        daemon = Daemon(f"{disk}/data", "--site", site)
        daemon.log = f"{place}/log"
        with daemon, asking(daemon) as client:
            daemon.wait_online("gate")
            wait_for("the clock to tell live", lambda: punch(clock)["live"], pause=0.1)
            known = clock.tell(report=True)["punched"]
            wait_for("the punches", lambda: len(client.replay(prefix=b"punch.")[0]) == known)
            wait_for("the acknowledgements", lambda: len(safe(clock)) == known)

            fill(f"{disk}/ballast")
            code, message = wait_for("disk-full", lambda: refused(client), 60, 0)
            assert code == "disk-full" and "space" in message, message
            stored = client.head()
            for _ in range(30):
                punch(clock)
            for _ in range(5):
                assert refused(client)[0] == "disk-full"
            assert client.answers() and client.head() == stored
            assert client.devices()["gate"]["state"] == "online"
            assert len(client.replay(prefix=b"punch.")[0]) == known
            assert len(safe(clock)) == known, "acknowledged what is not on disk"

            os.unlink(f"{disk}/ballast")
            wait_for("the punches", lambda: len(client.replay(prefix=b"punch.")[0]) == known + 30, 30, 0.1)
            wait_for("the acknowledgements", lambda: len(safe(clock)) == known + 30)
            assert client.append(cloud_event(site="test"))[0][1] is False
            assert daemon.stop() == 0, daemon.last_words()
        events = [json.loads(line) for line in gatehouse("export", "--data", f"{disk}/data").splitlines()]
        assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
        verdict = json.loads(gatehouse("verify", "--data", f"{disk}/data", "--json"))
        assert verdict["chain"] == "intact" and verdict["head"] == len(events)


def punch(clock):
    """A punch that no other resembles: each is half a minute after the one before."""
    number = clock.tell(report=True)["punched"]
    return clock.tell(
        punch={
            "badge": "10001",
            "time": f"2026-11-02 {8 + number // 120:02}:{number // 2 % 60:02}:{number % 2 * 30:02}",
        }
    )


def safe(clock):
    """The records that the clock may forget: acknowledged, or read out."""
    reports = [clock.tell(report=True, list=kind)["punches"] for kind in ("acknowledged", "read")]
    return {entry["record"] for entries in reports for entry in entries}


def refused(client):
    """Appends until the disk takes no more; then what the daemon says."""
    answer = client.ask(b"APPEND", cloud_event({"text": "x" * 30_000}, site="test"))
    return [frame.decode() for frame in answer[1:]] if answer[0] == b"ERROR" else None


def test_a_start_on_a_full_disk_says_so(place):
    """Without room the daemon does not start, or starts and waits; it never damages what is there."""
    with small_disk(place, "tmpfs") as disk:
        daemon = Daemon(f"{disk}/data")
        daemon.log = f"{place}/log"
        with daemon, asking(daemon) as client:
            client.append(*[cloud_event() for _ in range(10)])
        fill(f"{disk}/ballast")
        daemon.start(wait=False)
        wait_for("its word or its end", lambda: not daemon.is_running or daemon._run_file())
        if not daemon.is_running:
            assert daemon.process.returncode == 1 and "disk" in daemon.last_words(), daemon.last_words()
        daemon.close()
        os.unlink(f"{disk}/ballast")
        with daemon, asking(daemon) as client:
            # The gateway may have written that there was no room.
            sequence, is_known = client.append(cloud_event())[0]
            assert sequence > 10 and not is_known
        assert json.loads(gatehouse("verify", "--data", daemon.data, "--json"))["chain"] == "intact"
