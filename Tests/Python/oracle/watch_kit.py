"""What the oracles of this folder share: times, the events file, the book of alerts, and the comparison.

Everything here is slow and plain on purpose: it is read beside the pages of the contract, not beside the program.
"""

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def moment(text):
    """Milliseconds since 1970 of an RFC 3339 time."""
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)


def span(text, default=None):
    """Milliseconds of `90s`, `10m`, `2h`, `1d`."""
    if text is None:
        return default
    number, unit = re.fullmatch(r"(\d+)([smhd])", text).groups()
    return int(number) * {"s": 1000, "m": MINUTE, "h": HOUR, "d": DAY}[unit]


def time_of_day(text):
    """Minutes since 00:00; `24:00` is the end of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class Zone:
    """The site's wall clock."""

    def __init__(self, name):
        self.zone = ZoneInfo(name)
        self.known = {}

    def at(self, day, minutes=0):
        """The instant of a wall-clock time, `minutes` from the date's 00:00 by the wall clock. A time that is skipped
        is moved on by the length of the gap, one that comes twice is the first of the two."""
        key = (day, minutes)
        if key not in self.known:
            wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
            instant = wall.replace(tzinfo=self.zone, fold=0)
            self.known[key] = (instant.astimezone(timezone.utc) - EPOCH) // timedelta(milliseconds=1)
        return self.known[key]

    def local(self, instant):
        return (EPOCH + timedelta(milliseconds=instant)).astimezone(self.zone)

    def date(self, instant):
        return self.local(instant).date()

    def show(self, instant):
        """As the output writes times: the site's offset and milliseconds."""
        return None if instant is None else self.local(instant).isoformat(timespec="milliseconds")

    def name(self, instant):
        """As rounds are named: seconds."""
        return self.local(instant).isoformat(timespec="seconds")

    def next_day(self, instant):
        """The next 00:00 after this moment."""
        day = self.date(instant)
        for ahead in range(0, 4):
            midnight = self.at(day + timedelta(days=ahead))
            if midnight > instant:
                return midnight
        raise AssertionError("no next day")

    def month(self, instant):
        return self.local(instant).strftime("%Y-%m")


def month_bounds(zone, name):
    """First moment of a month `2026-11`, and of the next."""
    year, month = map(int, name.split("-"))
    after = date(year + (month == 12), month % 12 + 1, 1)
    return zone.at(date(year, month, 1)), zone.at(after)


def next_month(name):
    year, month = map(int, name.split("-"))
    return f"{year + (month == 12):04d}-{month % 12 + 1:02d}"


@dataclass
class Event:
    """One line of the file. `received` is the clock at its receipt: the latest receipt so far."""

    index: int
    id: str
    topic: str
    time: int
    received: int
    data: dict


def read_events(lines, until=None):
    """The events that are read, in order, and the moment at which the clock starts."""
    events, clock, seen = [], None, set()
    for index, line in enumerate(lines):
        raw = json.loads(line) if isinstance(line, str) else line
        receipt = moment(raw.get("recordedtime", raw["time"]))
        if until is not None and receipt > until:
            continue
        clock = receipt if clock is None else max(clock, receipt)
        topic = raw["type"].removeprefix("gatehouse.")
        if topic == "site.updated" or (raw["source"], raw["id"]) in seen:
            continue
        seen.add((raw["source"], raw["id"]))
        events.append(Event(index, raw["id"], topic, moment(raw["time"]), clock, raw["data"]))
    if not events:
        return [], until
    first = min(event.received for event in events)
    times = [event.time for event in events if event.time >= first - 31 * DAY]
    return events, min([first] + times)


@dataclass
class Alert:
    code: str
    key: str
    subject: str
    raised: int
    evidence: list
    clears: int = None
    cleared: int = None
    also: set = field(default_factory=set)


class AlertBook:
    """Raised once for its key while it lasts; further events add evidence, nothing else."""

    def __init__(self, site, zone):
        self.off = {code for code, rule in site.get("alerts", {}).items() if rule == "off"}
        self.zone = zone
        self.all = []
        self.open = {}

    def hold(self, code, key, subject, clock, evidence=(), next_day=False, also=()):
        """`also`: what a reader may find in the evidence besides what must be there."""
        if code in self.off:
            return
        alert = self.open.get((code, key))
        if alert is None:
            alert = Alert(code, key, subject, clock, [])
            if next_day:
                alert.clears = self.zone.next_day(clock)
            self.open[code, key] = alert
            self.all.append(alert)
        alert.evidence += [event for event in evidence if event not in alert.evidence]
        alert.also |= set(also)

    def clear(self, code, key, clock):
        alert = self.open.pop((code, key), None)
        if alert is not None:
            alert.cleared = clock

    def is_open(self, code, key):
        return (code, key) in self.open

    def next_days(self):
        return {alert.clears for alert in self.open.values() if alert.clears is not None}

    def reach(self, clock):
        """What clears by itself at this moment."""
        for (code, key), alert in list(self.open.items()):
            if alert.clears is not None and alert.clears <= clock:
                self.clear(code, key, alert.clears)


