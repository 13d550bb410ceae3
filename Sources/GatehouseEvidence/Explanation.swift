public import GatehouseModel

/// A figure opened: how it is computed, the computation with its numbers put in, and the events that it came from. What
/// it was computed from may be a figure itself: the tree goes down to the readings of the devices.
public struct Explanation: Hashable, Sendable {
    /// By what it is asked for by itself.
    public var figure: FigureName
    public var title: String
    /// The figure as people read it; nil where it has no value.
    public var value: String?
    /// How such a figure is computed, in words.
    public var formula = ""
    /// The formula with its numbers put in.
    public var computation = ""
    /// The numbers one by one.
    public var parts: [Part] = []
    /// What it brings into the figure above it.
    public var contribution: String?
    /// What a reader must know beside: a gap, a doubt, an absence.
    public var remarks: [String] = []
    /// What it was before, the newest first.
    public var former: [Former] = []
    /// The event that told it; nil where none does.
    public var told: EvidenceRow?
    /// The events that it was computed from, in the order of the journal.
    public var events: [EvidenceRow] = []
    /// The figures that it was computed from.
    public var children: [Explanation] = []
    /// False where nothing was looked for beneath it: ask for its `figure` by itself.
    public var isOpen = true

    /// A number with its name.
    public struct Part: Hashable, Sendable {
        public var name: String
        public var text: String

        public init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    /// A value that another has taken the place of.
    public struct Former: Hashable, Sendable {
        public var value: String
        /// The event that told it.
        public var sequence: Int64
        /// The event that told the next one.
        public var until: Int64

        public init(value: String, sequence: Int64, until: Int64) {
            self.value = value
            self.sequence = sequence
            self.until = until
        }
    }

    public init(_ figure: FigureName, title: String, value: String? = nil) {
        self.figure = figure
        self.title = title
        self.value = value
    }

    /// How many events there are in the whole tree, each occurrence counted.
    public var eventCount: Int {
        children.reduce(events.count) { $0 + $1.eventCount }
    }
}

extension Explanation {
    /// The tree as JSON.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("figure", .string(figure.path)), .init("title", .string(title)), .init("value", .optional(value)),
            .init("formula", .string(formula)), .init("computation", .string(computation)),
            .init("parts", .array(parts.map(\.json))),
        ]
        if let contribution { members.append(.init("contribution", .string(contribution))) }
        members += [
            .init("remarks", .array(remarks.map { .string($0) })), .init("former", .array(former.map(\.json))),
            .init("told", told?.json ?? .null), .init("events", .array(events.map(\.json))),
            .init("children", .array(children.map(\.json))), .init("open", .bool(isOpen)),
        ]
        return .object(members)
    }
}

extension Explanation.Part {
    var json: JSONValue { ["name": .string(name), "text": .string(text)] }
}

extension Explanation.Former {
    var json: JSONValue {
        ["value": .string(value), "sequence": .integer(sequence), "until": .integer(until)]
    }
}
