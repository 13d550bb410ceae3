import AttendanceModule
public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules
import IncentivesModule
import PatrolModule

/// The modules over a file of events instead of a running journal: "what would last month have been with a grace of
/// ten minutes?"
public struct Evaluation: Sendable {
    var house: ModuleHouse
    let site: Site
    /// The clock at the beginning; what closed before it is not printed.
    let start: Moment
    private(set) var alerts = AlertHistory()
    private var lastSequence: Int64 = 0

    /// `start` is the moment at which the clock starts; the site replaces whatever the events say of sites.
    public init(site: Site, start: Moment) {
        self.site = site
        self.start = start
        house = ModuleHouse(hearsItself: true)
        house.askFiguresAtTheEnd()
        note(
            house.take(
                Fact(
                    sequence: 0, id: "", source: "", topic: "site.updated", time: start, received: start,
                    content: .site(site))))
    }

    /// Whether events of that topic matter; others only let the time pass. Sites and what modules found are worked out
    /// anew.
    public func wants(_ topic: Topic) -> Bool {
        topic != "site.updated" && topic.origin != .module && house.wants(topic)
    }

    /// The next event, in the order received.
    public mutating func take(_ fact: Fact) {
        lastSequence = fact.sequence
        note(house.take(fact))
    }

    /// An event that does not matter was received.
    public mutating func pass(to received: Moment, sequence: Int64) {
        lastSequence = sequence
        note(house.pass(to: received, sequence: sequence))
    }

    /// Ends at `until`, else when every window and every round that had opened by the last receipt has closed; then
    /// gives what was computed. `eventID` gives the id of the event with a sequence.
    public mutating func finish(until: Moment?, eventID: (Int64) -> String) -> EvaluationReport {
        let opened = until ?? house.clock ?? start
        let stop = until ?? max(opened, lastEnd(openedBy: opened))
        // What the end brings is nobody's doing: it has a cause of its own.
        note(house.settle(through: stop, sequence: lastSequence + 1))
        house.deliverFigures(asOf: stop, openedBy: opened, sequence: lastSequence + 1)
        for module in house.modules { alerts.complete(module.standingAlerts, of: type(of: module).name) }
        return EvaluationReport(self, openedBy: opened, stop: stop, eventID: eventID)
    }

    /// When the last window or round that had opened by a moment closes.
    private func lastEnd(openedBy moment: Moment) -> Moment {
        var ends = [moment]
        for module in house.modules {
            if let attendance = module as? AttendanceModule, let end = attendance.lastWindowEnd(openedBy: moment) {
                ends.append(end)
            }
            if let patrol = module as? PatrolModule, let end = patrol.lastEnd(openedBy: moment) { ends.append(end) }
        }
        return ends.max() ?? moment
    }

    private mutating func note(_ found: [ModuleHouse.Found]) {
        for one in found {
            if let turn = one.finding.alert { alerts.note(turn, of: one.module, at: one.finding.time) }
        }
    }
}

/// Every alert of an evaluation, also those that have been cleared.
struct AlertHistory: Sendable {
    struct Row: Sendable {
        var code: String
        var subject: String
        var raised: Moment
        var cleared: Moment?
        var evidence: [Int64]
    }

    private(set) var rows: [Row] = []
    /// Where the alerts are that may still change.
    private var places: [String: Int] = [:]

    mutating func note(_ turn: AlertTurn, of module: String, at moment: Moment) {
        switch turn {
        case .raised(let id, let code, let subject, let evidence):
            places["\(module) \(id)"] = rows.count
            rows.append(Row(code: code, subject: subject, raised: moment, evidence: evidence))
        case .cleared(let id, let evidence):
            guard let place = places.removeValue(forKey: "\(module) \(id)") else { return }
            rows[place].cleared = moment
            rows[place].evidence = evidence
        }
    }

    /// Gives the alerts that still stand the evidence that they have by now.
    mutating func complete(_ standing: [StandingAlert], of module: String) {
        for alert in standing {
            if let place = places["\(module) \(alert.id)"] { rows[place].evidence = alert.evidence }
        }
    }
}

extension ModuleHouse {
    /// Pay is asked for at the end, so it need not be told each minute.
    mutating func askFiguresAtTheEnd() { change(IncentivesModule.self) { $0.isTelling = false } }

    /// What the modules' figures are at the end, told to whoever pays by them, though no full minute has come.
    mutating func deliverFigures(asOf moment: Moment, openedBy opened: Moment, sequence: Int64) {
        for module in modules where !(module is IncentivesModule) {
            let figures =
                (module as? AttendanceModule)?.figures(asOf: moment, openedBy: opened) ?? module.figures(asOf: moment)
            change(IncentivesModule.self) { pay in
                for figure in figures {
                    let fact = Fact(
                        sequence: sequence, id: "", source: "/modules/\(type(of: module).name)",
                        topic: "kpi.updated", subject: figure.kpi, time: moment, received: moment,
                        content: .figure(figure))
                    var findings = Findings(cause: sequence, clock: moment)
                    pay.hear(fact, into: &findings)
                }
            }
        }
    }
}
