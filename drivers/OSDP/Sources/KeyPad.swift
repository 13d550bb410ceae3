import OSDPWire

/// Joins the keys of a keypad, which come singly or in bunches, into the number that a person typed.
struct KeyPad: Hashable, Sendable {
    /// A number as it was typed.
    struct Entry: Hashable, Sendable {
        var reader: UInt8
        /// 0 to 9 only.
        var digits: String
        /// The function keys pressed along with it, A to H, in their order.
        var functions: String
        /// Whether enter ended it; else a pause did.
        var isEnded: Bool
    }

    /// Nobody's number is longer; what is typed beyond it makes the whole void.
    static let limit = 32

    private var reader: UInt8 = 0
    private var digits: [UInt8] = []
    private var functions: [UInt8] = []
    private var isOverlong = false

    /// Whether a number is under way, which a pause would end.
    var isTyping: Bool { !digits.isEmpty || !functions.isEmpty || isOverlong }

    /// Takes keys as the device codes them, and returns the numbers that they finish.
    mutating func press(_ keys: [UInt8], reader: UInt8) -> [Entry] {
        var entries: [Entry] = []
        // Somebody types at another keypad of the same device: nobody finishes the first one's number.
        if reader != self.reader, let entry = end(isEnded: false) { entries.append(entry) }
        self.reader = reader
        for key in keys {
            switch key {
            case 0x30...0x39: add(key, to: \.digits)
            case 0x41...0x48: add(key, to: \.functions)
            case 0x0D: if let entry = end(isEnded: true) { entries.append(entry) }
            // Clear; anything else is no key that a number could have.
            default: clear()
            }
        }
        return entries
    }

    /// What has been typed, at its end; nil where there are no digits, or far too many.
    mutating func end(isEnded: Bool) -> Entry? {
        defer { clear() }
        guard !digits.isEmpty, !isOverlong else { return nil }
        return Entry(
            reader: reader, digits: String(decoding: digits, as: UTF8.self),
            functions: String(decoding: functions, as: UTF8.self), isEnded: isEnded)
    }

    private mutating func add(_ key: UInt8, to keys: WritableKeyPath<KeyPad, [UInt8]>) {
        guard self[keyPath: keys].count < Self.limit else {
            isOverlong = true
            return
        }
        self[keyPath: keys].append(key)
    }

    private mutating func clear() {
        digits = []
        functions = []
        isOverlong = false
    }
}
