"""What the oracle is told: a site file (as JSON) and events, read into plain values.

Written from the specification's pages alone. All moments are integers: milliseconds since 1970 in UTC.
"""

import json
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WITH_MEMORY = {"zkteco", "zkteco-push", "anviz", "hanvon", "memory-scanner", "fcard"}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_ms(moment):
    """An aware datetime as milliseconds."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def read_time(text):
    """RFC 3339."""
    return to_ms(datetime.fromisoformat(text.replace("Z", "+00:00")))


def duration(text):
    """`90s`, `10m`, `2h`, `1d`."""
    return int(text[:-1]) * {"s": 1000, "m": MINUTE, "h": HOUR, "d": DAY}[text[-1]]


class Place:
    """The site's wall clock."""

    def __init__(self, name):
        self.zone = ZoneInfo(name)
        self.known = {}

    def moment(self, day, minutes):
        """The wall clock's `minutes` after 00:00 of a date. A skipped time is moved on by the gap's length, one that
        comes twice is the first: both are what `fold=0` says."""
        key = (day, minutes)
        if key not in self.known:
            wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
            self.known[key] = to_ms(wall.replace(tzinfo=self.zone, fold=0).astimezone(timezone.utc))
        return self.known[key]

    def local(self, ms):
        return (EPOCH + timedelta(milliseconds=ms)).astimezone(self.zone)

    def date(self, ms):
        return self.local(ms).date()

    def text(self, ms):
        """As evaluate prints a time."""
        return self.local(ms).isoformat(timespec="milliseconds")

    def next_midnight(self, ms):
        """The next 00:00 after a moment."""
        day = self.date(ms)
        while True:
            day += timedelta(days=1)
            if self.moment(day, 0) > ms:
                return self.moment(day, 0)