DUE, HEARD, LATE = range(3)  # what is due at a moment, the events received at it, what comes after those


def run(events, first, stop, book, watches):
    """Deadlines and events in order. A watch says by `due(place)` which `(moment, DUE or LATE)` comes next for it
    after that place; it is told of it by `reach(clock, known)`, of events by `hear(event, known, clock)`."""
    known, place = [], (first, -1)

    def reach_before(end):
        nonlocal place
        while True:
            nexts = [watch.due(place) for watch in watches]
            nexts += [(moment, DUE) for moment in book.next_days() if (moment, DUE) > place]
            nexts = [one for one in nexts if one is not None and one < end]
            if not nexts:
                return
            place = min(nexts)
            if place[1] == DUE:
                book.reach(place[0])
            for watch in watches:
                if watch.due((place[0], place[1] - 1)) == place:
                    watch.reach(place[0], known)

    for event in events:
        reach_before((event.received, HEARD))
        place = (event.received, HEARD)
        known.append(event)
        for watch in watches:
            watch.hear(event, known, event.received)
    reach_before((stop, LATE + 1))


def half_up(value, digits=6):
    """A fraction rounded half up (away from zero) to so many decimals, as text."""
    if value is None:
        return None
    scaled = abs(Fraction(value)) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = str(whole).rjust(digits + 1, "0")
    sign = "-" if value < 0 and whole else ""
    return sign + (text[:-digits] + "." + text[-digits:] if digits else text)


def ratio(numerator, denominator):
    return Fraction(numerator) / Fraction(denominator) if denominator else None


@dataclass
class Figure:
    """A KPI's row; `silent` ones may be left out of the output, of `value_only` ones the parts may be any."""

    kpi: str
    department: str
    period: str
    numerator: Fraction
    denominator: Fraction
    silent: bool = False
    value_only: bool = False


PROGRAM = os.environ.get("GATEHOUSE_BIN") or str(
    Path(__file__).resolve().parents[3] / ".build" / "debug" / "gatehouse")


class Refused(Exception):
    """The program did not take what the generator made."""


