"""The simulated ZKTeco clock, held against somebody else's client: PyPI `pyzk`, over TCP and over UDP.

Needs GATEHOUSE_BIN, the path of the built `gatehouse`, and the packages `pytest` and `pyzk`.
"""

import os
from datetime import datetime, timedelta

import pytest

from simulated_clock import SimulatedClock

zk = pytest.importorskip("zk", reason="pyzk is not installed")
from zk.exception import ZKErrorResponse, ZKNetworkError, ZKErrorConnection  # noqa: E402

pytestmark = pytest.mark.skipif("GATEHOUSE_BIN" not in os.environ, reason="GATEHOUSE_BIN is not set")

SCHEMES = ["tcp", "udp"]


def simulated(scheme: str, *options: str) -> SimulatedClock:
    return SimulatedClock("--listen", f"{scheme}://127.0.0.1:0", *options)


def connected(clock: SimulatedClock, password: int = 0):
    client = zk.ZK(
        clock.host,
        port=clock.port,
        timeout=5,
        password=password,
        force_udp=clock.scheme == "udp",
        ommit_ping=True,
    )
    return client.connect()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_says_who_it_is(scheme):
    with simulated(scheme) as clock:
        client = connected(clock)
        assert client.get_serialnumber() == clock.tell(report=True)["serial"]
        assert client.get_platform() == "ZEM760_TFT"
        assert client.get_firmware_version() == "Ver 6.60 Jun 16 2015"
        client.disconnect()
        assert clock.tell(report=True)["connected"] is False


@pytest.mark.parametrize("scheme", SCHEMES)
def test_users_have_their_badges(scheme):
    with simulated(scheme) as clock:
        users = connected(clock).get_users()
        assert [user.user_id for user in users] == [str(10001 + number) for number in range(20)]
        assert users[0].name == "Person 10001"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_punch_is_read_as_it_was_made(scheme):
    with simulated(scheme) as clock:
        clock.tell(punch={"badge": "10007", "time": "2026-11-22 08:30:00", "state": 1, "verify": 4})
        client = connected(clock)
        [punch] = client.get_attendance()
        assert (punch.user_id, punch.timestamp) == ("10007", datetime(2026, 11, 22, 8, 30))
        assert (punch.status, punch.punch) == (4, 1), "pyzk calls the way of verifying the status"
        assert clock.tell(report=True)["read"] == 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_long_log_comes_whole_in_chunks(scheme):
    with simulated(scheme) as clock:
        clock.tell(log=5000)
        punches = connected(clock).get_attendance()
        assert len(punches) == 5000
        expected = clock.tell(report=True, list="read")["punches"]
        assert [(punch.user_id, punch.timestamp.isoformat()) for punch in punches] == [
            (punch["badge"], punch["time"]) for punch in expected
        ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_clock_is_read_and_set(scheme):
    with simulated(scheme) as clock:
        clock.tell(clock="2000-01-01 00:00:00")
        client = connected(clock)
        assert client.get_time() - datetime(2000, 1, 1) < timedelta(seconds=20)
        client.set_time(datetime(2026, 11, 22, 8, 30))
        assert client.get_time() - datetime(2026, 11, 22, 8, 30) < timedelta(seconds=20)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_punch_is_told_live_and_its_acknowledgement_remembered(scheme):
    with simulated(scheme) as clock:
        client = connected(clock)
        captured = client.live_capture(new_timeout=1)
        assert next(captured) is None, "nobody has punched yet"
        assert clock.tell(punch={"badge": "10003"})["live"] is True
        punch = next(punch for punch in captured if punch is not None)
        assert punch.user_id == "10003"
        report = clock.tell(report=True, list="acknowledged")
        while report["acknowledged"] < 1:
            assert clock.process.poll() is None
            report = clock.tell(report=True, list="acknowledged")
        assert [punch["badge"] for punch in report["punches"]] == ["10003"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_cleared_log_is_empty(scheme):
    with simulated(scheme) as clock:
        clock.tell(log=10)
        client = connected(clock)
        client.clear_attendance()
        assert client.get_attendance() == []
        assert clock.tell(report=True)["erased"] == 10


@pytest.mark.parametrize("scheme", SCHEMES)
def test_only_the_right_key_opens(scheme):
    with simulated(scheme, "--key", "123456") as clock:
        with pytest.raises((ZKErrorResponse, ZKNetworkError, ZKErrorConnection)):
            connected(clock, password=654321)
    with simulated(scheme, "--key", "123456") as clock:
        assert connected(clock, password=123456).get_serialnumber() == "SIM0000000001"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("record,user", [("40", "72"), ("16", "28"), ("8A", "28")])
def test_each_record_size_that_pyzk_knows(scheme, record, user):
    with simulated(scheme, "--record-size", record, "--user-size", user) as clock:
        clock.tell(log=300)
        punches = connected(clock).get_attendance()
        expected = clock.tell(report=True, list="read")["punches"]
        assert [(punch.user_id, punch.timestamp.isoformat()) for punch in punches] == [
            (punch["badge"], punch["time"]) for punch in expected
        ]
