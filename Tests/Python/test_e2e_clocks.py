"""Time clocks through the whole gateway: every record layout, both transports, wrong clocks, full logs."""

import json
from datetime import datetime

import pytest

from daemon import Daemon, Simulation, device, wait_for, write_site
from e2e_bus import asking


def host(clock):
    return clock.address.rpartition("/")[2]


def by_badge_and_time(punches):
    return sorted((punch["badge"], punch["time"]) for punch in punches)


def delivered(client):
    """Badge and device time of each punch in the journal."""
    return sorted((m.data["badge"], m.data["deviceTime"]) for m in client.replay(prefix=b"punch.")[0])


@pytest.mark.parametrize("layout", ["40", "49", "22", "16", "8A", "8B"])
@pytest.mark.parametrize("scheme", ["tcp", "udp"])
def test_every_layout_is_read_right(place, scheme, layout):
    """A log of 700 records and what is punched afterwards: each badge and time as the clock has it, once."""
    options = ["--layout", layout, "--records", 700, "--zone", "Asia/Shanghai"]
    with Simulation("zkteco", *options, listen=f"{scheme}://127.0.0.1:0") as clock:
        site = write_site(place, [device("gate", "zkteco", host(clock))])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            wait_for("the log", lambda: len(client.replay(prefix=b"punch.")[0]) >= 700)
            for n in range(10):
                clock.tell(punch={"badge": str(10001 + n), "state": n % 6, "verify": n % 3})
            wait_for("the rest", lambda: len(client.replay(prefix=b"punch.")[0]) >= 710)
            client.command("gate", "read-log")
            assert delivered(client) == by_badge_and_time(clock.tell(report=True, list="all")["punches"])


@pytest.mark.parametrize("policy", ["sync", "correct", "report"])
def test_a_clock_that_is_wrong(place, policy):
    """sync sets it; correct corrects the events' times; report only tells. The device's own time stays in the event."""
    with Simulation("zkteco", "--zone", "Asia/Shanghai") as clock:
        clock.tell(clock="+600s")
        site = write_site(place, [device("gate", "zkteco", clock.host, clock=policy)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            wait_for("the read-out", lambda: client.replay(prefix=b"device.synced")[0])

            def comparisons():
                return [m.data for m in client.replay(prefix=b"device.clock")[0]]

            wait_for("the comparison", lambda: any(c["corrected"] is (policy == "sync") for c in comparisons()))
            # A clock that is to be set is compared, read out while its records and its time agree, and then set.
            assert [c["corrected"] for c in comparisons()] == ([False, True] if policy == "sync" else [False])
            assert all(abs(c["offsetMilliseconds"] - 600_000) < 3000 for c in comparisons())
            before = datetime.now().timestamp()
            clock.tell(punch={"badge": "10001"})
            [punch] = wait_for("the punch", lambda: client.replay(prefix=b"punch.")[0])
            happened = datetime.fromisoformat(punch.event["time"]).timestamp()
            shown = datetime.fromisoformat(punch.data["deviceTime"] + "+08:00").timestamp()
            late = 0 if policy == "sync" else 600
            assert abs(shown - before - late) < 5
            assert abs(happened - before - (late if policy == "report" else 0)) < 5


def test_a_full_log_is_cleared_only_when_told_and_only_of_what_is_stored(place):
    """clear_log when_full: what the clock erases is in the journal; never: it erases nothing, a full log is told."""
    with (
        Simulation("zkteco", "--serial", "A1", "--capacity", 1000, "--records", 950) as willing,
        Simulation("zkteco", "--serial", "A2", "--capacity", 1000, "--records", 1000) as full,
    ):
        site = write_site(
            place,
            [
                device("gate", "zkteco", willing.host, clear_log="when_full"),
                device("full", "zkteco", full.host),
            ],
        )
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            wait_for("the clearing", lambda: willing.tell(report=True)["erased"] >= 950, 30, 0.05)
            stored = {m.event["id"] for m in client.replay(prefix=b"punch.")[0] if m.data["device"] == "gate"}
            assert len(stored) >= willing.tell(report=True)["erased"]
            for hour in range(5):
                willing.tell(punch={"badge": "10002", "time": f"2026-11-02 {hour:02}:00:00"})

            def all_there():
                punches = [m for m in client.replay(prefix=b"punch.")[0] if m.data["device"] == "gate"]
                return len(punches) == willing.tell(report=True)["punched"]

            wait_for("what came after", all_there)
            wait_for("the full log", lambda: daemon.devices()["full"]["logUsed"] == 1000)
            assert full.tell(report=True)["erased"] == 0
            row = daemon.devices()["full"]
            faults = [m.data for m in client.replay(prefix=b"device.faulted")[0] if m.data["device"] == "full"]
            assert row["logCapacity"] == 1000 and faults, json.dumps(row)
