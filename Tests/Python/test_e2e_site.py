"""The site file of a running daemon: checked, read again, and never obeyed when it is broken."""

import json
import os
import re
import signal

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking, listening

BROKEN = """\
site: test
timezone: Asia/Shangai
devices:
  - { id: gate, driver: zkteko, match: { host: 127.0.0.1:9 } }
  - { id: gate, driver: zkteco, match: { host: 127.0.0.1:9 }, clock: set }
shfts: []
"""


def write(place, text):
    with open(f"{place}/site.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    return f"{place}/site.yaml"


def test_check_names_every_place(place):
    """Every problem, not only the first, as file:line:column, with what would be right; exit 1."""
    file = write(place, BROKEN)
    lines = gatehouse("check", file, expect=1).splitlines()
    found = [re.fullmatch(rf"{re.escape(file)}:(\d+):(\d+): (.+); (.+)", line) for line in lines]
    assert all(found), lines
    assert [int(match[1]) for match in found] == sorted(int(match[1]) for match in found)
    assert {int(match[1]) for match in found} >= {2, 4, 5, 6}
    assert any("zkteco" in line for line in lines) and any("shifts" in line for line in lines)
    rows = json.loads(gatehouse("check", file, "--json", expect=1))
    assert [(row["line"], row["column"]) for row in rows] == [(int(match[1]), int(match[2])) for match in found]
    assert all(set(row) >= {"file", "line", "column", "problem", "hint"} for row in rows)


def test_a_daemon_does_not_start_on_a_broken_file(place):
    """It prints every problem and ends with exit 1, without touching the data folder's journal."""
    refused = Daemon(f"{place}/data", "--site", write(place, BROKEN)).start(wait=False)
    assert refused.process.wait(20) == 1
    assert "site.yaml:2:" in refused.last_words() and "site.yaml:6:" in refused.last_words()
    assert not os.path.exists(f"{place}/data/journal.sqlite")


def test_the_example_is_in_order():
    """The example site file of this repository passes its own check."""
    example = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "site", "site.yaml")
    assert "in order" in gatehouse("check", example)


@pytest.fixture
def running(place):
    """A daemon with a site file and a clock: the daemon, the clock, and what writes the site file anew."""
    with Simulation("zkteco", "--serial", "A1") as clock:
        devices = [device("gate", "zkteco", clock.host)]

        # The clock's zone is not the site's, and nobody is enrolled: what the modules say of that is not asked here.
        alerts = {"device.clock_drift": "off", "punch.unknown_badge": "off"}

        def rewrite(**sections):
            return write_site(place, devices, alerts=alerts, **sections)

        with Daemon(f"{place}/data", "--site", rewrite()) as daemon:
            daemon.wait_online("gate")
            yield daemon, clock, rewrite


def test_a_broken_file_changes_nothing_but_raises_an_alert(running, place):
    """Old rules stay; alert gateway.site_file is raised once, and cleared by the next good file."""
    daemon, clock, rewrite = running
    with listening(daemon, "alert.", "site.") as live:
        write(place, BROKEN)
        gatehouse("reload", "--data", daemon.data)
        [alert] = live.events(1)
        assert (alert.topic, alert.data["code"]) == ("alert.raised", "gateway.site_file")
        assert "old rules" in alert.data["message"] and "site.yaml:2:" in alert.data["message"]
        daemon.process.send_signal(signal.SIGHUP)
        wait_for("the second reading", lambda: daemon.last_words(1000).count("site.yaml:6:") == 2)
        assert clock.tell(punch={"badge": "10001"})["punch"]
        with asking(daemon) as client:
            wait_for("the punch", lambda: client.replay(prefix=b"punch.")[0])
            assert daemon.devices()["gate"]["state"] == "online"
            rewrite(checkpoints=[{"id": "CP01", "name": "1号消防栓", "code": "XF-0001"}])
            gatehouse("reload", "--data", daemon.data)
            updated, cleared = live.events(2)
            assert (updated.topic, cleared.topic) == ("site.updated", "alert.cleared")
            assert cleared.data["alert"] == alert.data["alert"]
            assert updated.data["site"]["checkpoints"][0]["code"] == "XF-0001"
            assert len(client.replay(prefix=b"alert.")[0]) == 2


def test_a_reload_that_checks_first_refuses_a_broken_file(running, place):
    """`reload --site FILE` prints the problems and ends with 1; the daemon is not even told."""
    daemon, _, _ = running
    gatehouse("reload", "--site", write(place, BROKEN), "--data", daemon.data, expect=1)
    with asking(daemon) as client:
        assert client.replay(prefix=b"alert.")[0] == []


def test_a_file_that_says_the_same_is_not_told_again(running, place):
    """`site.updated` comes with a change and with nothing else, also over restarts."""
    daemon, _, rewrite = running
    gatehouse("reload", "--data", daemon.data)
    wait_for("the reading", lambda: "in force" in daemon.last_words(1000))
    daemon.stop()
    daemon.start()
    with asking(daemon) as client:
        [only] = client.replay(prefix=b"site.")[0]
        assert re.fullmatch(r"[0-9a-f]{64}", only.data["sha256"]) and only.data["site"]["site"] == "test"
        with listening(daemon, "site.") as live:
            rewrite(name="上海一厂")
            gatehouse("reload", "--data", daemon.data)
            [updated] = live.events(1)
            assert updated.data["site"]["name"] == "上海一厂" and updated.data["sha256"] != only.data["sha256"]


def test_devices_follow_the_file(running):
    """A device taken out is disconnected, one put in is connected; one that stays does not notice."""
    daemon, clock, _ = running
    place = os.path.dirname(daemon.data)
    with Simulation("zkteco", "--serial", "A2") as other, listening(daemon, "device.") as live:
        both = [device("gate", "zkteco", clock.host), device("new", "zkteco", other.host)]
        write_site(place, both)
        gatehouse("reload", "--data", daemon.data)
        live.until(lambda message: message.topic == "device.connected" and message.data["device"] == "new")
        write_site(place, both[:1])
        gatehouse("reload", "--data", daemon.data)
        gone = live.until(lambda message: message.topic == "device.disconnected")[-1]
        assert (gone.data["device"], gone.data["reason"]) == ("new", "taken out of the site file")
        assert set(daemon.devices()) & {"gate", "new"} == {"gate"}
        assert other.tell(report=True)["connected"] is False
        with asking(daemon) as client:
            told = [m.topic for m in client.replay(prefix=b"device.")[0] if m.data["device"] == "gate"]
            assert "device.disconnected" not in told and told.count("device.connected") == 1


def test_new_people_and_checkpoints_disconnect_nobody(running):
    """A badge or a code that is added leaves every device connected: a scan made meanwhile would be lost."""
    daemon, clock, _ = running
    # The devices are gone through in the file's order: when the last has come, it is decided about the first.
    devices = [device("gate", "zkteco", clock.host), device("last", "zkteco", "127.0.0.1:9")]
    people = [{"id": "E1", "name": "王建国", "badges": ["10001"]}]
    write_site(os.path.dirname(daemon.data), devices, people=people)
    gatehouse("reload", "--data", daemon.data)
    wait_for("the new device", lambda: "last" in daemon.devices())
    with asking(daemon) as client:
        told = [m.topic for m in client.replay(prefix=b"device.")[0] if m.data["device"] == "gate"]
    assert "device.disconnected" not in told
