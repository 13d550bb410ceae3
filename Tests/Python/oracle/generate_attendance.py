"""Seeded months of a small site: schedules, punches, leave, overtime, corrections and clocks that fail.

`month(seed)` gives `(site, events, until)`: the site file as a dictionary, the CloudEvents in the order received, and a
moment for `--until` or None.
"""

import random
from datetime import date, timedelta

from attendance_world import DAY, HOUR, MINUTE, WEEKDAYS, Site

SECOND = 1000

# Each zone with dates about which its clocks change (and one without).
ZONES = [
    ("Asia/Shanghai", ["2026-10-01", "2026-11-02", "2026-12-28", "2027-02-10"]),
    ("Asia/Shanghai", ["2026-10-08", "2026-11-25", "2026-09-28"]),
    ("Europe/Berlin", ["2026-03-29", "2026-10-25", "2026-06-01"]),
    ("America/New_York", ["2026-03-08", "2026-11-01"]),
    ("Australia/Lord_Howe", ["2026-04-05", "2026-10-04"]),
    ("Pacific/Apia", ["2019-09-29", "2020-04-05"]),
    ("America/Sao_Paulo", ["2018-11-04", "2018-02-18"]),
    ("Africa/Cairo", ["2025-04-25", "2025-10-31"]),
    ("Asia/Beirut", ["2024-03-31", "2024-10-27"]),
    ("America/St_Johns", ["2026-03-08", "2026-11-01"]),
]


