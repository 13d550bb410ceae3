import AlertsModule
import AttendanceModule
public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules
public import HazardsModule
import IncentivesModule
import PatrolModule

/// The modules side by side, with one clock: before an event is heard, whatever was due by its receipt has happened, in
/// order over all of them.
public struct ModuleHouse: Sendable {
    /// What one module found.
    public struct Found: Sendable {
        /// The module's name.
        public var module: String
        public var finding: Finding
    }

    /// Every module there is, by name, in the order in which they hear an event.
    public static let kinds: [any Module.Type] = [
        AttendanceModule.self, PatrolModule.self, HazardsModule.self, AlertsModule.self, IncentivesModule.self,
    ]

    /// The names of all modules.
    public static var names: [String] { kinds.map { $0.name } }

    var modules: [any Module]
    /// The latest receipt so far; nil before the first event.
    public private(set) var clock: Moment?
    /// The site that holds; nil before the first one was heard.
    public internal(set) var site: Site?
    /// Whether modules hear each other at once; otherwise they hear each other through the journal.
    private let hearsItself: Bool

    /// `names` says which modules live here; others may live in a process of their own.
    public init(_ names: some Collection<String> = Self.names, hearsItself: Bool = false) {
        modules = Self.kinds.filter { names.contains($0.name) }.map { $0.init() }
        self.hearsItself = hearsItself
        if !hearsItself { giveTime() }
    }

    /// The modules that were packed, and what they knew.
    init(modules: [any Module], clock: Moment?, site: Site?) {
        self.modules = modules
        self.clock = clock
        self.site = site
        hearsItself = false
        giveTime()
    }

    /// Where modules hear each other through the journal, the figures of a moment take some seconds to come.
    private mutating func giveTime() {
        for place in modules.indices {
            guard var pay = modules[place] as? IncentivesModule else { continue }
            pay.settle = .seconds(60)
            modules[place] = pay
        }
    }

    /// The names of the modules that live here.
    public var names: [String] { modules.map { type(of: $0).name } }

    /// Whether any module here wants to hear events of that topic.
    public func wants(_ topic: Topic) -> Bool { modules.contains { $0.wants(topic) } }

    /// The next moment at which something happens by itself.
    public var nextDeadline: Deadline? { modules.compactMap(\.nextDeadline).min() }

    /// The module whose deadline that is; nil where it is nobody's.
    public func owner(of deadline: Deadline) -> String? {
        modules.first { $0.nextDeadline == deadline }.map { type(of: $0).name }
    }

    /// Why one of these steps of hazards would not be allowed after the ones before it: its place and the reason. Nil
    /// where all are, or where the hazards are in another process.
    public func refusal(of steps: [Fact]) -> (place: Int, reason: String)? {
        guard var hazards = modules.lazy.compactMap({ $0 as? HazardsModule }).first else { return nil }
        for (place, fact) in steps.enumerated() {
            guard case .hazard(var step) = fact.content else { continue }
            if step.kind == .reported { step.hazard = step.hazard ?? fact.id }
            if let reason = hazards.refusal(of: step) { return (place, reason) }
            var findings = Findings(cause: fact.sequence, clock: max(fact.received, clock ?? fact.received))
            hazards.hear(fact, into: &findings)
        }
        return nil
    }

    /// Every hazard as it stands at a moment, by opening and id; none where the hazards are in another process.
    public func hazards(asOf moment: Moment) -> [HazardRow] {
        modules.lazy.compactMap { $0 as? HazardsModule }.first?.rows(asOf: moment) ?? []
    }

    /// Hears an event: first everything that was due by then happens.
    public mutating func take(_ fact: Fact) -> [Found] {
        var turn = Turn(cause: fact.sequence, count: modules.count)
        let now = max(clock ?? fact.received, fact.received)
        reachDeadlines(in: &turn) { $0.precedes(eventAt: now) }
        clock = now
        hear(fact, in: &turn)
        return turn.found
    }

