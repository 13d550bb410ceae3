public import GatehouseModel

/// A module's key figure for a period: two exact numbers, and where they come from.
public struct KPIFigure: Hashable, Sendable {
    /// For example `patrol.completion`.
    public var kpi: String
    /// Nil: the site.
    public var department: String?
    /// `2026-11`, or a week such as `2026-W45`.
    public var period: String
    /// Only for figures of one person.
    public var person: String?
    public var numerator: Fraction
    public var denominator: Fraction
    /// Overtime minutes by rate (`1.5`, `2`, `3`); nil for all other figures.
    public var byRate: [String: Int]?
    /// How the two numbers come about, in words.
    public var formula: String
    /// The events that it comes from: their topic, the first and the last of them, how many.
    public var inputs: Inputs?

    /// Which events a figure comes from.
    public struct Inputs: Hashable, Sendable {
        /// The topic of the events that were counted.
        public var topic: String
        /// How many.
        public var count: Int
        /// The first and the last sequence.
        public var first: Int64
        public var last: Int64
        /// Each of them, where they are few (100 at most).
        public var sequences: [Int64]

        public init(topic: String, count: Int, first: Int64, last: Int64, sequences: [Int64] = []) {
            self.topic = topic
            self.count = count
            self.first = first
            self.last = last
            self.sequences = sequences
        }

        /// From all the sequences, in any order; nil where there are none.
        public init?(topic: String, of sequences: some Collection<Int64>) {
            guard let first = sequences.min(), let last = sequences.max() else { return nil }
            self.init(
                topic: topic, count: sequences.count, first: first, last: last,
                sequences: sequences.count <= 100 ? sequences.sorted() : [])
        }
    }

    public init(
        kpi: String, department: String? = nil, period: String, person: String? = nil, numerator: Fraction,
        denominator: Fraction, byRate: [String: Int]? = nil, formula: String, inputs: Inputs? = nil
    ) {
        self.kpi = kpi
        self.department = department
        self.period = period
        self.person = person
        self.numerator = numerator
        self.denominator = denominator
        self.byRate = byRate
        self.formula = formula
        self.inputs = inputs
    }

    /// The exact value; nil where the denominator is 0.
    public var value: Fraction? {
        denominator.isZero ? nil : numerator / denominator
    }

    /// What a figure is a figure of: one for each of these.
    public struct Key: Hashable, Comparable, Sendable {
        public var kpi: String
        public var department: String?
        public var period: String
        public var person: String?

        public static func < (left: Key, right: Key) -> Bool {
            // Nil comes first, as in evaluate's output.
            (left.kpi, left.department ?? "", left.period, left.person ?? "")
                < (right.kpi, right.department ?? "", right.period, right.person ?? "")
        }
    }

    public var key: Key { Key(kpi: kpi, department: department, period: period, person: person) }

    /// The data of `kpi.updated`.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("kpi", .string(kpi)), .init("department", .optional(department)), .init("period", .string(period)),
        ]
        if let person { members.append(.init("person", .string(person))) }
        members += [
            .init("numerator", .number(numerator.text)), .init("denominator", .number(denominator.text)),
            .init("value", .optional(value?.rounded(to: 6))),
        ]
        if !numerator.isDecimal { members.append(.init("exactNumerator", .string(numerator.exactText))) }
        if !denominator.isDecimal { members.append(.init("exactDenominator", .string(denominator.exactText))) }
        if let byRate { members.append(.init("byRate", Self.json(byRate))) }
        members.append(.init("formula", .string(formula)))
        members.append(.init("inputs", inputs?.json ?? []))
        return .object(members)
    }

    /// `{"1.5": 510, "2": 240, "3": 0}`.
    public static func json(_ byRate: [String: Int]) -> JSONValue {
        .object(byRate.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) })
    }

    /// The figure of a `kpi.updated`; nil where the data is none.
    public init?(json: JSONValue) {
        guard let kpi = json["kpi"]?.text, let period = json["period"]?.text,
            let numerator = Fraction(json["exactNumerator"]?.text) ?? Fraction(json["numerator"]),
            let denominator = Fraction(json["exactDenominator"]?.text) ?? Fraction(json["denominator"])
        else { return nil }
        let byRate = json["byRate"]?.members?.map { ($0.name, $0.value.integer ?? 0) }
        self.init(
            kpi: kpi, department: json["department"]?.text, period: period, person: json["person"]?.text,
            numerator: numerator, denominator: denominator,
            byRate: byRate.map { Dictionary($0, uniquingKeysWith: { $1 }) }, formula: json["formula"]?.text ?? "",
            inputs: json["inputs"].flatMap { Inputs(json: $0) })
    }
}

extension KPIFigure.Inputs {
    /// Each event where they are few; else the first, with how many there are through which one.
    public var json: JSONValue {
        guard sequences.isEmpty else {
            return .array(sequences.map { ["sequence": .sequence($0), "topic": .string(topic)] })
        }
        return [
            [
                "sequence": .sequence(first), "topic": .string(topic), "through": .sequence(last),
                "count": .integer(count),
            ]
        ]
    }

    init?(json: JSONValue) {
        guard let elements = json.elements, let topic = elements.first?["topic"]?.text else { return nil }
        let sequences = elements.compactMap { $0["sequence"]?.sequence }
        if let first = sequences.first, let last = elements.first?["through"]?.sequence,
            let count = elements.first?["count"]?.integer
        {
            self.init(topic: topic, count: count, first: first, last: last)
        } else {
            self.init(topic: topic, of: sequences)
        }
    }
}

/// Tells a module's figures: at the next full minute after something has changed, each that is new or different.
public struct FigureDesk: Sendable {
    /// When figures are told next; nil where none has changed.
    public private(set) var due: Deadline?
    private var told: [KPIFigure.Key: String] = [:]

    public init() {}

    /// Something that a figure is made of has changed.
    public mutating func touch(at clock: Moment) {
        guard due == nil else { return }
        let minute: Int64 = 60_000
        due = Deadline(Moment(milliseconds: (clock.milliseconds + minute - 1) / minute * minute), .figures)
    }

    /// The figures as they are now. Those that differ from what was told last are told.
    public mutating func tell(_ figures: [KPIFigure], into findings: inout Findings) {
        due = nil
        for figure in figures {
            let mark = "\(figure.numerator.exactText) \(figure.denominator.exactText)"
            guard told[figure.key] != mark else { continue }
            told[figure.key] = mark
            findings.say("kpi.updated", subject: figure.kpi, content: .figure(figure)) { figure.json }
        }
    }
}

extension FigureDesk: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(due, told)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (due, told) = try unpacker.values()
    }
}

extension KPIFigure.Key: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(kpi, department, period, person)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (kpi, department, period, person) = try unpacker.values()
    }
}
