import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What scans and steps do to hazards.
extension HazardsModule {
    /// A patrol's scan, and the earlier ones of which it changes what they say.
    mutating func hearScan(_ fact: Fact, _ index: SiteIndex, into findings: inout Findings) {
        guard let heard = scans.hear(fact, clock: findings.clock) else { return }
        if case .condition(let condition) = heard.answer.reading, heard.answer.checkpoint == nil,
            index.conditions[condition]?.hazard != nil
        {
            strays.add(fact.sequence, id: fact.id)
        }
        observe(heard.answer, id: fact.id, index, into: &findings)
        for answer in heard.changed {
            guard case .condition(let condition) = answer.reading, answer.checkpoint != nil else { continue }
            if condition == "normal" {
                observe(answer, id: "", index, into: &findings)
            } else if let id = strays.take(answer.sequence) {
                observe(answer, id: id, index, into: &findings)
            }
        }
    }

    /// What a guard saw at a checkpoint.
    private mutating func observe(
        _ answer: ScanAnswer, id: String, _ index: SiteIndex, into findings: inout Findings
    ) {
        guard case .condition(let condition) = answer.reading, let checkpoint = answer.checkpoint else { return }
        if condition == "normal" {
            verify(at: checkpoint, by: answer.guardPerson, answer, into: &findings)
        } else if let severity = index.conditions[condition]?.hazard {
            let spot = Hazard.Spot(checkpoint: checkpoint, condition: condition)
            let origin = Hazard.Origin(
                id: id, severity: severity, spot: spot, by: answer.guardPerson, opened: answer.time,
                sequence: answer.sequence)
            see(origin, deadline: nil, index.site, into: &findings)
        }
    }

    /// A scan of `normal` by a known guard other than the submitter, while submitted, verifies. One that was made
    /// before the work was submitted says nothing of it.
    private mutating func verify(
        at checkpoint: String, by guardPerson: String?, _ answer: ScanAnswer, into findings: inout Findings
    ) {
        guard let guardPerson else { return }
        for place in book.open(at: checkpoint) {
            let hazard = book[place]
            guard hazard.state == .submitted, hazard.submitter != guardPerson, answer.time >= hazard.since else {
                continue
            }
            close(place, by: guardPerson, at: answer.time, sequence: answer.sequence, into: &findings)
        }
    }

    /// A report or a step of the loop. One that is not allowed changes nothing.
    mutating func take(_ step: Fact.HazardStep, _ fact: Fact, _ site: Site, into findings: inout Findings) {
        var step = step
        if step.kind == .reported { step.hazard = step.hazard ?? fact.id }
        if let refusal = book.refusal(of: step, site) {
            return alerts.raise(.invalidStep(refusal, fact.sequence), nextDay: true, into: &findings)
        }
        guard step.kind != .reported else { return report(step, fact, site, into: &findings) }
        guard let place = step.hazard.flatMap({ book.place(of: $0) }) else { return }
        switch step.kind {
        case .reported: break
        case .assigned: assign(place, step, fact, into: &findings)
        case .submitted: book[place].submit(by: step.by, at: fact.time)
        case .rejected: book[place].reject(at: fact.time)
        case .verified: close(place, by: step.by, at: fact.time, sequence: fact.sequence, into: &findings)
        }
    }

    private mutating func report(
        _ step: Fact.HazardStep, _ fact: Fact, _ site: Site, into findings: inout Findings
    ) {
        let marked = site.conditions.first { $0.id == step.condition }?.hazard
        let origin = Hazard.Origin(
            id: step.hazard ?? fact.id, severity: step.severity ?? marked ?? "general",
            spot: Hazard.Spot(checkpoint: step.checkpoint, place: step.place, condition: step.condition),
            description: step.description, by: step.by, opened: fact.time, sequence: fact.sequence)
        see(origin, deadline: step.deadline, site, into: &findings)
    }

    private mutating func assign(
        _ place: Int, _ step: Fact.HazardStep, _ fact: Fact, into findings: inout Findings
    ) {
        let former = book[place].deadline
        let deadline = HazardBook.newDeadline(step, book[place])
        book[place].assign(to: step.to, at: fact.time)
        guard let deadline else { return }
        book[place].move(deadline: deadline, at: fact.time, by: fact.sequence)
        agenda.set(place, at: Deadline(deadline, .late))
        if deadline > former {
            alerts.clear("hazard.overdue", about: book[place].id, reason: "later-deadline", into: &findings)
        }
        count(place, into: &findings)
    }
}

