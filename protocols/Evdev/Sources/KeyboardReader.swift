/// Follows one keyboard's keys and says what they write. It knows only this keyboard: what is held on another, and
/// which lamps are lit, is no business of its.
public struct KeyboardReader: Sendable {
    /// What one key amounts to.
    public enum Meaning: Hashable, Sendable {
        /// No text: a modifier, a function key, a key let go, an accent that waits.
        case nothing
        /// UTF-8, or bytes of GBK where Alt codes are set to those.
        case text([UInt8])
        case enter
        case tab
        /// Text was meant, but this layout has none there, or an Alt code means nothing.
        case unknown(key: UInt16)
    }

    private let manner: KeyboardManner
    private let table: KeyTable
    private var held: Set<UInt16> = []
    private var isCapsOn: Bool
    private var accent: Unicode.Scalar?
    /// The digits typed under Alt so far; nil digits mean that something else was typed there too.
    private var altDigits: [UInt8]? = []

    public init(manner: KeyboardManner = KeyboardManner()) {
        self.manner = manner
        table = manner.layout.table
        isCapsOn = manner.capsLock == .inverted
    }

    /// Whether an accent or an Alt code is begun.
    public var isUnfinished: Bool { accent != nil || altDigits?.isEmpty != true }

    /// A key went down.
    public mutating func press(_ code: UInt16) -> Meaning {
        if Self.modifiers.contains(code) {
            held.insert(code)
            return .nothing
        }
        switch code {
        case KeyCode.enter, KeyCode.keypadEnter: return .enter
        case KeyCode.tab: return .tab
        case KeyCode.capsLock:
            if manner.capsLock != .ignored { isCapsOn.toggle() }
            return .nothing
        default: break
        }
        if isAltHeld { return pressUnderAlt(code) }
        if isControlHeld, !isAltGrHeld { return control(code) }
        if let text = Self.fixed(code, decimalPoint: table.decimalPoint) { return write(text) }
        return character(code)
    }

    /// A key went up. Letting Alt go writes the character whose number was typed under it.
    public mutating func release(_ code: UInt16) -> Meaning {
        let wasAltHeld = isAltHeld
        held.remove(code)
        guard wasAltHeld, !isAltHeld else { return .nothing }
        defer { altDigits = [] }
        guard let digits = altDigits else { return .unknown(key: code) }
        guard !digits.isEmpty else { return .nothing }
        guard let bytes = AltCode.bytes(digits, manner.altCodes) else { return .unknown(key: code) }
        return .text(takeAccent() + bytes)
    }

    /// The accent that waits for a letter that does not come, as text; empty when none waits.
    public mutating func takeAccent() -> [UInt8] {
        defer { accent = nil }
        return accent.map { Array(String(Character($0)).utf8) } ?? []
    }

    /// Begins a new scan: what was begun and not finished belongs to the last one. What is held stays held.
    public mutating func startAnew() {
        accent = nil
        altDigits = []
    }

    /// Events were lost: which keys are down now is not known, so none is taken to be. Caps Lock is taken to be as it
    /// was at the beginning.
    public mutating func forget() {
        startAnew()
        held = []
        isCapsOn = manner.capsLock == .inverted
    }

    // MARK: What is held

    private static let modifiers: Set<UInt16> = [
        KeyCode.leftControl, KeyCode.rightControl, KeyCode.leftShift, KeyCode.rightShift, KeyCode.leftAlt,
        KeyCode.rightAlt,
    ]

    private var isShiftHeld: Bool { held.contains(KeyCode.leftShift) || held.contains(KeyCode.rightShift) }
    private var isControlHeld: Bool { held.contains(KeyCode.leftControl) || held.contains(KeyCode.rightControl) }

    /// AltGr, or Control and Alt together, which Windows takes for it.
    private var isAltGrHeld: Bool {
        table.hasAltGr && (held.contains(KeyCode.rightAlt) || isControlHeld && held.contains(KeyCode.leftAlt))
    }

    private var isAltHeld: Bool {
        !isAltGrHeld && (held.contains(KeyCode.leftAlt) || held.contains(KeyCode.rightAlt))
    }

    // MARK: What a key writes

    private mutating func pressUnderAlt(_ code: UInt16) -> Meaning {
        guard let digit = KeyCode.keypadDigit(code) else {
            if table.givesText(code) || Self.fixed(code, decimalPoint: ".") != nil { altDigits = nil }
            return .nothing
        }
        // A number too long stays too long; how much, nobody needs to know.
        if let digits = altDigits, digits.count <= AltCode.digitsLimit { altDigits = digits + [digit] }
        return .nothing
    }

    /// Control and a key: the three keys right of the letters have the same control characters in every layout, as
    /// Windows has it; a letter gives its own; then what the layout has there.
    private mutating func control(_ code: UInt16) -> Meaning {
        switch code {
        case 26: return write("\u{1B}")
        case 43, 86: return write("\u{1C}")
        case 27: return write("\u{1D}")
        case 7: return write("\u{1E}")
        case 12: return write("\u{1F}")
        case 3: return write("\u{00}")
        default: break
        }
        guard table.givesText(code) else { return .nothing }
        let plain = table[KeyTable.Position(code: code)]?.scalar
        guard let plain, ("a"..."z").contains(plain) else { return .unknown(key: code) }
        switch plain {
        // Windows gives the same character for these as for the keys themselves.
        case "m": return .enter
        case "i": return .tab
        default: return write(Unicode.Scalar(UInt8(plain.value & 0x1F)))
        }
    }

    private mutating func character(_ code: UInt16) -> Meaning {
        var position = KeyTable.Position(code: code, shift: isShiftHeld, altGr: isAltGrHeld)
        if isCapsOn, !position.altGr, table.isLetter(code) { position.shift.toggle() }
        guard let symbol = table[position] else {
            return table.givesText(code) ? .unknown(key: code) : .nothing
        }
        guard symbol.isDead, manner.hasDeadKeys else { return write(symbol.scalar) }
        let earlier = takeAccent()
        guard earlier.isEmpty else { return .text(earlier + Array(String(Character(symbol.scalar)).utf8)) }
        accent = symbol.scalar
        return .nothing
    }

    /// Text, joined with the accent that waits: as one character where there is one, as the accent alone before a
    /// space, else one after the other.
    private mutating func write(_ scalar: Unicode.Scalar) -> Meaning {
        guard let waiting = accent else { return .text(Array(String(Character(scalar)).utf8)) }
        if scalar == " " { return .text(takeAccent()) }
        guard let composed = DeadKey.compose(waiting, scalar) else {
            return .text(takeAccent() + Array(String(Character(scalar)).utf8))
        }
        accent = nil
        return .text(Array(String(Character(composed)).utf8))
    }

    /// The keys that write the same in every layout.
    private static func fixed(_ code: UInt16, decimalPoint: Unicode.Scalar) -> Unicode.Scalar? {
        if let digit = KeyCode.keypadDigit(code) { return Unicode.Scalar(0x30 + digit) }
        switch code {
        case KeyCode.space: return " "
        case KeyCode.escape: return "\u{1B}"
        case KeyCode.backspace: return "\u{08}"
        case KeyCode.delete: return "\u{7F}"
        case 55: return "*"
        case 74: return "-"
        case 78: return "+"
        case 83: return decimalPoint
        case 98: return "/"
        case 117: return "="
        case 121: return ","
        default: return nil
        }
    }
}
