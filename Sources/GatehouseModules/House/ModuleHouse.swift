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

    private(set) var modules: [any Module]
    /// When something happens by itself in each of them: asked once after each change, not with every event.
    private var dues: [Deadline?]
    /// The modules that want each topic, by their places; a site may change it.
    private var hearers: [Topic: [Int]] = [:]
    /// The latest receipt so far; nil before the first event.
    public private(set) var clock: Moment?
    /// The site that holds; nil before the first one was heard.
    public internal(set) var site: Site?
    /// Whether modules hear each other at once; otherwise they hear each other through the journal.
    private let hearsItself: Bool

    /// `names` says which modules live here; others may live in a process of their own.
    public init(_ names: some Collection<String> = Self.names, hearsItself: Bool = false) {
        modules = Self.kinds.filter { names.contains($0.name) }.map { $0.init() }
        dues = modules.map(\.nextDeadline)
        self.hearsItself = hearsItself
        if !hearsItself { giveTime() }
    }

    /// The modules that were packed, and what they knew.
    init(modules: [any Module], clock: Moment?, site: Site?) {
        self.modules = modules
        self.clock = clock
        self.site = site
        dues = modules.map(\.nextDeadline)
        hearsItself = false
        giveTime()
    }

    /// Where modules hear each other through the journal, the figures of a moment take some seconds to come.
    private mutating func giveTime() { change(IncentivesModule.self) { $0.settle = .seconds(60) } }

    /// Does something to the module of a kind, where it lives here.
    mutating func change<Kind: Module>(_ kind: Kind.Type, _ change: (inout Kind) -> Void) {
        for place in modules.indices {
            guard var module = modules[place] as? Kind else { continue }
            change(&module)
            modules[place] = module
            dues[place] = module.nextDeadline
        }
    }

    /// The names of the modules that live here.
    public var names: [String] { modules.map { type(of: $0).name } }

    /// Whether any module here wants to hear events of that topic.
    public func wants(_ topic: Topic) -> Bool { modules.contains { $0.wants(topic) } }

    /// The next moment at which something happens by itself.
    public var nextDeadline: Deadline? { earliest()?.deadline }

    /// The module whose deadline that is; nil where it is nobody's.
    public func owner(of deadline: Deadline) -> String? {
        dues.firstIndex(of: deadline).map { type(of: modules[$0]).name }
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
            let clock = max(deadline.moment, clock ?? deadline.moment)
            turn.reach(clock, place) { modules[place].reach(deadline, into: &$0) }
            dues[place] = modules[place].nextDeadline
            collect(from: place, in: &turn)
            precondition(dues[place] != deadline, "a module must leave a deadline that it has reached")
        }
    }

    private func earliest() -> (place: Int, deadline: Deadline)? {
        var result: (place: Int, deadline: Deadline)?
        for place in dues.indices {
            guard let deadline = dues[place] else { continue }
            if let known = result, known.deadline <= deadline { continue }
            result = (place, deadline)
        }
        return result
    }

    /// The places of the modules that want a topic.
    private mutating func places(hearing topic: Topic) -> [Int] {
        if let known = hearers[topic] { return known }
        let places = modules.indices.filter { modules[$0].wants(topic) }
        hearers[topic] = places
        return places
    }

    private mutating func hear(_ fact: Fact, in turn: inout Turn) {
        let isSite = if case .site = fact.content { true } else { false }
        if case .site(let site) = fact.content { self.site = site }
        for place in places(hearing: fact.topic) {
            hand(fact, to: place, at: clock ?? fact.received, in: &turn)
            // What a module wants may be another thing now.
            if isSite { hearers = [:] }
            collect(from: place, in: &turn)
        }
    }

    private mutating func hand(_ fact: Fact, to place: Int, at clock: Moment, in turn: inout Turn) {
        turn.reach(clock, place) { modules[place].hear(fact, into: &$0) }
        dues[place] = modules[place].nextDeadline
    }

    /// Takes what a module has found; where the house hears itself, the others hear it before anything else happens.
    private mutating func collect(from place: Int, in turn: inout Turn) {
        guard turn.hasFindings(of: place) else { return }
        let name = type(of: modules[place]).name
        for finding in turn.drain(place) {
            turn.found.append(Found(module: name, finding: finding))
            guard hearsItself else { continue }
            let others = places(hearing: finding.topic)
            guard others.contains(where: { $0 != place }) else { continue }
            let heard = Fact(
                sequence: 0, id: finding.id, source: "/modules/\(name)", topic: finding.topic,
                subject: finding.subject, time: finding.time, received: clock ?? finding.time,
                content: content(of: finding))
            for other in others where other != place {
                hand(heard, to: other, at: max(finding.time, clock ?? finding.time), in: &turn)
                collect(from: other, in: &turn)
            }
        }
    }

    /// What other modules hear of a finding.
    private func content(of finding: Finding) -> Fact.Content {
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
            var own = findings[place].take() ?? Findings(cause: cause, clock: clock)
            own.clock = clock
            work(&own)
            findings[place] = own
        }

        func hasFindings(of place: Int) -> Bool { findings[place]?.list.isEmpty == false }

        mutating func drain(_ place: Int) -> [Finding] { findings[place]?.drain() ?? [] }
    }
}