def evaluate(site, lines, until=None, program=None, keep=None):
    """What `gatehouse evaluate` prints."""
    with tempfile.TemporaryDirectory() as folder:
        folder = keep or folder
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/site.yaml", "w") as file:
            json.dump(site, file, ensure_ascii=False, indent=1)
        with open(f"{folder}/events.jsonl", "w") as file:
            for line in lines:
                file.write((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n")
        command = [program or PROGRAM, "evaluate", "--site", f"{folder}/site.yaml",
                   "--events", f"{folder}/events.jsonl", "--format", "json"]
        if until is not None:
            command += ["--until", Zone(site["timezone"]).show(until)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise Refused(f"exit {done.returncode}: {done.stderr[:2000]}{done.stdout[:500]}")
        return json.loads(done.stdout)


def compare_rows(name, expected, got, key):
    """The differences of two lists of maps, also in their order."""
    found = []
    want = {key(row): row for row in expected}
    have = {}
    for row in got:
        if key(row) in have:
            found.append(f"{name}: twice: {json.dumps(row, ensure_ascii=False)}")
        have[key(row)] = row
    for row_key in sorted(set(want) | set(have), key=str):
        left, right = want.get(row_key), have.get(row_key)
        if left is None:
            found.append(f"{name}: not expected: {json.dumps(right, ensure_ascii=False)}")
        elif right is None:
            found.append(f"{name}: missing: {json.dumps(left, ensure_ascii=False)}")
        else:
            for field_name in left:
                if left[field_name] != right.get(field_name, "(left out)"):
                    found.append(f"{name} {row_key}: {field_name}: expected {left[field_name]!r}, "
                                 f"got {right.get(field_name, '(left out)')!r}")
    if not found and [key(row) for row in expected] != [key(row) for row in got]:
        found.append(f"{name}: order: expected {[key(row) for row in expected]}, got {[key(row) for row in got]}")
    return found


def compare_alerts(book, got, codes, zone):
    """The alerts of these codes. Two of one code, subject and moment are paired in any order."""
    found = []
    want = sorted((alert for alert in book.all if codes(alert.code)),
                  key=lambda alert: (alert.raised, alert.code, alert.subject, alert.cleared or 1 << 60))
    have = [row for row in got if codes(row["code"])]
    keys = [(moment(row["raised"]), row["code"], row["subject"]) for row in have]
    if keys != sorted(keys):
        found.append("alerts: not sorted by raised, code and subject")
    have.sort(key=lambda row: (moment(row["raised"]), row["code"], row["subject"],
                               moment(row["cleared"]) if row["cleared"] else 1 << 60))
    left, right = 0, 0
    while left < len(want) or right < len(have):
        alert = want[left] if left < len(want) else None
        row = have[right] if right < len(have) else None
        wanted = (alert.raised, alert.code, alert.subject) if alert else (1 << 62,)
        given = (moment(row["raised"]), row["code"], row["subject"]) if row else (1 << 62,)
        if wanted < given:
            found.append(f"alerts: missing: {alert.code} {alert.subject} ({alert.key}) raised {zone.show(alert.raised)} "
                         f"cleared {zone.show(alert.cleared)} evidence {alert.evidence}")
            left += 1
            continue
        if given < wanted:
            found.append(f"alerts: not expected: {json.dumps(row, ensure_ascii=False)}")
            right += 1
            continue
        name = f"alert {alert.code} {alert.subject} ({alert.key}) raised {zone.show(alert.raised)}"
        if zone.show(alert.cleared) != row["cleared"]:
            found.append(f"{name}: cleared: expected {zone.show(alert.cleared)}, got {row['cleared']}")
        evidence = set(row["evidence"])
        if not set(alert.evidence) <= evidence <= set(alert.evidence) | alert.also or len(evidence) != len(row["evidence"]):
            found.append(f"{name}: evidence: expected {alert.evidence}, got {row['evidence']}")
        left, right = left + 1, right + 1
    return found


def compare_figures(expected, got, ours):
    """The KPI rows for which `ours` holds."""
    found = []
    want = {(figure.kpi, figure.department, figure.period): figure for figure in expected}
    have = {}
    for row in got:
        if ours(row["kpi"]):
            have[row["kpi"], row["department"], row["period"]] = row
    for key in sorted(set(want) | set(have), key=lambda key: (key[0], key[1] or "", key[2])):
        figure, row = want.get(key), have.get(key)
        if row is None:
            if not figure.silent:
                found.append(f"kpis: missing: {key} {figure.numerator}/{figure.denominator}")
        elif figure is None:
            if row["value"] is not None:
                found.append(f"kpis: not expected: {json.dumps(row, ensure_ascii=False)}")
        else:
            value = half_up(ratio(figure.numerator, figure.denominator))
            if row["value"] != value:
                found.append(f"kpis {key}: value: expected {value}, got {row['value']}")
            for part in () if figure.value_only else ("numerator", "denominator"):
                if part not in row or abs(Fraction(Decimal(str(row[part]))) - getattr(figure, part)) > Fraction(1, 10**5):
                    found.append(f"kpis {key}: {part}: expected {getattr(figure, part)}, got {row.get(part)}")
    rows = [row for row in got if ours(row["kpi"])]
    order = [(row["kpi"], row["department"] is not None, row["department"] or "", row["period"]) for row in rows]
    if order != sorted(order):
        found.append("kpis: not sorted by kpi, department and period")
    return found


def minimise(lines, differs, budget=60):
    """Fewer events that still differ: leaves out ever smaller parts of the file."""
    part = max(1, len(lines) // 2)
    while part >= 1 and budget > 0:
        at, changed = 0, False
        while at < len(lines) and budget > 0:
            fewer = lines[:at] + lines[at + part:]
            budget -= 1
            if fewer and differs(fewer):
                lines, changed = fewer, True
            else:
                at += part
        if part == 1 and not changed:
            break
        part = max(1, part // 2) if part > 1 or not changed else 1
    return lines


class EventMaker:
    """Writes events as clients and devices do."""

    def __init__(self, site_id, zone):
        self.site, self.zone, self.made = site_id, zone, []

    def add(self, topic, time, received, data, source=None, subject=None, id=None):
        self.made.append((received, len(self.made), topic, time, data, source, subject, id))

    def device(self, topic, device, time, received, **data):
        if topic in ("device.connected", "device.disconnected"):
            data = {"driver": "line-scanner", "address": "/dev/ttyX", "vendor": None, "model": None, "serial": None,
                    "reason": "gone" if topic.endswith("disconnected") else None, **data}
        self.add(topic, time, received, {"device": device, **data}, f"devices/{device}", device)

    def client(self, topic, time, received, subject=None, id=None, **data):
        self.add(topic, time, received, data, "clients/office", subject, id)

    def lines(self, bare=lambda index: False):
        """In order of receipt, which is the order in which they were made where it is the same. `bare` ones leave
        the receipt out where it is the `time`."""
        result = []
        for index, (received, _, topic, time, data, source, subject, id) in enumerate(sorted(self.made, key=lambda row: row[:2])):
            raw = {"specversion": "1.0", "id": id or f"e{index + 1:05d}", "source": f"/sites/{self.site}/{source}",
                   "type": f"gatehouse.{topic}", "time": self.zone.show(time), "datacontenttype": "application/json",
                   "dataschema": f"urn:gatehouse:{topic}:1", "data": data}
            if subject is not None:
                raw["subject"] = subject
            if not (bare(index) and received == time):
                raw["recordedtime"] = self.zone.show(received)
            result.append(raw)
        return result
