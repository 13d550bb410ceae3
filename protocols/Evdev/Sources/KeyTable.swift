/// What the keys of one layout give: for each key up to four characters, by Shift and AltGr.
struct KeyTable: Sendable {
    /// A key with what is held beside it.
    struct Position: Hashable, Sendable {
        var code: UInt16
        var shift = false
        var altGr = false
    }

    /// One character, or an accent that waits for its letter.
    struct Symbol: Hashable, Sendable {
        var scalar: Unicode.Scalar
        var isDead: Bool
    }

    /// Neighbouring keys as they lie on the keyboard, a character each; a space is a key without one.
    struct Row {
        var first: UInt16
        var levels: [String]

        init(_ first: UInt16, _ plain: String, _ shift: String = "", _ altGr: String = "", _ both: String = "") {
            self.first = first
            levels = [plain, shift, altGr, both]
        }
    }

    /// Every key that the tables name is below this.
    private static let codeLimit = 90

    private(set) var positions: [(position: Position, symbol: Symbol)] = []
    private var symbols: [Symbol?]
    private var hasText: [Bool]
    /// Whether the right Alt key is AltGr.
    let hasAltGr: Bool
    /// What the keypad's point gives.
    let decimalPoint: Unicode.Scalar

    /// - Parameters:
    ///   - dead: the keys whose accents wait for a letter. Only accents do; what else such a key gives is plain text.
    init(_ rows: [Row], dead: Set<UInt16> = [], decimalPoint: Unicode.Scalar = ".") {
        symbols = Array(repeating: nil, count: Self.codeLimit * 4)
        hasText = Array(repeating: false, count: Self.codeLimit)
        hasAltGr = rows.contains { !$0.levels[2].isEmpty }
        self.decimalPoint = decimalPoint
        for row in rows {
            for (level, text) in row.levels.enumerated() {
                for (offset, scalar) in text.unicodeScalars.enumerated() where scalar != " " {
                    let code = row.first + UInt16(offset)
                    let symbol = Symbol(
                        scalar: scalar, isDead: dead.contains(code) && DeadKey.accents.contains(scalar))
                    symbols[Int(code) * 4 + level] = symbol
                    hasText[Int(code)] = true
                    positions.append((Position(code: code, shift: level & 1 == 1, altGr: level > 1), symbol))
                }
            }
        }
    }

    /// What the key gives with Shift and AltGr as they are; nil for nothing.
    subscript(position: Position) -> Symbol? {
        guard position.code < Self.codeLimit else { return nil }
        return symbols[Int(position.code) * 4 + (position.altGr ? 2 : 0) + (position.shift ? 1 : 0)]
    }

    /// Whether the key gives text at all, if perhaps not with what is held beside it.
    func givesText(_ code: UInt16) -> Bool {
        code < Self.codeLimit && hasText[Int(code)]
    }

    /// Whether Caps Lock turns the key round: a letter with its own capital above it.
    func isLetter(_ code: UInt16) -> Bool {
        guard let plain = self[Position(code: code)]?.scalar, let shifted = self[Position(code: code, shift: true)]
        else { return false }
        return plain != shifted.scalar && plain.properties.uppercaseMapping == String(Character(shifted.scalar))
    }
}
