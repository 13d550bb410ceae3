/// Reads the stream of either direction as it comes, item by item: a reply may hold a year of records, and is never
/// kept whole.
///
/// Strict: after the word an opening bracket, then items, then the closing bracket outside quotation marks; white space
/// is free between them. What breaks the rules ends the message. Where a key is in use nothing after that can be read,
/// since the place in the message is lost; `isLost` says so.
public struct HanvonFramer: Sendable {
    /// What the bytes turned out to be, piece by piece.
    public enum Outcome: Hashable, Sendable {
        /// A message begins.
        case began(word: String)
        /// One `key="value"` of it. A value longer than `valueLimit` is cut, as photographs are.
        case item(HanvonMessage.Item, isCut: Bool)
        /// The message is complete.
        case ended
        /// What came is no message: the word or the item, as far as it was read.
        case broken(beginning: [UInt8])
        /// Bytes between messages that begin none.
        case noise(discarded: Int)
    }

    /// The longest word and the longest key.
    public static let nameLimit = 32
    /// The most bytes of a value that are kept.
    public static let valueLimit = 512
    /// The most bytes of a value before its end is no longer waited for.
    public static let valueEnd = 1 << 20

    private enum State: Sendable {
        /// Between messages, and within a message's word.
        case word
        /// After a word, before its opening bracket.
        case bracket
        case between
        case key
        /// After a key.
        case equals
        /// After the equals sign.
        case quote
        case value(length: Int)
    }

    private let key: HanvonKey?
    private let passesLineEnds: Bool
    private var pending: [UInt8] = []
    private var consumed = 0
    private var state = State.word
    /// The place in the message, which the key depends on.
    private var place = 0
    /// Where the last message ended, so that line ends behind it, hidden with it, are known.
    private var endPlace: Int?
    private var word: [UInt8] = []
    private var itemKey: [UInt8] = []
    private var value: [UInt8] = []
    private var stray = 0
    /// The stream cannot be read any more.
    public private(set) var isLost = false

    /// - Parameters:
    ///   - key: What the messages are hidden with.
    ///   - passesLineEnds: Whether hidden line ends may follow a message. Right for what devices say; among commands,
    ///     which begin with other letters, a `G` can look like one.
    public init(key: HanvonKey? = nil, passesLineEnds: Bool = true) {
        self.key = key
        self.passesLineEnds = passesLineEnds
    }

    /// Whether a message has begun and not ended.
    public var isInside: Bool {
        if case .word = state { !word.isEmpty } else { true }
    }

    /// How many bytes are held back: those not read yet, and those of the item under way.
    public var pendingCount: Int { pending.count - consumed + word.count + itemKey.count + value.count }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: some Sequence<UInt8>) {
        guard !isLost else { return }
        pending.removeFirst(consumed)
        consumed = 0
        pending.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        while !isLost, consumed < pending.count {
            let raw = pending[consumed]
            if skipsLineEnd(raw) {
                consumed += 1
                continue
            }
            let byte = key?.applied(to: raw, at: place) ?? raw
            consumed += 1
            place += 1
            if let outcome = take(byte) { return outcome }
        }
        pending = []
        consumed = 0
        return endNoise()
    }

    /// Line ends behind a message are hidden with the key's next bytes, a new message with its first. No word that
    /// a device begins with can be taken for a line end: see the wire's page.
    private mutating func skipsLineEnd(_ raw: UInt8) -> Bool {
        guard passesLineEnds, let key, let end = endPlace else { return false }
        guard Self.isLineEnd(key.applied(to: raw, at: end)) else {
            endPlace = nil
            return false
        }
        endPlace = end + 1
        return true
    }

    private mutating func take(_ byte: UInt8) -> Outcome? {
        switch state {
        case .word: return inWord(byte)
        case .bracket:
            if byte == UInt8(ascii: "(") { return begin() }
            return Self.isSpace(byte) ? nil : broken(byte)
        case .between: return between(byte)
        case .key:
            if Self.isName(byte), itemKey.count < Self.nameLimit {
                itemKey.append(byte)
                return nil
            }
            state = .equals
            fallthrough
        case .equals:
            if byte == UInt8(ascii: "=") {
                state = .quote
                return nil
            }
            return Self.isSpace(byte) ? nil : broken(byte)
        case .quote:
            if byte == UInt8(ascii: "\"") {
                state = .value(length: 0)
                return nil
            }
            return Self.isSpace(byte) ? nil : broken(byte)
        case .value(let length): return inValue(byte, length)
        }
    }

    private mutating func inWord(_ byte: UInt8) -> Outcome? {
        if Self.isName(byte), word.count < Self.nameLimit {
            word.append(byte)
            return endNoise()
        }
        if !word.isEmpty {
            if byte == UInt8(ascii: "(") { return begin() }
            guard Self.isSpace(byte) else { return broken(byte) }
            state = .bracket
            return nil
        }
        guard !Self.isSpace(byte) else { return nil }
        stray += 1
        isLost = key != nil
        return isLost ? endNoise() : nil
    }

    private mutating func begin() -> Outcome {
        defer { word = [] }
        state = .between
        return .began(word: String(decoding: word, as: UTF8.self))
    }

    private mutating func between(_ byte: UInt8) -> Outcome? {
        if byte == UInt8(ascii: ")") {
            endPlace = place
            place = 0
            state = .word
            return .ended
        }
        if Self.isName(byte) {
            itemKey = [byte]
            state = .key
            return nil
        }
        return Self.isSpace(byte) ? nil : broken(byte)
    }

    private mutating func inValue(_ byte: UInt8, _ length: Int) -> Outcome? {
        if byte == UInt8(ascii: "\"") {
            defer { (itemKey, value) = ([], []) }
            state = .between
            let item = HanvonMessage.Item(String(decoding: itemKey, as: UTF8.self), bytes: value)
            return .item(item, isCut: length > Self.valueLimit)
        }
        guard length < Self.valueEnd else { return broken(byte) }
        if length < Self.valueLimit { value.append(byte) }
        state = .value(length: length + 1)
        return nil
    }

    private mutating func broken(_ byte: UInt8) -> Outcome {
        defer { (word, itemKey, value) = ([], [], []) }
        state = .word
        place = 0
        stray = 0
        isLost = key != nil
        return .broken(beginning: word + itemKey + value + [byte])
    }

    private mutating func endNoise() -> Outcome? {
        guard stray > 0 else { return nil }
        defer { stray = 0 }
        return .noise(discarded: stray)
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }
}
