"""Generated months of attendance: `gatehouse evaluate` against an independent computation.

The oracle (`oracle/attendance*.py`) was written from the specification's pages and recomputes everything from all
events known at a time. `oracle/compare_attendance.py --seeds A-B` runs more seeds and makes small cases of differences.
"""

import os
import sys
from pathlib import Path

import pytest

from daemon import PROGRAM

sys.path.insert(0, str(Path(__file__).parent / "oracle"))

from attendance_world import History, Site  # noqa: E402
from compare_attendance import PARTS, brief, differences, evaluated, expected  # noqa: E402
from generate_attendance import month  # noqa: E402

needs_program = pytest.mark.skipif(
    not os.access(PROGRAM, os.X_OK), reason=f"{PROGRAM} is not there: build it, or set GATEHOUSE_BIN")


@needs_program
@pytest.mark.parametrize("seed", range(1, 61))
def test_month(seed):
    site, lines, until = month(seed)
    want = expected(site, lines, until)
    got = evaluated(PROGRAM, site, lines, until)
    for part, missing, extra in differences(want, got, PARTS):
        pytest.fail(f"seed {seed}, {part}: expected {missing[:2]}, got {extra[:2]}; of {len(lines)} events")


def shift_site(zone, day, shift, **more):
    """One person, one shift, one date."""
    return {
        "site": "s", "timezone": zone, "people": [{"id": "E1001", "badges": ["1"]}], "shifts": [{"id": "x", **shift}],
        "schedule": [{"people": ["E1001"], "from": day, "to": day, "cycle": ["x"]}], **more}


def granted(name, start, end):
    return {
        "specversion": "1.0", "id": name, "source": "/sites/s/clients/hr", "type": "gatehouse.leave.granted",
        "time": start, "data": {"leave": name, "person": "E1001", "from": start, "to": end, "kind": "sick", "by": "x"}}


def approved(name, start, end):
    return {
        "specversion": "1.0", "id": name, "source": "/sites/s/clients/hr", "type": "gatehouse.overtime.approved",
        "time": start, "data": {"person": "E1001", "from": start, "to": end, "by": "x"}}


def punch(name, time, receipt=None, direction="unknown"):
    return {
        "specversion": "1.0", "id": name, "source": "/sites/s/devices/clock", "type": "gatehouse.punch.recorded",
        "subject": "1", "time": time, "recordedtime": receipt or time,
        "data": {"device": "clock", "badge": "1", "direction": direction}}


def test_the_oracle_says_what_evaluate_md_shows():
    """The record of the page's example, worked out by hand."""
    site = {
        "site": "s", "timezone": "Asia/Shanghai", "people": [{"id": "E1001", "badges": ["1"]}],
        "shifts": [{
            "id": "day", "start": "08:00", "end": "16:00", "grace_in": "5m",
            "breaks": [{"from": "12:00", "to": "12:30"}]}],
        "schedule": [{"people": ["E1001"], "from": "2026-11-02", "to": "2026-11-02", "shift": "day"}]}
    lines = [punch("a", "2026-11-02T08:07:10.000+08:00"), punch("b", "2026-11-02T16:01:00.000+08:00")]
    assert expected(site, lines, None)["attendance"] == [{
        "person": "E1001", "date": "2026-11-02", "shift": "day", "status": ["late"],
        "in": "2026-11-02T08:07:10.000+08:00", "out": "2026-11-02T16:01:00.000+08:00", "lateMinutes": 7,
        "earlyMinutes": 0, "workedMinutes": 442, "leaveMinutes": 0, "overtime": {"1.5": 0, "2": 0, "3": 0}}]


def test_every_rule_comes_up_in_the_generated_months():
    """A generator that never makes a case proves nothing of it."""
    words, codes, zones = set(), set(), set()
    for seed in range(1, 41):
        site, lines, until = month(seed)
        want = expected(site, lines, until)
        zones.add(site["timezone"])
        words |= {word for row in want["attendance"] for word in row["status"]}
        codes |= {row["code"] for row in want["alerts"]}
        assert want["kpis"] or not want["attendance"], brief(lines[0])
    assert words == {
        "present", "late", "early", "missing_in", "missing_out", "absent", "on_leave", "overtime", "unproven", "pending"}
    assert codes == {
        "attendance.no_show", "attendance.late", "attendance.missing_punch", "attendance.long_shift",
        "attendance.short_rest", "attendance.weekly_hours", "coverage.below", "punch.off_schedule"}
    assert len(zones) > 5


def test_the_clock_stops_when_the_windows_have_closed():
    site = {
        "site": "s", "timezone": "Europe/Berlin", "people": [{"id": "E1", "badges": ["1"]}],
        "shifts": [{"id": "night", "start": "22:00", "end": "06:00"}],
        "schedule": [{"people": ["E1"], "from": "2026-10-24", "to": "2026-10-24", "cycle": ["night"]}]}
    history = History([punch("a", "2026-10-24T21:58:00.000+02:00")])
    from attendance import Oracle

    oracle = Oracle(Site(site), history)
    assert oracle.site.place.text(oracle.stop) == "2026-10-25T10:00:00.000+01:00"


def the_record(site, lines):
    (record,) = expected(site, lines, None)["attendance"]
    return record