class Month:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        r = self.rng
        zone, dates = r.choice(ZONES)
        self.first = date.fromisoformat(r.choice(dates)) - timedelta(days=r.randint(1, 7))
        self.length = r.choice([5, 6, 8, 10, 12, 15]) if r.random() < 0.9 else 31
        self.days = [self.first + timedelta(days=n) for n in range(self.length)]
        self.raw = {"site": "gen", "name": "gen", "timezone": zone, "language": "en"}
        self.make_site()
        self.site = Site(self.raw)
        self.place = self.site.place
        self.events, self.numbers = [], 0
        self.punch_ids = []
        self.make_events()

    # The site

    def make_site(self):
        r, raw = self.rng, self.raw
        calendar = {}
        if r.random() < 0.7:
            calendar["rest_days"] = r.choice([["sat", "sun"], ["sun"], ["fri", "sat"], []])
        calendar["holidays"] = [d.isoformat() for d in self.days if r.random() < 0.1]
        calendar["workdays"] = [d.isoformat() for d in self.days if r.random() < 0.08]
        raw["calendar"] = calendar
        raw["departments"] = [{"id": x} for x in ("sec", "office")[: r.randint(1, 2)]]
        raw["people"] = []
        for n in range(r.randint(2, 5)):
            person = {"id": f"E{n + 1}", "name": f"N{n + 1}", "badges": [f"{100 + n}"]}
            if r.random() < 0.9:
                person["department"] = r.choice(raw["departments"])["id"]
            if r.random() < 0.2:
                person["badges"].append(f"{200 + n}")
            raw["people"].append(person)
        raw["devices"] = [{"id": "gate-scan", "driver": "line-scanner", "role": "patrol"}]
        for n in range(r.choice([0, 1, 1, 1, 2, 2, 3])):
            device = {"id": f"clock-{n}", "driver": r.choice(["zkteco", "hid-pos", "auto", "anviz"])}
            device["role"] = r.choice(["clock", "clock", "both"])
            device["match"] = {"host": f"10.0.0.{n + 1}"} if device["driver"] in ("zkteco", "anviz") else {"usb": f"1b55:084{n}"}
            if r.random() < 0.5:
                device["memory"] = r.random() < 0.6
            raw["devices"].append(device)
        raw["shifts"] = self.make_shifts()
        self.make_schedule()
        raw["leave"] = []
        raw["posts"] = []
        for n in range(r.choice([0, 1, 1, 2])):
            post = {"id": f"post-{n}", "shift": r.choice(raw["shifts"])["id"], "department": r.choice(raw["departments"])["id"],
                    "required": r.choice([1, 1, 2])}
            if r.random() < 0.4:
                post["days"] = r.sample(WEEKDAYS, r.randint(2, 6))
            raw["posts"].append(post)
        rules = {}
        if r.random() < 0.3:
            rules["debounce"] = r.choice(["30s", "90s", "5m"])
        if r.random() < 0.4:
            rules["allowed_lateness"] = r.choice(["2h", "12h", "36h"])
        if rules:
            raw["attendance"] = rules
        alerts = {}
        if r.random() < 0.1:
            alerts["punch.off_schedule"] = "off"
        if r.random() < 0.1:
            alerts["attendance.long_shift"] = {"limit": r.choice(["6h", "9h"])}
        if r.random() < 0.1:
            alerts["attendance.short_rest"] = {"limit": r.choice(["9h", "12h"])}
        if r.random() < 0.1:
            alerts["coverage.below"] = {"after": r.choice(["1m", "15m"])}
        if alerts:
            raw["alerts"] = alerts

    def make_shifts(self):
        r = self.rng
        shifts = [
            {"id": "day", "start": "08:00", "end": "16:00", "breaks": [{"from": "12:00", "to": "12:30"}]},
            {"id": "late", "start": "16:00", "end": "24:00"},
            {"id": "night", "start": "22:00", "end": "06:00", "breaks": [{"from": "02:00", "to": "02:30"}]},
            {"id": "am", "start": "07:30", "end": "11:30"},
            {"id": "pm", "start": "13:00", "end": "18:00"},
            {"id": "mid", "start": "00:00", "end": "08:00", "breaks": [{"from": "02:15", "to": "03:15"}]},
        ]
        for shift in shifts:
            for pause in shift.get("breaks", []):
                if r.random() < 0.5:
                    pause["paid"] = r.random() < 0.5
            if r.random() < 0.3:
                shift.setdefault("breaks", [])
                hour = (int(shift["start"][:2]) + r.choice([1, 2, 3])) % 24
                shift["breaks"].append({"from": f"{hour:02d}:10", "to": f"{hour:02d}:40", "paid": r.random() < 0.4})
            if r.random() < 0.6:
                shift["grace_in"] = r.choice(["0m", "5m", "10m", "90s"])
            if r.random() < 0.4:
                shift["grace_out"] = r.choice(["0m", "5m", "10m"])
            if r.random() < 0.25:
                shift["opens_before"] = r.choice(["1h", "2h", "3h"])
            if r.random() < 0.25:
                shift["closes_after"] = r.choice(["1h", "3h", "5h", "6h"])
            if r.random() < 0.3:
                shift["no_show_after"] = r.choice(["15m", "30m", "1h"])
            if r.random() < 0.3:
                shift["punches"] = r.choice(["pairs", "pairs", "first_last"])
        return shifts

    def make_schedule(self):
        r, raw = self.rng, self.raw
        people = [p["id"] for p in raw["people"]]
        names = [s["id"] for s in raw["shifts"]]
        if r.random() < 0.25:
            rows = []
            for person in people:
                if r.random() < 0.05:
                    continue
                for day in self.days:
                    pick = r.choice([["day"], ["late"], ["night"], ["am", "pm"], ["off"], [], ["am", "late"], ["mid"]])
                    rows += [[person, day.isoformat(), shift] for shift in pick]
            raw["schedule"] = {"rows": rows}
            return
        entries = []
        for _ in range(r.randint(1, 4)):
            entry = {}
            if r.random() < 0.4:
                entry["department"] = r.choice(raw["departments"])["id"]
            else:
                entry["people"] = r.sample(people, r.randint(1, len(people)))
            entry["from"] = (self.first + timedelta(days=r.choice([-20, -9, -3, 0, 2]))).isoformat()
            if r.random() < 0.3:
                entry["to"] = (self.first + timedelta(days=r.randint(3, 20))).isoformat()
            kind = r.random()
            if kind < 0.3:
                entry["shift"] = r.choice(names)
            elif kind < 0.62:
                entry["cycle"] = [r.choice(names + ["off"]) for _ in range(r.randint(2, 6))]
            else:
                entry["flexible"] = r.sample(names, r.randint(1, 4))
                if r.random() < 0.9:
                    entry["from"] = (self.first - timedelta(days=r.choice([0, 9, 20]))).isoformat()
                    entry["weekly_hours"] = r.choice([40, 20, 37.5, 8])
            entries.append(entry)
        raw["schedule"] = entries

    # The events

    def make_events(self):
        r = self.rng
        self.begin = self.place.moment(self.first, 0)
        self.end = self.place.moment(self.days[-1], 24 * 60)
        if r.random() < 0.8:
            # Something early starts the clock.
            when = self.begin - r.randint(0, 40) * HOUR
            self.punch("nobody", "gate-scan", when, when + 200, "unknown")
        self.make_clocks()
        assigned = self.make_assignments()
        for person in self.raw["people"]:
            self.live(person, assigned.get(person["id"], {}))
        self.make_paper()
        self.events.sort(key=lambda e: e[0])
        self.lines = [line for _, line in self.events]
        if r.random() < 0.1 and len(self.lines) > 5:
            for _ in range(3):
                again = dict(r.choice(self.lines))
                again["recordedtime"] = self.lines[-1]["recordedtime"]
                self.lines.append(again)
        self.until = None
        if r.random() < 0.35 and self.events:
            a, b = self.events[0][0] + HOUR, self.events[-1][0] + 30 * HOUR
            self.until = r.randint(a // MINUTE, b // MINUTE) * MINUTE

    def event(self, topic, source, subject, time, receipt, data):
        self.numbers += 1
        name = f"e{self.numbers}"
        text = self.place.text
        raw = {
            "specversion": "1.0", "id": name, "source": f"/sites/gen/{source}", "type": f"gatehouse.{topic}",
            "subject": subject, "time": text(time), "datacontenttype": "application/json",
            "dataschema": f"urn:gatehouse:{topic}:1", "recordedtime": text(receipt), "data": data}
        self.events.append((receipt, raw))
        return name

    def punch(self, badge, device, time, receipt, direction):
        name = self.event("punch.recorded", f"devices/{device}", badge, time, receipt, {
            "device": device, "badge": badge, "direction": direction, "method": "card", "deviceTime": None,
            "native": None})
        self.punch_ids.append((badge, name, receipt))

    def make_clocks(self):
        """Each clock's outages, and what its events tell of them."""
        r = self.rng
        self.outages = {}
        for device in self.raw["devices"][1:]:
            name = device["id"]
            self.outages[name] = []
            memory = self.site.clocks[name]
            style = r.random()
            if style < 0.25:
                continue  # no event at all
            now = self.begin - r.randint(1, 30) * HOUR
            if style < 0.8:
                self.link("connected", name, now)
                if memory and r.random() < 0.7:
                    self.synced(name, now + 30 * SECOND)
            outages = r.choice([0, 1, 1, 2, 4])
            for _ in range(outages):
                now += r.randint(3 * HOUR, max(4 * HOUR, (self.end - self.begin) // (outages + 1)))
                back = now + r.choice([r.randint(1, 50) * MINUTE, r.randint(1, 40) * HOUR])
                self.link("disconnected", name, now)
                if r.random() < 0.85:
                    self.link("connected", name, back)
                    self.outages[name].append((now, back))
                    if memory and r.random() < 0.8:
                        self.synced(name, back + r.randint(20, 3000) * SECOND)
                else:
                    self.outages[name].append((now, self.end + 3 * DAY))
                    break
                now = back
            if memory and r.random() < 0.3:
                for day in self.days:
                    when = self.place.moment(day, 3 * 60 + 7)
                    if not any(a <= when <= b for a, b in self.outages[name]):
                        self.synced(name, when)

    def link(self, what, name, time):
        lag = self.rng.choice([100, 100, 2000, 90_000]) if self.rng.random() < 0.95 else self.rng.randint(1, 30) * HOUR
        self.event(f"device.{what}", f"devices/{name}", name, time, time + lag, {
            "device": name, "driver": "zkteco", "address": "10.0.0.9:4370", "vendor": None, "model": None,
            "serial": None})

    def synced(self, name, time):
        through = time - self.rng.choice([0, 0, 5 * SECOND, 10 * MINUTE])
        self.event("device.synced", f"devices/{name}", name, time, time + 150, {
            "device": name, "through": self.place.text(through)})

    def make_assignments(self):
        """Some dates are given to people by hand, a few of them twice."""
        r, assigned = self.rng, {}
        names = [s["id"] for s in self.raw["shifts"]]
        for _ in range(r.choice([0, 0, 1, 3, 6])):
            person, day = r.choice(self.raw["people"])["id"], r.choice(self.days)
            shift = r.choice(names + [None])
            when = self.place.moment(day, 0) + r.randint(-60, 40) * HOUR + r.randint(0, 3599) * SECOND
            when = max(when, self.begin - 20 * HOUR)
            self.event("schedule.assigned", "clients/hr", person, when, when, {
                "person": person, "date": day.isoformat(), "shift": shift, "by": "boss"})
            assigned.setdefault(person, {})[day] = shift
        return assigned

    def live(self, person, assigned):
        """What a person does on each date of the schedule."""
        r = self.rng
        diligence = r.choice([0.95, 0.8, 0.5])
        for day in self.days:
            shifts, offered, _, _ = self.site.plan(person["id"], day, assigned)
            if offered:
                if r.random() < 0.2:
                    continue
                shifts = [r.choice(offered)]
            for shift in shifts:
                self.work(person, day, self.site.shifts[shift], diligence)
            if not shifts and r.random() < 0.25:
                self.come_anyway(person, day)
            if r.random() < 0.05:
                self.read(person, self.place.moment(day, 0) + r.randint(0, DAY - 1))

    def work(self, person, day, shift, diligence):
        r = self.rng
        S, E = shift.span(self.place, day)
        if r.random() < diligence:
            begin = S - r.randint(-4 * 60, 20 * 60) * SECOND
            finish = E + r.randint(-90, 25 * 60) * SECOND
        else:
            begin = S + r.randint(-130, 300) * MINUTE + r.randint(0, 59_999)
            finish = E + r.randint(-200, 260) * MINUTE + r.randint(0, 59_999)
        if r.random() < 0.08:
            begin = r.choice([
                S + shift.grace_in + 59_999, S + shift.grace_in + MINUTE, S + shift.grace_in, S - shift.opens, S,
                S - shift.opens - 1])
        if r.random() < 0.08:
            finish = r.choice([
                E - shift.grace_out - 59_999, E - shift.grace_out - MINUTE, E, E + shift.closes, E + shift.closes + 1,
                E - 1])
        fate = r.random()
        if fate < 0.06:
            return
        plan = []
        if fate >= 0.12:
            plan.append((begin, "in"))
        if fate < 0.12 or fate >= 0.18:
            plan.append((finish, "out"))
        if fate > 0.97:
            plan = [((S + E) // 2 + r.choice([0, 1, -1]), r.choice(["in", "out"]))]
        if r.random() < (0.5 if shift.pairs else 0.15):
            a = S + r.randint(30, 240) * MINUTE + r.randint(0, 59_999)
            plan += [(a, "break_out"), (a + r.randint(3, 70) * MINUTE, "break_in")]
        spoken = r.random() < 0.5
        for time, direction in plan:
            if r.random() < 0.05:
                direction = r.choice(["in", "out", "break_in", "break_out", "overtime_in", "overtime_out"])
            self.read(person, time, direction if spoken or r.random() < 0.1 else "unknown")
        if r.random() < 0.25:
            self.approve(person, E + r.choice([-60, 0, 0, 15]) * MINUTE, r.randint(20, 240) * MINUTE)
        if r.random() < 0.05:
            self.approve(person, S - 90 * MINUTE, r.choice([60, 90, 150]) * MINUTE)

    def come_anyway(self, person, day):
        """A day of rest: overtime that was approved, or not."""
        r = self.rng
        a = self.place.moment(day, r.randint(0, 22) * 60) + r.randint(0, 59) * MINUTE
        b = a + r.randint(60, 300) * MINUTE
        if r.random() < 0.75:
            self.approve(person, a, b - a)
            if r.random() < 0.15:
                self.approve(person, a + r.choice([0, 60, 180]) * MINUTE, b - a)
        self.read(person, a + r.randint(-40, 40) * MINUTE + r.randint(0, 59_999))
        if r.random() < 0.85:
            self.read(person, b + r.randint(-40, 60) * MINUTE + r.randint(0, 59_999))

    def approve(self, person, a, length):
        r = self.rng
        when = max(a + r.choice([-30, -10, -1, 3, 30]) * HOUR, self.begin - 10 * HOUR)
        for _ in range(2 if r.random() < 0.1 else 1):
            self.event("overtime.approved", "clients/hr", person["id"], when, when, {
                "person": person["id"], "from": self.place.text(a), "to": self.place.text(a + length), "by": "boss"})

    def read(self, person, time, direction="unknown"):
        """A punch, as the clocks at hand would give it: at once, late from a memory, or never."""
        r = self.rng
        clocks = [d["id"] for d in self.raw["devices"][1:]] or ["gate-scan"]
        device, badge = r.choice(clocks), r.choice(person["badges"])
        receipt = time + r.randint(100, 5000)
        for a, b in self.outages.get(device, []):
            if a <= time < b:
                if not self.site.clocks.get(device, False):
                    return
                receipt = b + r.randint(1, 20) * SECOND
        if r.random() < 0.03:
            receipt += r.randint(1, 50) * HOUR
        self.punch(badge, device, time, receipt, direction)
        if r.random() < 0.06:
            step = time
            for _ in range(r.randint(1, 4)):
                step += r.choice([1 * SECOND, 20 * SECOND, 59 * SECOND, 60 * SECOND, 60_001, 0, self.site.debounce])
                self.punch(badge, r.choice(clocks), step, max(receipt, step + 100), direction)

    def make_paper(self):
        """Leave and corrections."""
        r = self.rng
        for n in range(r.choice([0, 2, 4, 8, 12])):
            person, day = r.choice(self.raw["people"])["id"], r.choice(self.days)
            S, E = self.site.shifts[r.choice(self.raw["shifts"])["id"]].span(self.place, day)
            half = (S + E) // 2
            spans = [
                [(S, E)], [(S, half)], [(half, E)], [(S - HOUR, S + HOUR)], [(S + HOUR, S + 2 * HOUR)],
                [(self.place.moment(day, 0), self.place.moment(day, 24 * 60))], [(S, half), (half, E)],
                [(S - 2 * HOUR, S)], [(E, E + HOUR)], [(E - HOUR, E + 3 * HOUR)], [(S + 30_500, half)],
                [(self.place.moment(day, 12 * 60 + 30), self.place.moment(day, 18 * 60))],
                [(self.place.moment(day, 7 * 60), self.place.moment(day, 12 * 60)), (self.place.moment(day, 12 * 60 + 30), E)],
                [(self.place.moment(day, 0), self.place.moment(day + timedelta(days=r.randint(1, 6)), 24 * 60))],
            ]
            for m, (a, b) in enumerate(r.choice(spans)):
                if a >= b:
                    continue
                self.leave(f"L{n}-{m}", person, a, b)
        for n in range(r.choice([0, 0, 2, 4, 8])):
            self.correct()

    def leave(self, name, person, a, b):
        r = self.rng
        data = {"leave": name, "person": person, "from": self.place.text(a), "to": self.place.text(b), "kind": "annual"}
        if r.random() < 0.2:
            self.raw["leave"].append(dict(data))
            when = self.begin
        else:
            when = max(a + r.choice([-50, -20, -1, 1, 4, 40]) * HOUR + r.randint(0, 3_599_999), self.begin - 9 * HOUR)
            self.event("leave.granted", "clients/hr", person, when, when, {**data, "by": "boss"})
        if r.random() < 0.2:
            when += r.randint(1, 60) * HOUR
            data = {"leave": name} if r.random() < 0.3 else {**data, "by": "boss"}
            self.event("leave.cancelled", "clients/hr", person, when, when, data)

    def correct(self):
        r = self.rng
        person = r.choice(self.raw["people"])["id"]
        data = {"person": person, "reason": "seen", "by": "boss"}
        if r.random() < 0.5 or not self.punch_ids:
            S, E = self.site.shifts[r.choice(self.raw["shifts"])["id"]].span(self.place, r.choice(self.days))
            time = r.choice([S - 5 * MINUTE, E + 5 * MINUTE, S + 20 * MINUTE, E - 45 * MINUTE, E + 5 * HOUR])
            when = time + r.choice([1, 10, 30, 60]) * HOUR
            data["add"] = self.place.text(time)
        else:
            badge, name, receipt = r.choice(self.punch_ids)
            when = receipt + r.choice([-1, 1, 5, 30, 70]) * HOUR
            owner = self.site.badges.get(badge, person)
            data["person"] = owner if r.random() < 0.8 else person
            data["void"] = name if r.random() < 0.95 else "nothing"
        when = max(when, self.begin - 5 * HOUR)
        name = self.event("punch.corrected", "clients/hr", data["person"], when, when, data)
        if "add" in data and r.random() < 0.3:
            self.punch_ids.append((next(iter(self.raw["people"][0]["badges"])), name, when))


def month(seed):
    made = Month(seed)
    return made.raw, made.lines, made.until
