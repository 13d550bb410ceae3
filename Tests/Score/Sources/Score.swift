import AlertsModule
import GatehouseModel
import GatehouseModuleKit

/// Plays labelled histories and counts how the alerts did.
struct Score {
    private(set) var accounts: [String: Account] = [:]
    private(set) var cleanWeeks = 0.0
    private(set) var events = 0
    /// What was told wrongly, for whoever wants to know why.
    private(set) var wrong: [String] = []

    mutating func play(seed: UInt64) {
        for isClean in [true, false] {
            let history = History(seed: seed, isClean: isClean)
            let facts = history.facts()
            let alerts = Self.alerts(of: facts)
            events += facts.count
            if isClean { cleanWeeks += Double(Plant.days) / 7 }
            accounts.add(alerts, history.labels, isClean: isClean)
            note(alerts, history.labels, seed: seed, isClean: isClean)
        }
    }

    private mutating func note(_ alerts: [Raised], _ labels: [Label], seed: UInt64, isClean: Bool) {
        let name = "seed \(seed)\(isClean ? " (clean)" : "")"
        for alert in alerts where !labels.contains(where: { $0.tells(of: alert) }) {
            wrong.append("\(name): false \(alert.code) \(alert.subject) \(Plant.zone.local(at: alert.moment).text)")
        }
        for label in labels where !label.isConsequence && !alerts.contains(where: { label.tells(of: $0) }) {
            let begin = Plant.zone.local(at: label.span.lowerBound).text
            wrong.append("\(name): overlooked \(label.code) \(label.subject) \(begin)")
        }
    }

    /// The alerts that the module raises of a history.
    static func alerts(of facts: [Fact]) -> [Raised] {
        var module = AlertsModule()
        var alerts: [Raised] = []
        var clock = Moment(milliseconds: .min)
        for fact in facts {
            var findings = Findings(cause: fact.sequence, clock: clock)
            clock = max(clock, fact.received)
            while let deadline = module.nextDeadline, deadline.precedes(eventAt: clock) {
                findings.clock = max(deadline.moment, findings.clock)
                module.reach(deadline, into: &findings)
            }
            findings.clock = clock
            module.hear(fact, into: &findings)
            for finding in findings.list {
                // What comes after the last day is no day of the plant's.
                guard finding.time < Plant.start(of: Plant.days),
                    case .raised(_, let code, let subject, _) = finding.alert
                else { continue }
                alerts.append(Raised(code: code, subject: subject, moment: finding.time))
            }
        }
        return alerts
    }
}

extension Label {
    func tells(of alert: Raised) -> Bool {
        code == alert.code && subject == alert.subject && span.contains(alert.moment)
    }
}
