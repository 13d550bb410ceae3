/// Types text as a scanner in keyboard mode does, for simulated scanners and tests: the inverse of `KeyboardReader`.
public struct KeyTypist: Sendable {
    /// How characters are typed.
    public enum Style: Hashable, Sendable {
        /// With the layout's keys; those that it lacks with Alt codes.
        case keys
        /// Every character with an Alt code.
        case altCodes
        /// Bytes beyond ASCII with Alt codes that are bytes of GBK, two as one number.
        case gbkPairs
        /// The same, a number for each byte.
        case gbkBytes
    }

    /// Keys struck one after the other while others are held.
    public struct Stroke: Hashable, Sendable {
        public var held: [UInt16]
        public var keys: [UInt16]

        public init(held: [UInt16] = [], _ keys: [UInt16]) {
            self.held = held
            self.keys = keys
        }
    }

    public let layout: KeyboardLayout
    public let style: Style
    private let strokes: [Unicode.Scalar: [Stroke]]

    public init(layout: KeyboardLayout = .us, style: Style = .keys) {
        self.layout = layout
        self.style = style
        strokes = Self.strokes(of: layout.table)
    }

    /// The strokes that write a text, or nil if a character of it cannot be typed. `\r` is Enter and `\t` is Tab.
    public func strokes(for text: [UInt8]) -> [Stroke]? {
        switch style {
        case .keys, .altCodes:
            guard let text = String(validating: text, as: UTF8.self) else { return nil }
            return joined(text.unicodeScalars.map(strokes(for:)))
        case .gbkPairs, .gbkBytes: return gbkStrokes(text)
        }
    }

    /// The strokes as the kernel reports them: the scan code, the key, and a report for each, `step` microseconds
    /// apart.
    public static func events(of strokes: [Stroke], from start: Int64, step: Int64 = 4000) -> [InputEvent] {
        var events: [InputEvent] = []
        var time = start
        func key(_ code: UInt16, _ value: Int32) {
            events.append(InputEvent(time: time, kind: InputEvent.Kind.misc, code: 4, value: Int32(code)))
            events.append(InputEvent(time: time, kind: InputEvent.Kind.key, code: code, value: value))
            events.append(.report(at: time))
            time &+= step
        }
        for stroke in strokes {
            for code in stroke.held { key(code, 1) }
            for code in stroke.keys {
                key(code, 1)
                key(code, 0)
            }
            for code in stroke.held.reversed() { key(code, 0) }
        }
        return events
    }

    private func joined(_ parts: [[Stroke]?]) -> [Stroke]? {
        let known = parts.compactMap { $0 }
        return known.count == parts.count ? Array(known.joined()) : nil
    }

    private func strokes(for scalar: Unicode.Scalar) -> [Stroke]? {
        if scalar == "\r" { return [Stroke([KeyCode.enter])] }
        if scalar == "\t" { return [Stroke([KeyCode.tab])] }
        if style == .keys, let known = strokes[scalar] { return known }
        return AltCode.digits(for: scalar).map { [Self.altStroke($0)] }
    }

    private func gbkStrokes(_ text: [UInt8]) -> [Stroke]? {
        var parts: [[Stroke]?] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte < 0x80 {
                parts.append(strokes(for: Unicode.Scalar(byte)))
            } else if style == .gbkBytes {
                parts.append([Self.altStroke(AltCode.digits(gbk: [byte]))])
            } else {
                parts.append(rest.popFirst().map { [Self.altStroke(AltCode.digits(gbk: [byte, $0]))] })
            }
        }
        return joined(parts)
    }

    private static func altStroke(_ digits: [UInt8]) -> Stroke {
        Stroke(held: [KeyCode.leftAlt], digits.map(KeyCode.keypadKey))
    }

    /// Everything that a layout can write: plain keys, accents before a space, accents before letters, and control
    /// characters.
    private static func strokes(of table: KeyTable) -> [Unicode.Scalar: [Stroke]] {
        var known: [Unicode.Scalar: [Stroke]] = [" ": [Stroke([KeyCode.space])]]
        for (position, symbol) in table.positions where !symbol.isDead && known[symbol.scalar] == nil {
            known[symbol.scalar] = [stroke(position)]
        }
        for (position, symbol) in table.positions where symbol.isDead {
            if known[symbol.scalar] == nil { known[symbol.scalar] = [stroke(position), Stroke([KeyCode.space])] }
            for (other, letter) in table.positions {
                guard let made = DeadKey.compose(symbol.scalar, letter.scalar), known[made] == nil else { continue }
                known[made] = [stroke(position), stroke(other)]
            }
        }
        for number in UInt8(1)...26 where number != 9 && number != 13 {
            if let letter = known[Unicode.Scalar(number + 0x60)]?.first {
                known[Unicode.Scalar(number)] = [Stroke(held: [KeyCode.leftControl], letter.keys)]
            }
        }
        for (control, key) in [(0x1B, 26), (0x1C, 43), (0x1D, 27), (0x1E, 7), (0x1F, 12)] as [(UInt8, UInt16)] {
            known[Unicode.Scalar(control)] = [Stroke(held: [KeyCode.leftControl], [key])]
        }
        return known
    }

    private static func stroke(_ position: KeyTable.Position) -> Stroke {
        let shift = position.shift ? [KeyCode.leftShift] : []
        return Stroke(held: shift + (position.altGr ? [KeyCode.rightAlt] : []), [position.code])
    }
}

extension KeyTypist {
    /// The same strokes with Shift the other way round at letters: what a scanner types while it has Caps Lock on.
    public func turnedRound(_ strokes: [Stroke]) -> [Stroke] {
        strokes.map { stroke in
            let shift: [UInt16] = [KeyCode.leftShift]
            guard let key = stroke.keys.first, layout.table.isLetter(key), stroke.held.isEmpty || stroke.held == shift
            else { return stroke }
            return Stroke(held: stroke.held.isEmpty ? shift : [], stroke.keys)
        }
    }
}
