public import GatehouseDriverKit

/// The search for the device at an unknown port: first listening, for devices that speak by themselves, then the
/// families' questions, likeliest first, until one is answered beyond doubt or the time is over.
///
/// A plain value: whoever has the port asks for the next step, carries it out, and tells what the port said.
public struct Identification: Sendable {
    /// What to do next at the port.
    public enum Step: Hashable, Sendable {
        /// Open the port, or open it anew, with this line; give up after that time and say `failed`. A port in the
        /// network has no line.
        case open(SerialLine, within: Duration)
        /// Take what the port says for that long, or until the step `isOver`.
        case listen(Duration)
        /// Send this, taking at most that long, and then take what the port says for as long again, or until the step
        /// `isOver`.
        case ask([UInt8], patience: Duration)

        /// The longest that the step can take.
        var longest: Duration {
            switch self {
            case .open(_, let limit): limit
            case .listen(let time): time
            case .ask(_, let patience): patience * 2
            }
        }
    }

    /// A family that recognised its device.
    public struct Finding: Hashable, Sendable {
        public var family: String
        /// The line at which it answered; nil over the network, or where nothing needed to be asked.
        public var line: SerialLine?
        public var recognition: Recognition

        public init(family: String, line: SerialLine?, recognition: Recognition) {
            self.family = family
            self.line = line
            self.recognition = recognition
        }
    }

    /// The whole search takes no longer: 2 seconds are left for what surrounds it.
    public static let limit: Duration = .seconds(28)
    /// No answer is waited for longer, whatever a family asks for.
    static let patienceLimit: Duration = .seconds(3)
    /// An adapter that takes longer to open is broken.
    static let openingLimit: Duration = .seconds(2)
    /// What a family is given to judge.
    static let judgedLimit = 4096
    /// What is kept of everything that was heard, for people to look at.
    static let sampleLimit = 256

    /// The first bytes that the port said, at whatever line.
    public private(set) var sample: [UInt8] = []

    private let plan: IdentificationPlan
    private let limit: Duration
    private var visits: ArraySlice<IdentificationPlan.Visit>
    private var steps: ArraySlice<IdentificationPlan.Act> = []
    private var line: SerialLine?
    /// What the port has said since it was opened, and where in it each asked question stands.
    private var said: [UInt8] = []
    private var asked: [(probe: Int, from: Int)] = []
    private var found: [Finding] = []

    public init(families: [DriverFamily], road: IdentificationRoad, limit: Duration = Identification.limit) {
        plan = IdentificationPlan(families: families, road: road)
        visits = plan.visits[...]
        self.limit = limit
    }

    /// Who recognised the device: the certain ones first, otherwise in the order of finding.
    public var findings: [Finding] {
        found.filter(\.recognition.isCertain) + found.filter { !$0.recognition.isCertain }
    }

    /// Whether a family is certain. Then there is no next step.
    public var isSettled: Bool { found.contains(where: \.recognition.isCertain) }

    /// Whether a step need not be waited for any longer: a family is certain, or one that listens has heard its own.
    public func isOver(_ step: Step) -> Bool {
        if case .listen = step { !found.isEmpty } else { isSettled }
    }

    /// Whether any family has a way to find its devices at such a port.
    public var isHopeless: Bool { plan.visits.isEmpty }

    /// The next step, all of which fits into the time that is left; nil when the search is over.
    public mutating func next(elapsed: Duration) -> Step? {
        while !isSettled {
            if let act = steps.popFirst() {
                let step = act.step
                guard elapsed + step.longest <= limit, !isOver(step) else { continue }
                begin(act)
                return step
            }
            guard let visit = visits.popFirst() else { return nil }
            line = visit.line
            steps = visit.acts[...]
            forget()
            let opening = Step.open(visit.line, within: min(Self.openingLimit, limit - elapsed))
            let isWanted = visit.acts.contains { !isOver($0.step) }
            guard isWanted, elapsed + opening.longest < limit, elapsed + visit.shortest <= limit else {
                steps = []
                continue
            }
            return opening
        }
        return nil
    }

    /// The port said this.
    public mutating func heard(_ bytes: [UInt8]) {
        sample += bytes.prefix(Self.sampleLimit - sample.count)
        said += bytes
        judge()
        // The questions that still matter look at their beginning; listening looks at the end.
        guard said.count > 4 * Self.judgedLimit else { return }
        let surplus = said.count - Self.judgedLimit
        said.removeFirst(surplus)
        asked = asked.filter { $0.from >= surplus }.map { ($0.probe, $0.from - surplus) }
    }

    /// The port could not be opened with the line of the last step, or ended: that line's other steps are given up.
    public mutating func failed() {
        steps = []
        forget()
    }

    private mutating func begin(_ act: IdentificationPlan.Act) {
        guard case .ask(let probe, _, _) = act else { return }
        asked.append((probe, said.count))
    }

    private mutating func forget() {
        said = []
        asked = []
    }

    private mutating func judge() {
        guard let line else { return }
        for probe in plan.listeners(at: line) { judge(probe, said.suffix(Self.judgedLimit), line) }
        for (probe, from) in asked where from < said.count {
            judge(probe, said[from...].prefix(Self.judgedLimit), line)
        }
    }

    private mutating func judge(_ number: Int, _ bytes: ArraySlice<UInt8>, _ line: SerialLine) {
        let entry = plan.entries[number]
        guard let recognition = entry.probe.recognise(Array(bytes), line) else { return }
        let finding = Finding(family: entry.family, line: plan.isSerial ? line : nil, recognition: recognition)
        guard let known = found.firstIndex(where: { $0.family == entry.family }) else {
            found.append(finding)
            return
        }
        // A later judgement at the same line has seen more; at another line only certainty counts.
        let isMore = found[known].line == finding.line && !found[known].recognition.isCertain
        if recognition.isCertain || isMore { found[known] = finding }
    }
}
