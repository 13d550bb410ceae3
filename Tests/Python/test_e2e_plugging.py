"""Devices that come and go, restart in the middle, or refuse the gateway, beside others that must not notice."""

import os
import time

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event, listening


def scanner(link):
    return Simulation("line-scanner", "--tty", "--link", link)


def connections(messages, name):
    """What happened to a device's link, in order."""
    return [
        m.topic for m in messages if m.topic in ("device.connected", "device.disconnected") and m.data["device"] == name
    ]


def about(name, topic):
    return lambda message: message.topic == topic and message.data["device"] == name


@pytest.fixture
def bystander():
    """A clock that somebody punches at; it must not notice what happens to the others."""
    with Simulation("zkteco", "--serial", "BYSTANDER") as clock:
        yield clock


def test_a_scanner_is_back_within_two_seconds(place, bystander):
    """Pulled and plugged in at once, six times in a row: back within 2 s, its scans arrive, the other goes on."""
    link = f"{place}/scanner"
    site = write_site(place, [device("guard", "line-scanner", tty=link), device("gate", "zkteco", bystander.host)])
    with Daemon(f"{place}/data", "--site", site) as daemon, listening(daemon) as live:
        plugged = scanner(link)
        try:
            daemon.wait_online("guard", "gate")
            for n in range(6):
                plugged.kill()
                live.until(about("guard", "device.disconnected"), 5)
                plugged = scanner(link)
                ready = time.monotonic()
                heard = live.until(about("guard", "device.connected"), 10)
                assert time.monotonic() - ready < 2, f"round {n}: {time.monotonic() - ready:.1f} s"
                bystander.tell(punch={"badge": "10001", "time": f"2026-11-02 08:00:{n:02}"})
                plugged.tell(scan=f"ROUND-{n}")
                heard += live.until(lambda message, n=n: message.data.get("code") == f"ROUND-{n}", 5)
                assert connections(heard, "gate") == []
            with asking(daemon) as client:
                wait_for("the punches", lambda: len(client.replay(prefix=b"punch.")[0]) == 6)
                told, _ = client.replay(prefix=b"device.")
            assert connections(told, "gate") == ["device.connected"]
            assert connections(told, "guard") == ["device.connected", "device.disconnected"] * 6 + ["device.connected"]
        finally:
            plugged.close()


@pytest.mark.parametrize("listen", ["tcp://127.0.0.1:0", "udp://127.0.0.1:0"])
def test_a_clock_that_restarts_while_it_is_read_out(place, bystander, listen):
    """A reboot in mid-transfer costs nothing: each of 3,000 records arrives once, the other clock stays connected."""
    with Simulation("zkteco", "--serial", "A1", "--records", 3000, listen=listen) as clock:
        clock.tell(fault="reboot", when="transfer", seconds=1)
        host = clock.address.rpartition("/")[2]
        site = write_site(place, [device("gate", "zkteco", host), device("other", "zkteco", bystander.host)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            wait_for("all records", lambda: len(client.replay(prefix=b"punch.")[0]) == 3000, 40, 0.2)
            told, _ = client.replay(prefix=b"device.")
            assert connections(told, "gate")[:3] == ["device.connected", "device.disconnected", "device.connected"]
            assert connections(told, "other") == ["device.connected"]
            wait_for(
                "a complete read-out",
                lambda: any(
                    message.topic == "device.synced" and message.data["device"] == "gate"
                    for message in client.replay(prefix=b"device.synced")[0]
                ),
            )
            assert len(client.replay(prefix=b"punch.")[0]) == 3000, "read twice, stored once"


@pytest.mark.parametrize("fault", ["noise", "cut"])
def test_a_bad_line_is_told_and_survived(place, fault):
    """Noise and cut frames: punches made before, in it and after all arrive once."""
    with Simulation("zkteco", "--serial", "A1") as clock:
        site = write_site(place, [device("gate", "zkteco", clock.host)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online("gate")
            for n in range(3):
                clock.tell(fault=fault)
                clock.tell(punch={"badge": "10001", "time": f"2026-11-02 08:00:{n:02}"})
                wait_for("the punch", lambda n=n: len(client.replay(prefix=b"punch.")[0]) == n + 1, 30, 0.05)
            daemon.wait_online("gate")


def test_a_wrong_key_is_told_once_and_the_rest_goes_on(place, bystander):
    """A clock whose key is wrong is faulted with code wrong-key; a reload with the right key connects it."""
    with Simulation("zkteco", "--serial", "A1", "--key", 1234) as clock:
        secrets = f"{place}/secrets.yaml"

        def write_secret(key):
            with open(secrets, "w", encoding="ascii") as file:
                file.write(f'gate-key: "{key}"\n')
            os.chmod(secrets, 0o600)

        write_secret(4321)
        site = write_site(
            place,
            [
                device("gate", "zkteco", clock.host, secret="gate-key"),
                device("other", "zkteco", bystander.host),
            ],
        )
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            row = wait_for("the refusal", lambda: (r := daemon.devices()["gate"])["state"] == "faulted" and r, 20, 0.05)
            assert "key" in row["trouble"].lower() and "4321" not in str(row)
            faults = wait_for("the event", lambda: client.replay(prefix=b"device.faulted")[0])
            assert [(m.data["device"], m.data["code"]) for m in faults] == [("gate", "wrong-key")]
            daemon.wait_online("other")
            bystander.tell(punch={"badge": "10001"})
            wait_for("the other's punch", lambda: client.replay(prefix=b"punch.")[0])
            assert "4321" not in "".join(gatehouse("export", "--data", daemon.data)) + daemon.last_words(1000)
            write_secret(1234)
            gatehouse("reload", "--data", daemon.data)
            daemon.wait_online("gate", seconds=10)
            told, _ = client.replay(prefix=b"device.")
            assert connections(told, "other") == ["device.connected"]


def test_a_clock_that_falls_silent_is_noticed(place, bystander):
    """A clock that says nothing any more is disconnected within a minute; when it speaks again its punches arrive."""
    with Simulation("zkteco", "--serial", "A1") as clock:
        site = write_site(place, [device("gate", "zkteco", clock.host), device("other", "zkteco", bystander.host)])
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            daemon.wait_online("gate", "other")
            clock.tell(fault="silence")
            clock.tell(punch={"badge": "10001"})
            # A question makes the silence show sooner than the keep-alive would.
            client.send(b"COMMAND", b"gate", b"read-log", b"{}")
            wait_for("the disconnection", lambda: daemon.devices()["gate"]["state"] != "online", 60, 0.1)
            assert client.receive()[0] == b"ERROR"
            assert daemon.devices()["other"]["state"] == "online"
            client.append(cloud_event(site="test"))
            clock.tell(fault="none")
            wait_for("the punch", lambda: client.replay(prefix=b"punch.")[0], 60, 0.1)


def test_another_device_at_the_same_address_is_refused(place):
    """Where the site file names a serial number, a clock with another one at that address is not taken for it."""
    with Simulation("zkteco", "--serial", "WRONG") as clock:
        gate = device("gate", "zkteco", clock.host)
        gate["match"]["serial"] = "RIGHT"
        clock.tell(punch={"badge": "10001"})
        with Daemon(f"{place}/data", "--site", write_site(place, [gate])) as daemon, asking(daemon) as client:
            row = wait_for("the refusal", lambda: (r := daemon.devices()["gate"])["state"] == "faulted" and r, 20, 0.05)
            assert "WRONG" in row["trouble"] and "RIGHT" in row["trouble"], row
            assert client.replay(prefix=b"punch.")[0] == []
