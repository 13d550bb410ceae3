public import GatehouseModel
public import GatehouseRules

/// A part of Gatehouse that works something out: a pure fold over the events of the journal.
///
/// It has no clock, no database and no bus. Time passes for it with the events: before it hears one, every deadline
/// of its own that has come by then is reached, in order. The same events in the same order therefore give the same
/// findings, on a replay as in the shift itself.
public protocol Module: Sendable {
    /// The name in the source of its events: `/sites/<site>/modules/<name>`.
    static var name: String { get }

    /// What it wants to hear. Other events only let its time pass.
    static var topics: Set<Topic> { get }

    /// Whether it wants to hear events of that topic: those of `topics`, unless its site asks for more.
    func wants(_ topic: Topic) -> Bool

    /// Nothing heard yet; a module does nothing before it has heard of a site.
    init()

    /// The next moment at which something happens by itself; nil when nothing is due.
    var nextDeadline: Deadline? { get }

    /// The time has come: everything due at exactly this deadline happens. Afterwards `nextDeadline` is another one.
    mutating func reach(_ deadline: Deadline, into findings: inout Findings)

    /// An event of one of its topics.
    mutating func hear(_ fact: Fact, into findings: inout Findings)

    /// Everything it knows, for a quick start.
    func pack(into packer: inout Packer)

    /// The module as it was packed.
    init(from unpacker: inout Unpacker) throws(PackProblem)

    /// The site that held when the module was packed. Nothing comes of it: it is only known again.
    mutating func resume(_ site: Site)

    /// Its key figures as they stand at a moment, in the order of evaluate's output (KPI, department, period, person).
    func figures(asOf moment: Moment) -> [KPIFigure]

    /// The alerts that stand, with all the evidence since they were raised.
    var standingAlerts: [StandingAlert] { get }
}

extension Module {
    public func wants(_ topic: Topic) -> Bool { Self.topics.contains(topic) }
}

/// A moment at which something happens by itself, and its place among all that happens at that moment.
public struct Deadline: Hashable, Comparable, Sendable {
    /// The order of what happens at one moment.
    public enum Phase: Int8, Hashable, Comparable, Sendable, CaseIterable {
        /// Before any event received at that very moment.
        case due
        /// After the events received at that very moment.
        case late
        /// Key figures are told, once all that changes them at that moment has happened.
        case figures
        /// Figures are judged, once they have been told.
        case judgement

        public static func < (left: Phase, right: Phase) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    public var moment: Moment
    public var phase: Phase

    public init(_ moment: Moment, _ phase: Phase = .due) {
        self.moment = moment
        self.phase = phase
    }

    public static func < (left: Deadline, right: Deadline) -> Bool {
        left.moment == right.moment ? left.phase < right.phase : left.moment < right.moment
    }

    /// The earlier of two, where there are any.
    public static func earlier(_ left: Deadline?, _ right: Deadline?) -> Deadline? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }

    /// Whether it comes before an event received at `moment`.
    public func precedes(eventAt moment: Moment) -> Bool {
        self.moment < moment || (self.moment == moment && phase == .due)
    }
}
