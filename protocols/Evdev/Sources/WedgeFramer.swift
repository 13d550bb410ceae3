/// Makes scans of what a keyboard's keys write. It never waits and has no clock of its own: pauses between keys are
/// taken from the kernel's times, so that keys read late are not torn apart, and `expire` tells of the last one.
public struct WedgeFramer: Sendable {
    /// What the keys turned out to be.
    public enum Outcome: Hashable, Sendable {
        /// A scan: UTF-8, or GBK where Alt codes are set to that.
        case scan([UInt8])
        /// Too few characters for a scan. What they were is not told: a person may have typed them.
        case short(characters: Int)
        /// More than the longest scan without an end; the first bytes of it. All up to the end is thrown away.
        case overlong(beginning: [UInt8])
        /// A scan with a key in it that means nothing in this layout; how it begins.
        case unreadable(key: UInt16, beginning: [UInt8])
        /// A scan that broke off.
        case unfinished([UInt8])
        /// The kernel threw events away; so many bytes of a scan were typed before. All up to the end is thrown away.
        case lost(pending: Int)
    }

    /// How much of a scan is kept to show what it was, in bytes.
    public static let beginningLimit = 64

    public let format: WedgeFormat
    private let pauseMicroseconds: Int64
    private var events = InputEventFramer()
    private var reader: KeyboardReader
    private var text: [UInt8] = []
    private var characters = 0
    private var unknownKey: UInt16?
    /// What comes up to the next end belongs to a scan that has been reported as bad.
    private var isDiscarding = false
    /// Events up to the next report are remnants of those lost.
    private var isTorn = false
    private var lastTime: Int64?
    private var held: InputEvent?

    public init(manner: KeyboardManner = KeyboardManner(), format: WedgeFormat = WedgeFormat()) {
        self.format = format
        reader = KeyboardReader(manner: manner)
        pauseMicroseconds =
            format.pause.components.seconds * 1_000_000
            + format.pause.components.attoseconds / 1_000_000_000_000
    }

    /// How many bytes are held back: of the scan under way, and of an event that is not whole.
    public var pendingCount: Int { text.count + events.pendingCount }

    /// Whether something is under way that a pause would end: whether to ask for `expire`.
    public var isUnfinished: Bool {
        isDiscarding || characters > 0 || unknownKey != nil || reader.isUnfinished
    }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: [UInt8]) {
        events.receive(bytes)
    }

    /// The next outcome, or nil when more events are needed.
    public mutating func next() -> Outcome? {
        while let event = held ?? events.next() {
            held = nil
            if isAfterPause(event) {
                // The event is looked at again: it begins something new.
                held = event
                if let outcome = end(byPause: format.onPause) { return outcome }
                continue
            }
            if let outcome = take(event) { return outcome }
        }
        return nil
    }

    /// Says that no key has gone down for so long that what is under way gets no further; nil when there is nothing
    /// to tell of it.
    public mutating func expire(_ meaning: WedgeFormat.PauseMeaning) -> Outcome? {
        lastTime = nil
        return end(byPause: meaning)
    }

    // MARK: Events

    /// Whether a key goes down so long after the last one that it belongs to another scan.
    private mutating func isAfterPause(_ event: InputEvent) -> Bool {
        guard event.kind == InputEvent.Kind.key, event.value == 1, !isTorn else { return false }
        defer { lastTime = event.time }
        guard let lastTime, isUnfinished else { return false }
        // A clock that was set back says nothing of a pause.
        return event.time > lastTime && event.time &- lastTime > pauseMicroseconds
    }

    private mutating func take(_ event: InputEvent) -> Outcome? {
        if event.saysLost { return lose(event) }
        if isTorn {
            isTorn = !event.isReport
            return nil
        }
        guard event.kind == InputEvent.Kind.key else { return nil }
        switch event.value {
        case 0: return hear(reader.release(event.code))
        case 1: return hear(reader.press(event.code))
        // Repeats come from the kernel while a key is held, never from a scanner.
        default: return nil
        }
    }

    private mutating func lose(_ event: InputEvent) -> Outcome? {
        let pending = text.count
        startAnew()
        reader.forget()
        isDiscarding = true
        isTorn = true
        lastTime = event.time
        return .lost(pending: pending)
    }

    private mutating func hear(_ meaning: KeyboardReader.Meaning) -> Outcome? {
        switch meaning {
        case .nothing: return nil
        case .text(let bytes): return append(bytes)
        case .unknown(let key):
            if !isDiscarding { unknownKey = unknownKey ?? key }
            return nil
        case .enter where format.terminator == .auto || format.terminator == .enter,
            .tab where format.terminator == .auto || format.terminator == .tab:
            return end(byPause: nil)
        case .enter: return append(reader.takeAccent() + [0x0D])
        case .tab: return append(reader.takeAccent() + [0x09])
        }
    }

    private mutating func append(_ bytes: [UInt8]) -> Outcome? {
        guard !isDiscarding else { return nil }
        text += bytes
        characters += 1
        guard text.count > format.longest else { return nil }
        let beginning = beginning
        startAnew()
        isDiscarding = true
        return .overlong(beginning: beginning)
    }

    // MARK: Ends

    private mutating func end(byPause meaning: WedgeFormat.PauseMeaning?) -> Outcome? {
        // An Alt code whose Alt never went up leaves the scan without a character.
        let accent = reader.takeAccent()
        if reader.isUnfinished, !isDiscarding { unknownKey = unknownKey ?? KeyCode.leftAlt }
        if !accent.isEmpty, let outcome = append(accent) {
            isDiscarding = false
            return outcome
        }
        defer { startAnew() }
        guard !isDiscarding else { return nil }
        if format.terminator == .none, text.last == 0x0D || text.last == 0x09 {
            text.removeLast()
            characters -= 1
        }
        guard characters > 0 || unknownKey != nil else { return nil }
        if characters < format.shortest { return .short(characters: characters) }
        if let unknownKey { return .unreadable(key: unknownKey, beginning: beginning) }
        return meaning == .drops ? .unfinished(beginning) : .scan(text)
    }

    private mutating func startAnew() {
        text = []
        characters = 0
        unknownKey = nil
        isDiscarding = false
        reader.startAnew()
    }

    private var beginning: [UInt8] { Array(text.prefix(min(Self.beginningLimit, format.longest))) }
}