def test_the_night_on_which_the_clocks_go_back_has_nine_hours():
    site = shift_site("Europe/Berlin", "2026-10-24", {"start": "22:00", "end": "06:00"})
    record = the_record(site, [
        punch("a", "2026-10-24T21:58:00.000+02:00"), punch("b", "2026-10-25T06:03:00.000+01:00")])
    assert record["workedMinutes"] == 9 * 60
    assert record["status"] == ["present"]


def test_a_break_between_two_leaves_joins_them():
    """Away from 08:00 to 12:00 and from 12:30 to 14:00: expected at 14:00, and at 14:05:59 not late."""
    site = shift_site("Asia/Shanghai", "2026-11-02", {
        "start": "08:00", "end": "16:00", "grace_in": "5m", "breaks": [{"from": "12:00", "to": "12:30"}]})
    lines = [
        granted("a", "2026-11-02T08:00:00.000+08:00", "2026-11-02T12:00:00.000+08:00"),
        granted("b", "2026-11-02T12:30:00.000+08:00", "2026-11-02T14:00:00.000+08:00"),
        punch("c", "2026-11-02T14:05:59.999+08:00"), punch("d", "2026-11-02T16:00:00.000+08:00")]
    record = the_record(site, lines)
    assert (record["status"], record["lateMinutes"]) == (["present"], 0)
    assert (record["leaveMinutes"], record["workedMinutes"]) == (240 + 90, 114)


def test_a_repeat_of_a_repeat_is_a_repeat():
    """At 0, 60, 120 and 181 s: the last is the second that counts, and far from the end."""
    site = shift_site("Asia/Shanghai", "2026-11-02", {"start": "08:00", "end": "16:00"})
    record = the_record(site, [
        punch("a", "2026-11-02T08:00:00.000+08:00"), punch("b", "2026-11-02T08:01:00.000+08:00"),
        punch("c", "2026-11-02T08:02:00.000+08:00"), punch("d", "2026-11-02T08:03:01.000+08:00")])
    assert (record["out"], record["status"]) == ("2026-11-02T08:03:01.000+08:00", ["early"])
    assert record["earlyMinutes"] == 476


def test_two_close_shifts_meet_in_the_middle():
    """Four hours lie between 16:00 and 20:00: the windows meet at 18:00, which belongs to the second."""
    site = shift_site("Asia/Shanghai", "2026-11-02", {"start": "08:00", "end": "16:00"})
    site["shifts"].append({"id": "night", "start": "20:00", "end": "23:00"})
    site["schedule"] = {"rows": [["E1001", "2026-11-02", "x"], ["E1001", "2026-11-02", "night"]]}
    lines = [
        punch("a", "2026-11-02T08:00:00.000+08:00"), punch("b", "2026-11-02T17:59:59.999+08:00"),
        punch("c", "2026-11-02T18:00:00.000+08:00"), punch("d", "2026-11-02T23:00:00.000+08:00")]
    first, second = expected(site, lines[:2] + [punch("e", "2026-11-02T23:30:00.000+08:00")], None)["attendance"]
    assert (first["out"][11:19], second["in"]) == ("17:59:59", None)
    first, second = expected(site, [lines[0], *lines[2:]], None)["attendance"]
    assert (first["out"], second["in"][11:19]) == (None, "18:00:00")


def test_overtime_runs_into_a_holiday():
    """An hour before midnight at 1.5, half an hour after it at 3."""
    site = shift_site(
        "Asia/Shanghai", "2026-09-30", {"start": "16:00", "end": "22:00"}, calendar={"holidays": ["2026-10-01"]})
    record = the_record(site, [
        approved("o", "2026-09-30T23:00:00.000+08:00", "2026-10-01T01:00:00.000+08:00"),
        punch("a", "2026-09-30T16:00:00.000+08:00"), punch("b", "2026-10-01T00:30:59.000+08:00")])
    assert record["overtime"] == {"1.5": 60, "2": 0, "3": 30}
    assert record["workedMinutes"] == 360


def test_a_clock_that_was_gone_proves_nothing():
    site = shift_site("Asia/Shanghai", "2026-11-02", {"start": "08:00", "end": "16:00"}, devices=[
        {"id": "clock", "driver": "hid-pos", "role": "clock"}])

    def link(name, what, time):
        return {
            "specversion": "1.0", "id": name, "source": "/sites/s/devices/clock", "type": f"gatehouse.device.{what}",
            "time": time, "data": {"device": "clock"}}

    lines = [
        link("a", "disconnected", "2026-11-02T07:00:00.000+08:00"),
        link("b", "connected", "2026-11-02T09:00:00.000+08:00"), punch("c", "2026-11-02T09:10:00.000+08:00"),
        punch("d", "2026-11-02T16:00:00.000+08:00")]
    record = the_record(site, lines)
    assert (record["status"], record["lateMinutes"], record["workedMinutes"]) == (["unproven"], 0, 410)
    site["devices"][0]["memory"] = True
    assert the_record(site, lines)["status"] == ["unproven"]
    absent = the_record(site, [lines[0], punch("e", "2026-11-02T07:00:01.000+08:00")])
    assert absent["status"] == ["missing_out", "pending"]
