"""Every event of a busy run is what protocols/events promises: to the schemas, to AsyncAPI, to the CloudEvents SDK."""

import json

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event, listening

PEOPLE = [
    ("schedule.assigned", {"person": "E1001", "date": "2026-11-22", "shift": None, "by": "E1002"}),
    (
        "leave.granted",
        {
            "leave": "L1",
            "person": "E1001",
            "from": "2026-11-22T08:00:00+08:00",
            "to": "2026-11-23T08:00:00+08:00",
            "kind": "annual",
            "by": "E1002",
        },
    ),
    ("leave.cancelled", {"leave": "L1", "person": "E1001", "by": "E1002"}),
    (
        "overtime.approved",
        {
            "person": "E1001",
            "from": "2026-11-22T18:00:00+08:00",
            "to": "2026-11-22T20:00:00+08:00",
            "by": "E1002",
        },
    ),
    ("punch.corrected", {"person": "E1001", "add": "2026-11-22T08:00:00+08:00", "reason": "忘记打卡", "by": "E1002"}),
    (
        "visit.waived",
        {
            "round": "night-fire@2026-11-22T22:00:00+08:00",
            "checkpoint": "CP01",
            "reason": "locked",
            "by": "E1002",
        },
    ),
    ("hazard.reported", {"severity": "major", "checkpoint": "CP01", "by": "E1001"}),
    ("incident.recorded", {"incident": "I1", "severity": "minor", "loss": "120.50", "department": "security"}),
    ("measure.recorded", {"measure": "accidents", "value": 0, "unit": "count", "period": "2026-11"}),
    ("alert.acknowledged", {"alert": "A1", "by": "E1002", "note": "seen"}),
    ("ext.weather", {"rain": True}),
]


def problems_of(bodies, catalogue):
    return [(body[:300], found) for body in bodies if (found := catalogue.problems(body))]


def scanned(scanner, code, live):
    """Scans, and says whether it was understood within half a second."""
    scanner.tell(scan=code)
    while live.socket.poll(500):
        message = next(live)
        if message.topic == "scan.recorded" and message.data["code"] == code:
            return message.data["kind"] == "checkpoint"
    return False


def test_a_busy_day_of_valid_events(place, catalogue):
    """Two clocks and two scanners with faults, people's events, a new site file: each event valid, in order, once."""
    tty = f"{place}/scanner"
    with (
        Simulation("zkteco", "--serial", "A1", "--records", 300) as one,
        Simulation("zkteco", "--serial", "A2", "--layout", "16", listen="udp://127.0.0.1:0") as two,
        Simulation("line-scanner") as counter,
        Simulation("line-scanner", "--tty", "--link", tty) as guard,
    ):
        devices = [
            device("one", "zkteco", one.host, clock="sync"),
            device("two", "zkteco", two.address.rpartition("/")[2], clock="report"),
            device("counter", "line-scanner", counter.host),
            device("guard", "line-scanner", tty=tty),
        ]
        codes = [{"id": "CP01", "name": "1号消防栓", "code": "XF-0001"}]
        site = write_site(place, devices, checkpoints=codes)
        with Daemon(f"{place}/data", "--site", site) as daemon, listening(daemon) as live:
            daemon.wait_online("one", "two", "counter", "guard")
            two.tell(clock="+90s")
            with asking(daemon) as client:
                for topic, data in PEOPLE:
                    client.append(cloud_event(data, topic=topic, site="test"))
            for n in range(40):
                one.tell(punch={"badge": str(10001 + n % 20), "state": n % 6, "verify": n % 16})
                two.tell(punch={"badge": str(10001 + n % 20)})
                guard.tell(scan="XF-0001")
                counter.tell(scan="通道堵塞-消防栓")
            counter.tell(scan={"hex": "b6fec2a5"})  # GB18030
            counter.tell(scan={"hex": "fffe00ff"})  # no text at all
            counter.tell(fault="overlong")
            counter.tell(fault="cut")
            counter.tell(scan="broken off in the middle")
            guard.tell(fault="noise")
            one.tell(fault="noise")
            one.tell(punch={"badge": "10001"})
            one.tell(fault="cut", when="transfer")
            two.tell(fault="reboot", seconds=1)
            write_site(place, devices, checkpoints=[*codes, {"id": "CP02", "name": "配电房", "code": "XF-0002"}])
            gatehouse("reload", "--data", daemon.data)
            live.until(lambda message: message.topic == "site.updated" and "CP02" in message.body.decode())
            wait_for("a scan of the new checkpoint", lambda: scanned(guard, "XF-0002", live), pause=0)
            daemon.wait_online("one", "two", "counter", "guard", seconds=30)
            one.tell(punch={"badge": "10020"})
            live.until(lambda message: message.topic == "punch.recorded" and message.data["badge"] == "10020")
            daemon.stop()
            punched = one.tell(report=True)["punched"]

        bodies = gatehouse("export", "--data", daemon.data).splitlines()
        events = [json.loads(body) for body in bodies]
        topics = {event["type"].removeprefix("gatehouse.") for event in events}
        assert topics >= {
            "site.updated",
            "device.connected",
            "device.disconnected",
            "device.faulted",
            "device.clock",
            "device.synced",
            "punch.recorded",
            "scan.recorded",
            *(topic for topic, _ in PEOPLE),
        }
        assert problems_of(bodies, catalogue) == []
        assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
        assert len({(event["source"], event["id"]) for event in events}) == len(events)
        from_one = [e for e in events if e["source"].endswith("/devices/one") and e["type"].endswith("punch.recorded")]
        assert len(from_one) == punched, "each punch of the first clock is there once"
        texts = {event["data"].get("code") for event in events if event["type"].endswith("scan.recorded")}
        assert {"通道堵塞-消防栓", "二楼", "fffe00ff"} <= {text.lower() for text in texts}


def test_a_tail_is_one_valid_event_a_line(catalogue, place):
    """What `tail --json` prints while a clock's log is read out validates line by line."""
    with Simulation("zkteco", "--records", 50) as clock:
        site = write_site(place, [device("gate", "zkteco", clock.host)])
        with Daemon(f"{place}/data", "--site", site) as daemon:
            wait_for("the log", lambda: clock.tell(report=True)["read"] == 50)
            lines = gatehouse("tail", "--from", 1, "--count", 40, "--json", "--data", daemon.data).splitlines()
    assert len(lines) == 40 and problems_of(lines, catalogue) == []
