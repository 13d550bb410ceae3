"""The alerts of devices and punches that need no learning, as alerts.md says them."""

from watch_kit import DUE, MINUTE, AlertBook, Zone, compare_alerts, read_events, run, span

CODES = {"device.offline", "device.clock_drift", "punch.unknown_badge", "punch.future_time", "punch.impossible_travel"}


class Watch:
    def __init__(self, site, book):
        self.book = book

        def limit(code, key, default):
            rule = site.get("alerts", {}).get(code)
            return span(rule[key]) if isinstance(rule, dict) and key in rule else default

        self.after = limit("device.offline", "after", MINUTE)
        self.drift = limit("device.clock_drift", "limit", 30_000)
        self.future = limit("punch.future_time", "limit", 5 * MINUTE)
        self.places = {device["id"]: device.get("place") for device in site.get("devices", [])}
        self.badges = {badge: person["id"] for person in site.get("people", []) for badge in person["badges"]}
        self.travel = {}
        for way in site.get("travel", []):
            self.travel.setdefault((way["from"], way["to"]), span(way["at_least"]))
        self.gone = {}
        self.punches = {}

    def due(self, place):
        moments = [(since + self.after, DUE) for since, _ in self.gone.values()]
        return min((one for one in moments if one > place), default=None)

    def reach(self, clock, _):
        for device, (since, event) in self.gone.items():
            if since + self.after == clock:
                self.book.hold("device.offline", device, device, clock, also=[event.id])

    def hear(self, event, _, clock):
        data = event.data
        if event.topic == "device.disconnected" and data["device"] in self.places:
            self.gone.setdefault(data["device"], (event.time, event))
        elif event.topic == "device.connected":
            self.gone.pop(data["device"], None)
            self.book.clear("device.offline", data["device"], clock)
        elif event.topic == "device.clock":
            if abs(data["offsetMilliseconds"]) > self.drift:
                self.book.hold("device.clock_drift", data["device"], data["device"], clock, [event.id])
            else:
                self.book.clear("device.clock_drift", data["device"], clock)
        elif event.topic == "punch.recorded":
            self.punched(event, clock)

    def punched(self, punch, clock):
        data = punch.data
        if punch.time - punch.received > self.future:
            self.book.hold("punch.future_time", data["device"], data["device"], clock, [punch.id], next_day=True)
        person = self.badges.get(data["badge"])
        if person is None:
            self.book.hold("punch.unknown_badge", data["badge"], data["badge"], clock, [punch.id])
            return
        for other in self.punches.setdefault(person, []):
            first, second = sorted((other, punch), key=lambda one: (one.time, one.index))
            if second.time - first.time < self.least(first, second):
                self.book.hold("punch.impossible_travel", person, person, clock, [other.id, punch.id], next_day=True)
        self.punches[person].append(punch)

    def least(self, first, second):
        here, there = self.places.get(first.data["device"]), self.places.get(second.data["device"])
        if here is None or there is None:
            return 0
        return self.travel.get((here, there), self.travel.get((there, here), 0))


class Expected:
    def __init__(self, site, lines, until=None):
        self.zone = Zone(site["timezone"])
        events, first = read_events(lines, until)
        stop = until if until is not None else events[-1].received if events else first
        self.book = AlertBook(site, self.zone)
        run(events, first, stop, self.book, [Watch(site, self.book)])

    def differences(self, got):
        return compare_alerts(self.book, got["alerts"], CODES.__contains__, self.zone)