    /// An event that nobody here wants lets the time pass.
    public mutating func pass(to received: Moment, sequence: Int64) -> [Found] {
        let now = max(clock ?? received, received)
        // Most events come between two deadlines.
        guard let next = nextDeadline, next.precedes(eventAt: now) else {
            clock = now
            return []
        }
        var turn = Turn(cause: sequence, count: modules.count)
        reachDeadlines(in: &turn) { $0.precedes(eventAt: now) }
        clock = now
        return turn.found
    }

    /// Everything that is due up to a moment and at it happens, without an event.
    public mutating func settle(through moment: Moment, sequence: Int64) -> [Found] {
        var turn = Turn(cause: sequence, count: modules.count)
        reachDeadlines(in: &turn) { $0.moment <= moment }
        clock = max(clock ?? moment, moment)
        return turn.found
    }

    private mutating func reachDeadlines(in turn: inout Turn, while isDue: (Deadline) -> Bool) {
        while let (place, deadline) = earliest(), isDue(deadline) {
            // What was set in the past happens now.
            turn.reach(max(deadline.moment, clock ?? deadline.moment), place) { findings in
                modules[place].reach(deadline, into: &findings)
            }
            collect(from: place, in: &turn)
            precondition(modules[place].nextDeadline != deadline, "a module must leave a deadline that it has reached")
        }
    }

    private func earliest() -> (place: Int, deadline: Deadline)? {
        var result: (place: Int, deadline: Deadline)?
        for place in modules.indices {
            guard let deadline = modules[place].nextDeadline else { continue }
            if let known = result, known.deadline <= deadline { continue }
            result = (place, deadline)
        }
        return result
    }

    private mutating func hear(_ fact: Fact, in turn: inout Turn) {
        if case .site(let site) = fact.content { self.site = site }
        for place in modules.indices where modules[place].wants(fact.topic) {
            turn.reach(clock ?? fact.received, place) { findings in
                modules[place].hear(fact, into: &findings)
            }
            collect(from: place, in: &turn)
        }
    }

    /// Takes what a module has found; where the house hears itself, the others hear it before anything else happens.
    private mutating func collect(from place: Int, in turn: inout Turn) {
        let name = type(of: modules[place]).name
        for finding in turn.drain(place) {
            turn.found.append(Found(module: name, finding: finding))
            guard hearsItself, let content = content(for: place, of: finding) else { continue }
            let heard = Fact(
                sequence: 0, id: finding.id, source: "/modules/\(name)", topic: finding.topic,
                subject: finding.subject, time: finding.time, received: clock ?? finding.time,
                content: content)
            for other in modules.indices where other != place && modules[other].wants(finding.topic) {
                turn.reach(max(finding.time, clock ?? finding.time), other) { findings in
                    modules[other].hear(heard, into: &findings)
                }
                collect(from: other, in: &turn)
            }
        }
    }

    /// What other modules hear of a finding; nil where none of them wants it.
    private func content(for place: Int, of finding: Finding) -> Fact.Content? {
        guard modules.indices.contains(where: { $0 != place && modules[$0].wants(finding.topic) }) else { return nil }
        guard case .other = finding.content else { return finding.content }
        let data = finding.data()
        return .noted(department: data["department"]?.text, person: data["person"]?.text)
    }

    /// What is being found of one cause.
    private struct Turn {
        let cause: Int64
        var found: [Found] = []
        private var findings: [Findings?]

        init(cause: Int64, count: Int) {
            self.cause = cause
            findings = Array(repeating: nil, count: count)
        }

        mutating func reach(_ clock: Moment, _ place: Int, _ work: (inout Findings) -> Void) {
            var own = findings[place] ?? Findings(cause: cause, clock: clock)
            findings[place] = nil
            own.clock = clock
            work(&own)
            findings[place] = own
        }

        mutating func drain(_ place: Int) -> [Finding] { findings[place]?.drain() ?? [] }
    }
}