def minutes_of(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class Shift:
    def __init__(self, raw):
        self.id = raw["id"]
        self.start = minutes_of(raw["start"])
        self.end = minutes_of(raw["end"])
        self.grace_in = duration(raw.get("grace_in", "0m"))
        self.grace_out = duration(raw.get("grace_out", "0m"))
        self.opens = duration(raw.get("opens_before", "2h"))
        self.closes = duration(raw.get("closes_after", "4h"))
        self.no_show = duration(raw.get("no_show_after", "30m"))
        self.pairs = raw.get("punches", "first_last") == "pairs"
        self.breaks = [(minutes_of(b["from"]), minutes_of(b["to"]), b.get("paid", False)) for b in raw.get("breaks", [])]

    def span(self, place, day):
        """[S, E): an end at or before the start is on the next day."""
        end = self.end if self.end > self.start else self.end + 24 * 60
        return place.moment(day, self.start), place.moment(day, end)

    def pauses(self, place, day, S):
        """Each break of the instance: the first such time at or after S, and its end, the next such time after its
        beginning by the wall clock."""
        found = []
        for begin, end, paid in self.breaks:
            length = end - begin if end > begin else end - begin + 24 * 60
            offset = begin
            while place.moment(day, offset) < S:
                offset += 24 * 60
            a, b = place.moment(day, offset), place.moment(day, offset + length)
            if a < b:
                found.append((a, b, paid))
        return found


class Site:
    def __init__(self, raw):
        self.raw = raw
        self.place = Place(raw["timezone"])
        calendar = raw.get("calendar", {})
        self.rest_days = set(calendar.get("rest_days", ["sat", "sun"]))
        self.holidays = {date.fromisoformat(d) for d in calendar.get("holidays", [])}
        self.workdays = {date.fromisoformat(d) for d in calendar.get("workdays", [])}
        self.departments = [d["id"] for d in raw.get("departments", [])]
        self.people = {p["id"]: p.get("department") for p in raw.get("people", [])}
        self.badges = {b: p["id"] for p in raw.get("people", []) for b in p.get("badges", [])}
        self.shifts = {s["id"]: Shift(s) for s in raw.get("shifts", [])}
        self.clocks = {
            d["id"]: d["memory"] if "memory" in d else d.get("driver", "auto") in WITH_MEMORY
            for d in raw.get("devices", []) if d.get("role", "both") in ("clock", "both")
        }
        schedule = raw.get("schedule", [])
        self.table = None
        if isinstance(schedule, dict):
            self.table = {}
            for person, day, shift in schedule["rows"]:
                self.table.setdefault((person, date.fromisoformat(day)), []).append(None if shift == "off" else shift)
            schedule = []
        self.entries = schedule
        self.leave = [
            (x["leave"], x["person"], read_time(x["from"]), read_time(x["to"])) for x in raw.get("leave", [])
        ]
        self.posts = raw.get("posts", [])
        rules = raw.get("attendance", {})
        self.debounce = duration(rules.get("debounce", "60s"))
        self.lateness = duration(rules.get("allowed_lateness", "24h"))
        self.alerts = raw.get("alerts", {})

    def limit(self, code, key, otherwise):
        rule = self.alerts.get(code, {})
        return duration(rule[key]) if isinstance(rule, dict) and key in rule else otherwise

    def off(self, code):
        return self.alerts.get(code) == "off"

    def by_calendar(self, day):
        """Whether the calendar has this date as a rest day."""
        return WEEKDAYS[day.weekday()] in self.rest_days and day not in self.workdays

    def is_working_day(self, day):
        return day not in self.holidays and not self.by_calendar(day)

    def covers(self, entry, person):
        if "people" in entry:
            return person in entry["people"]
        return self.people.get(person) == entry["department"]

    def entry(self, person, day):
        """The last entry that covers a person and date."""
        found = None
        for entry in self.entries:
            if not self.covers(entry, person) or day < date.fromisoformat(entry["from"]):
                continue
            if "to" in entry and day > date.fromisoformat(entry["to"]):
                continue
            found = entry
        return found

    def plan(self, person, day, assigned):
        """(shifts the date gives, shifts the person may choose from, weekly hours, whether it is a rest day)."""
        if day in assigned:
            shift = assigned[day]
            return ([shift] if shift else []), [], None, shift is None
        if self.table is not None:
            rows = [s for s in self.table.get((person, day), []) if s]
            return rows, [], None, not rows
        entry = self.entry(person, day)
        if entry is None:
            return [], [], None, self.by_calendar(day)
        if "cycle" in entry:
            steps = entry["cycle"]
            shift = steps[(day - date.fromisoformat(entry["from"])).days % len(steps)]
            return ([] if shift == "off" else [shift]), [], None, shift == "off"
        if "flexible" in entry:
            return [], entry["flexible"], entry.get("weekly_hours"), self.by_calendar(day)
        works = self.is_working_day(day) and entry["shift"] != "off"
        return ([entry["shift"]] if works else []), [], None, self.by_calendar(day)

    def has_schedule(self, person, assigned):
        if assigned:
            return True
        if self.table is not None:
            return any(who == person for who, _ in self.table)
        return any(self.covers(entry, person) for entry in self.entries)


class Event:
    """One line of the file. `clock` is the gateway's clock when it is heard: the latest receipt so far."""

    def __init__(self, raw, number):
        self.raw = raw
        self.number = number
        self.id = raw["id"]
        self.topic = raw["type"].removeprefix("gatehouse.")
        self.time = read_time(raw["time"])
        self.receipt = read_time(raw["recordedtime"]) if "recordedtime" in raw else self.time
        self.clock = None
        self.data = raw["data"]


class History:
    """The events that are read, in order, with the clock that follows them."""

    def __init__(self, raws, until=None):
        self.events = []
        seen = set()
        for raw in raws:
            event = Event(raw, len(self.events))
            if until is not None and event.receipt > until:
                continue
            if (raw["source"], raw["id"]) in seen or event.topic == "site.updated":
                continue
            seen.add((raw["source"], raw["id"]))
            self.events.append(event)
        self.until = until
        if not self.events:
            return
        first = min(e.receipt for e in self.events)
        times = [e.time for e in self.events if e.time >= first - 31 * DAY]
        self.start = min([first] + times)
        latest = self.start
        for event in self.events:
            latest = max(latest, event.receipt)
            event.clock = latest
        self.last = latest
        self.horizon = until if until is not None else latest


def read_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]
