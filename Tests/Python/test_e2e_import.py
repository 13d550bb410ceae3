"""Punches from files: ZKTeco's attlog.dat, CSV and JSON lines, with a daemon and without one."""

import json
import os

import pytest

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking

ATTLOG = (
    "    10001\t2026-11-02 07:58:11\t1\t0\t1\t0\r\n"
    "    10002\t2026-11-02 08:01:05\t1\t0\t15\t0\r\n"
    "\r\n"
    "        3\t2026-11-02 17:00:00\t1\t1\t4\t0\r\n"
    "    10001\t2026-11-02 07:58:11\t1\t0\t1\t0\r\n"
    "    10001\t2026-02-30 08:00:00\t1\t0\t1\t0\r\n"
    "\t\r\n"
    "[SIGN]=2a7f00\r\n"
)


def imported(data, file, *options, expect=0):
    out = gatehouse("import", file, "--device", "gate", "--data", data, "--json", *options, expect=expect)
    return json.loads(out) if expect == 0 else out


def write(place, name, text):
    with open(f"{place}/{name}", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return f"{place}/{name}"


@pytest.fixture(params=["daemon", "no daemon"])
def gate(request, place):
    """A data folder with a device `gate`, and options for `import`: with a daemon, or without one."""
    site = write_site(place, [device("gate", "zkteco", "127.0.0.1:9")])
    with Daemon(f"{place}/data", "--site", site) as daemon:
        if request.param == "no daemon":
            daemon.stop()
            yield daemon.data, ("--site", site)
        else:
            yield daemon.data, ()


def punches(data):
    events = map(json.loads, gatehouse("export", "--data", data, "--topic", "punch.").splitlines())
    return [(event["data"]["badge"], event["time"]) for event in events]


def test_attlog_is_reconciled(gate, place):
    """Padded PINs, CRLF, blank and foreign lines: read, new, known, refused with their line numbers; twice is once."""
    data, options = gate
    file = write(place, "1_attlog.dat", ATTLOG)
    first = imported(data, file, *options)
    assert (first["read"], first["new"], first["known"]) == (6, 3, 1)
    assert [row["line"] for row in first["refused"]] == [6, 8]
    assert all(set(row) == {"line", "reason"} and row["reason"] for row in first["refused"])
    again = imported(data, file, *options)
    assert (again["read"], again["new"], again["known"], again["refused"]) == (6, 0, 4, first["refused"])
    assert sorted(punches(data)) == [
        ("10001", "2026-11-02T07:58:11.000+08:00"),
        ("10002", "2026-11-02T08:01:05.000+08:00"),
        ("3", "2026-11-02T17:00:00.000+08:00"),
    ]
    shown = gatehouse("import", file, "--device", "gate", "--data", data, *options)
    assert f"{file}:6:" in shown and f"{file}:8:" in shown


def test_csv_and_json_lines(gate, place):
    """Other tables of punches are taken by their columns; a line that is none is refused by its number."""
    data, options = gate
    table = write(
        place,
        "a.csv",
        "time,badge,direction\n2026-11-02 08:00:00,1,in\n2026-11-02 08:00:00,,in\n"
        'yesterday,2,in\n2026-11-02 09:00:00,3,sideways\n"2026-11-02 10:00:00","4",out\n',
    )
    found = imported(data, table, *options)
    assert (found["read"], found["new"], found["known"]) == (5, 2, 0)
    assert [row["line"] for row in found["refused"]] == [3, 4, 5]
    lines = write(
        place,
        "a.jsonl",
        '{"badge": "5", "time": "2026-11-02 08:00:00", "state": 0, "verify": 1}\n{"badge": 5}\n[]\n{\n',
    )
    found = imported(data, lines, *options)
    assert (found["read"], found["new"]) == (4, 1) and [row["line"] for row in found["refused"]] == [2, 3, 4]
    assert imported(data, table, *options)["known"] == 2
    exported = write(place, "again.jsonl", gatehouse("export", "--data", data, "--topic", "punch."))
    found = imported(data, exported, *options)
    assert (found["read"], found["new"], found["known"], found["refused"]) == (3, 0, 3, [])


def test_what_is_no_such_file_is_refused(gate, place):
    """A picture, a table without a header, a device that is not there."""
    data, options = gate
    with open(f"{place}/x.dat", "wb") as file:
        file.write(bytes(range(256)))
    imported(data, f"{place}/x.dat", *options, expect=1)
    imported(data, write(place, "x.csv", "1,2\n3,4\n"), *options, expect=1)
    file = write(place, "1_attlog.dat", ATTLOG)
    gatehouse("import", file, "--device", "nobody", "--data", data, *options, expect=1 if options else 4)
    assert punches(data) == []


def test_a_stick_and_the_wire_agree(place):
    """A log imported from the stick and then read from the clock is known, record by record and the other way round."""
    with Simulation("zkteco", "--zone", "Asia/Shanghai") as clock:
        for n in range(40):
            clock.tell(
                punch={
                    "badge": str(10001 + n % 7),
                    "time": f"2026-11-02 08:{n:02}:00",
                    "state": n % 2,
                    "verify": (1, 15, 4)[n % 3],
                }
            )
        rows = clock.tell(report=True, list="all")["punches"]
        assert len(rows) == 40
        lines = [
            f"{row['badge']:>9}\t{row['time'].replace('T', ' ')}\t1\t{row['state']}\t{row['verify']}\t0" for row in rows
        ]
        half = write(place, "half.dat", "\r\n".join(lines[:20]) + "\r\n")
        whole = write(place, "whole.dat", "\r\n".join(lines) + "\r\n")
        site = write_site(place, [device("gate", "zkteco", clock.host)])
        os.mkdir(f"{place}/data", 0o700)
        offline = imported(f"{place}/data", half, "--site", site)
        assert (offline["new"], offline["known"]) == (20, 0)
        with Daemon(f"{place}/data", "--site", site) as daemon, asking(daemon) as client:
            wait_for("the log", lambda: clock.tell(report=True)["read"] == 40)
            wait_for("the read-out", lambda: client.replay(prefix=b"device.synced")[0])
            assert len(client.replay(prefix=b"punch.")[0]) == 40
            found = imported(daemon.data, whole)
            assert (found["read"], found["new"], found["known"]) == (40, 0, 40)