/// How hazards begin and end.
extension HazardsModule {
    /// Seen: a sighting of a hazard that was open then, or a hazard that opens.
    private mutating func see(
        _ origin: Hazard.Origin, deadline: Moment?, _ site: Site, into findings: inout Findings
    ) {
        var origin = origin
        if let place = book.latest(origin.spot) {
            let known = book[place]
            guard let closing = known.closing, origin.opened >= closing.moment else {
                book[place].sightings += 1
                return
            }
            if origin.opened - closing.moment <= site.hazards.repeatWindow { origin.repeats = known.id }
        }
        guard !origin.id.isEmpty else { return }
        if let used = book.place(of: origin.id) {
            let refusal = HazardRefusal.usedID(hazard: origin.id, book[used].state)
            return alerts.raise(.invalidStep(refusal, origin.sequence), nextDay: true, into: &findings)
        }
        open(
            Hazard(origin, deadline: deadline ?? origin.opened + site.hazards.deadline(of: origin.severity)),
            into: &findings)
    }

    private mutating func open(_ hazard: Hazard, into findings: inout Findings) {
        guard let index else { return }
        let zone = index.site.zone
        let place = book.add(hazard)
        pages.add(place, opened: HazardPeriod(.month, holding: CalendarDay(hazard.origin.opened, in: zone)))
        agenda.set(place, at: Deadline(hazard.deadline, .late))
        count(place, into: &findings)
        findings.say("hazard.opened", subject: hazard.id) { hazard.openedData(in: zone) }
        if let repeated = hazard.origin.repeats.flatMap({ book.place(of: $0) }) {
            alerts.raise(.repeated(hazard, of: book[repeated], index), into: &findings)
        }
    }

    private mutating func close(
        _ place: Int, by person: String, at moment: Moment, sequence: Int64, into findings: inout Findings
    ) {
        guard let zone = index?.site.zone else { return }
        book[place].close(by: person, at: moment, sequence: sequence)
        let hazard = book[place]
        // Its deadline still comes, for the figures; it is told no more.
        if hazard.reminders > 0 { agenda.cancel(place) }
        count(place, into: &findings)
        findings.say("hazard.closed", subject: hazard.id) { hazard.closedData(in: zone) }
        for code in ["hazard.overdue", "hazard.repeat"] {
            alerts.clear(code, about: hazard.id, reason: "closed", into: &findings)
        }
    }

    /// The deadline of a hazard has come, or it is told again.
    mutating func come(to place: Int, into findings: inout Findings) {
        count(place, into: &findings)
        guard let index, book[place].isOpen else { return }
        book[place].reminders += 1
        let hazard = book[place]
        let clock = findings.clock
        let zone = index.site.zone
        findings.say("hazard.overdue", subject: hazard.id) { hazard.overdueData(at: clock, in: zone) }
        alerts.raise(.overdue(hazard, at: clock, index), into: &findings)
        schedule(place, after: clock)
    }

    /// Told again after each `escalate_after` that the severity has; what a jump of the clock passed over is not told.
    mutating func schedule(_ place: Int, after clock: Moment) {
        let hazard = book[place]
        guard let step = index?.site.hazards.escalation(of: hazard.origin.severity)?.wholeMilliseconds, step > 0 else {
            return agenda.cancel(place)
        }
        let passed = max(clock.milliseconds - hazard.deadline.milliseconds, 0)
        let next = hazard.deadline.milliseconds + (passed / step + 1) * step
        agenda.set(place, at: Deadline(Moment(milliseconds: next), .late))
    }

    /// The figures of a hazard's months are not what they were.
    private mutating func count(_ place: Int, into findings: inout Findings) {
        guard let zone = index?.site.zone else { return }
        pages.touch(from: HazardPeriod(.month, holding: CalendarDay(book[place].origin.opened, in: zone)))
        desk.touch(at: findings.clock)
    }
}

extension HazardBook {
    func refusal(of step: Fact.HazardStep, _ site: Site) -> HazardRefusal? {
        refusal(of: step, verifyByOther: site.hazards.verifyByOther, zone: site.zone)
    }
}

extension HazardRules {
    /// How soon it must be closed. A severity that the site does not know is put right as soon as a general one.
    func deadline(of severity: String) -> Duration {
        (severities[severity] ?? severities["general"])?.deadline ?? .seconds(72 * 3600)
    }

    func escalation(of severity: String) -> Duration? {
        (severities[severity] ?? severities["general"])?.escalateAfter
    }
}
