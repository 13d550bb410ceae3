public import GatehouseModel

/// One way to find out whether a device of a family is at a port: a question that changes nothing, or plain listening,
/// and a judgement of what comes back.
public struct Probe: Sendable {
    /// The line settings to try, likeliest first. One probe is tried at each.
    public var lines: [SerialLine]
    /// What to send; empty to listen only.
    public var question: [UInt8]
    /// How long the answer may take after the question.
    public var patience: Duration
    /// Judges everything that came since the question; nil while it proves nothing. Called again as more comes, with
    /// at most 4096 bytes.
    public var recognise: @Sendable ([UInt8], SerialLine) -> Recognition?

    public init(
        lines: [SerialLine], question: [UInt8] = [], patience: Duration = .milliseconds(300),
        recognise: @escaping @Sendable ([UInt8], SerialLine) -> Recognition?
    ) {
        self.lines = lines
        self.question = question
        self.patience = patience
        self.recognise = recognise
    }
}

/// What a probe made of an answer.
public struct Recognition: Hashable, Sendable {
    /// Who the device says it is.
    public var facts: DeviceFacts
    /// What the device's `settings:` should hold, for the YAML to paste.
    public var settings: JSONValue
    /// Whether a check (a CRC, a checksum) held, or the bytes only look like it.
    public var isCertain: Bool

    public init(facts: DeviceFacts = DeviceFacts(), settings: JSONValue = .object([]), isCertain: Bool = true) {
        self.facts = facts
        self.settings = settings
        self.isCertain = isCertain
    }
}
