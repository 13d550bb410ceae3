"""Hazards as hazards.md says: a fold over the events in the order of their receipt, and figures as of any moment."""

from dataclasses import dataclass, field
from fractions import Fraction

from patrol import Sessions, genuine
from watch_kit import (DAY, LATE, MINUTE, AlertBook, Figure, Zone, compare_alerts, compare_figures, compare_rows,
                       moment, month_bounds, next_month, read_events, run, span)


@dataclass
class Hazard:
    id: str
    severity: str
    checkpoint: str
    condition: str
    opened: int
    deadlines: list
    repeats: str
    state: str = "reported"
    submitter: str = None
    submitted: int = None
    closed: int = None
    events: list = field(default_factory=list)

    @property
    def deadline(self):
        return self.deadlines[-1][1]


class Hazards:
    """All hazards of a file, and their alerts."""

    def __init__(self, site, book):
        self.site, self.book = site, book
        rules = {"general": {"deadline": "72h"}, "major": {"deadline": "24h", "escalate_after": "12h"},
                 **site.get("hazards", {})}
        self.by_other = rules.pop("verify_by_other", True)
        self.window = span(rules.pop("repeat_window", None), 30 * DAY)
        self.severities = {name: span(rule["deadline"]) for name, rule in rules.items()}
        self.conditions = {condition["id"]: condition.get("hazard") for condition in site.get("conditions", [])}
        self.all = {}
        self.overdue = set()

    def due(self, place):
        moments = [(hazard.deadline, LATE) for hazard in self.all.values() if hazard.state != "closed"]
        return min((one for one in moments if one > place), default=None)

    def reach(self, clock, _):
        for hazard in self.all.values():
            if hazard.state != "closed" and hazard.deadline <= clock:
                self.is_late(hazard, clock)

    def is_late(self, hazard, clock):
        if hazard.id not in self.overdue:
            self.overdue.add(hazard.id)
            self.book.hold("hazard.overdue", hazard.id, hazard.id, clock, also=hazard.events)

    def hear(self, event, known, clock):
        if event.topic == "scan.recorded":
            self.scanned(event, known, clock)
        elif event.topic == "hazard.reported":
            data = event.data
            id = data.get("hazard", event.id)
            if id in self.all:
                self.refuse(event, id, clock)
            else:
                self.seen(event, id, data.get("checkpoint"), data.get("condition"), data["severity"],
                          data.get("deadline"), clock)
        elif event.topic.startswith("hazard."):
            id = event.data["hazard"]
            step = {"hazard.assigned": self.assigned, "hazard.submitted": self.submitted,
                    "hazard.verified": self.verified, "hazard.rejected": self.rejected}.get(event.topic)
            if step and (id not in self.all or not step(self.all[id], event, clock)):
                self.refuse(event, id, clock)

    def refuse(self, event, id, clock):
        self.book.hold("hazard.invalid_step", id, id, clock, [event.id], next_day=True)

    def scanned(self, scan, known, clock):
        if not genuine(scan) or scan.data["kind"] != "condition":
            return
        sessions = Sessions(self.site, [event for event in known if event.topic == "scan.recorded"])
        checkpoint = sessions.checkpoint(scan)
        if checkpoint is None:
            return
        condition = scan.data["value"]
        if condition == "normal":
            guard = sessions.guard(scan)
            for hazard in list(self.all.values()):
                # One scanned before the submission and delivered after it has seen nothing of it.
                if (hazard.checkpoint == checkpoint and hazard.state == "submitted" and guard is not None
                        and guard != hazard.submitter and scan.time >= hazard.submitted):
                    self.close(hazard, scan, clock)
        elif self.conditions.get(condition):
            self.seen(scan, scan.id, checkpoint, condition, self.conditions[condition], None, clock)

    def seen(self, event, id, checkpoint, condition, severity, deadline, clock):
        """A condition at a checkpoint: a sighting of an open hazard, or a new one."""
        same = [hazard for hazard in self.all.values() if checkpoint is not None and condition is not None
                and (hazard.checkpoint, hazard.condition) == (checkpoint, condition)]
        for hazard in same:
            if hazard.state != "closed" or event.time <= hazard.closed:
                hazard.events.append(event.id)
                return
        before = [hazard for hazard in same if event.time - hazard.closed <= self.window]
        repeats = max(before, key=lambda hazard: hazard.closed).id if before else None
        limit = moment(deadline) if deadline else event.time + self.severities[severity]
        hazard = Hazard(id, severity, checkpoint, condition, event.time, [(event.time, limit)], repeats)
        hazard.events.append(event.id)
        self.all[id] = hazard
        if repeats is not None:
            self.book.hold("hazard.repeat", id, id, clock, [event.id], also=self.all[repeats].events)
        self.judge(hazard, clock)

    def judge(self, hazard, clock):
        """The deadline may be past already, or be past no more. At its very moment other events come first."""
        if hazard.deadline < clock:
            self.is_late(hazard, clock)
        elif hazard.id in self.overdue and hazard.deadline > clock:
            self.overdue.discard(hazard.id)
            self.book.clear("hazard.overdue", hazard.id, clock)

    def assigned(self, hazard, event, clock):
        if hazard.state == "closed":
            return False
        deadline = event.data.get("deadline")
        if hazard.state == "submitted":
            return True
        if deadline is not None and moment(deadline) != hazard.deadline:
            if not event.data.get("reason"):
                return False
            hazard.deadlines.append((event.time, moment(deadline)))
        hazard.state = "assigned"
        hazard.events.append(event.id)
        self.judge(hazard, clock)
        return True

    def submitted(self, hazard, event, clock):
        if hazard.state not in ("reported", "assigned"):
            return False
        hazard.state, hazard.submitter, hazard.submitted = "submitted", event.data["by"], event.time
        return True

    def verified(self, hazard, event, clock):
        if hazard.state != "submitted" or (self.by_other and event.data["by"] == hazard.submitter):
            return False
        self.close(hazard, event, clock)
        return True

    def rejected(self, hazard, event, clock):
        if hazard.state != "submitted":
            return False
        hazard.state = "assigned"
        return True

    def close(self, hazard, event, clock):
        hazard.state, hazard.closed = "closed", event.time
        hazard.events.append(event.id)
        self.overdue.discard(hazard.id)
        self.book.clear("hazard.overdue", hazard.id, clock)
        self.book.clear("hazard.repeat", hazard.id, clock)

    def rows(self, zone, stop):
        def row(hazard):
            closed = hazard.closed
            on_time = closed <= hazard.deadline if closed is not None else False if hazard.deadline <= stop else None
            return {"hazard": hazard.id, "severity": hazard.severity, "state": hazard.state,
                    "opened": zone.show(hazard.opened), "deadline": zone.show(hazard.deadline),
                    "closed": zone.show(closed), "onTime": on_time, "repeats": hazard.repeats}

        return [row(hazard) for hazard in sorted(self.all.values(), key=lambda hazard: (hazard.opened, hazard.id))]

    def figures(self, zone, stop):
        if not self.all:
            return []
        found = []
        month = zone.month(min(hazard.opened for hazard in self.all.values()))
        while month <= zone.month(stop):
            found += self.period(month, *month_bounds(zone, month), stop)
            month = next_month(month)
        return found

    def period(self, name, start, end, now):
        """As of the end of the period, or now."""
        found = []
        for severity in [None] + sorted(self.severities):
            some = [hazard for hazard in self.all.values()
                    if hazard.opened < end and severity in (None, hazard.severity)]
            silent = not some
            suffix = "" if severity is None else f".{severity}"

            def closed(hazard):
                return hazard.closed is not None and hazard.closed < end

            def deadline(hazard):
                return [limit for changed, limit in hazard.deadlines if changed < end][-1]

            def add(kpi, numerator, denominator):
                found.append(Figure(f"hazard.{kpi}{suffix}", None, name, numerator, denominator,
                                    silent or not denominator))

            opened = [hazard for hazard in some if hazard.opened >= start]
            add("remediation", sum(map(closed, opened)), len(opened))
            stock = [hazard for hazard in some if not (closed(hazard) and hazard.closed < start)]
            add("stock", sum(map(closed, stock)), len(stock))
            come = [hazard for hazard in some if start <= deadline(hazard) < end and deadline(hazard) <= now]
            add("ontime", sum(closed(hazard) and hazard.closed <= deadline(hazard) for hazard in come), len(come))
            add("overdue", sum(not closed(hazard) and deadline(hazard) <= min(end, now) for hazard in some), 1)
            done = [hazard for hazard in opened if closed(hazard)]
            add("leadtime", sum((Fraction(hazard.closed - hazard.opened, MINUTE) for hazard in done), Fraction(0)),
                len(done))
            add("repeat", sum(hazard.repeats is not None for hazard in opened), len(opened))
        return found


class Expected:
    """What evaluate.md says is printed of the hazards of a file without routes."""

    def __init__(self, site, lines, until=None):
        self.zone = zone = Zone(site["timezone"])
        events, first = read_events(lines, until)
        stop = until if until is not None else events[-1].received if events else first
        self.book = AlertBook(site, zone)
        hazards = Hazards(site, self.book)
        run(events, first, stop, self.book, [hazards])
        self.rows = hazards.rows(zone, stop)
        self.figures = hazards.figures(zone, stop)
        self.hazards = hazards

    def differences(self, got):
        return (compare_rows("hazards", self.rows, got["hazards"], lambda row: row["hazard"])
                + compare_alerts(self.book, got["alerts"], lambda code: code.startswith("hazard."), self.zone)
                + compare_figures(self.figures, got["kpis"], lambda kpi: kpi.startswith("hazard.")))
