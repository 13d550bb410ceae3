import EvdevWire
import Testing

@Suite("Keyboard reader")
struct KeyboardReaderTests {
    @Test("an Alt code is written when the last Alt key goes up, and digits without Alt are digits")
    func altUp() {
        var reader = KeyboardReader()
        #expect(reader.press(KeyCode.leftAlt) == .nothing)
        #expect(reader.press(77) == .nothing)
        #expect(reader.press(KeyCode.rightAlt) == .nothing)
        #expect(reader.release(KeyCode.leftAlt) == .nothing)
        #expect(reader.press(76) == .nothing)
        #expect(reader.isUnfinished)
        #expect(reader.release(KeyCode.rightAlt) == .text([0x41]))
        #expect(!reader.isUnfinished)
        #expect(reader.press(77) == .text([0x36]))
    }

    @Test("Alt alone is nothing, and so is a key let go that was never pressed", arguments: KeyboardLayout.allCases)
    func altAlone(layout: KeyboardLayout) {
        var reader = KeyboardReader(manner: KeyboardManner(layout: layout))
        #expect(reader.press(KeyCode.leftAlt) == .nothing)
        #expect(reader.release(KeyCode.leftAlt) == .nothing)
        #expect(reader.release(KeyCode.leftAlt) == .nothing)
        #expect(reader.release(KeyCode.leftShift) == .nothing)
        #expect(!reader.isUnfinished)
    }

    @Test("the right Alt key is AltGr where the layout has it, and Alt where not")
    func rightAlt() {
        var german = KeyboardReader(manner: KeyboardManner(layout: .de))
        _ = german.press(KeyCode.rightAlt)
        #expect(german.press(16) == .text(Array("@".utf8)))
        var american = KeyboardReader()
        _ = american.press(KeyCode.rightAlt)
        #expect(american.press(77) == .nothing)
        #expect(american.press(76) == .nothing)
        #expect(american.release(KeyCode.rightAlt) == .text([0x41]))
    }

    @Test("an accent before an Alt code, a keypad digit or a control character is written before it")
    func accentBeforeOthers() {
        var reader = KeyboardReader(manner: KeyboardManner(layout: .de))
        #expect(reader.press(41) == .nothing)
        #expect(reader.press(79) == .text(Array("^1".utf8)))
        #expect(reader.press(41) == .nothing)
        _ = reader.press(KeyCode.leftControl)
        #expect(reader.press(27) == .text(Array("^\u{1D}".utf8)))
        _ = reader.release(KeyCode.leftControl)
        #expect(reader.press(41) == .nothing)
        _ = reader.press(KeyCode.leftAlt)
        _ = reader.press(77)
        _ = reader.press(76)
        #expect(reader.release(KeyCode.leftAlt) == .text(Array("^A".utf8)))
    }

    @Test(
        "what is held is forgotten with lost events, and Caps Lock is as at the start",
        arguments: [
            (KeyboardManner.CapsLock.followed, "a"), (.inverted, "A"), (.ignored, "a"),
        ])
    func forget(capsLock: KeyboardManner.CapsLock, text: String) {
        var reader = KeyboardReader(manner: KeyboardManner(capsLock: capsLock))
        _ = reader.press(KeyCode.capsLock)
        _ = reader.press(KeyCode.leftShift)
        _ = reader.press(KeyCode.leftControl)
        reader.forget()
        #expect(reader.press(30) == .text(Array(text.utf8)))
    }

    @Test("Control and a digit or a letter that the layout does not have there is unknown, a function key is not")
    func control() {
        var reader = KeyboardReader(manner: KeyboardManner(layout: .de))
        _ = reader.press(KeyCode.rightControl)
        #expect(reader.press(4) == .unknown(key: 4))
        #expect(reader.press(40) == .unknown(key: 40))
        #expect(reader.press(59) == .nothing)
        #expect(reader.press(30) == .text([0x01]))
        #expect(reader.press(21) == .text([0x1A]), "z lies at the US y")
        #expect(reader.press(50) == .enter)
        #expect(reader.press(23) == .tab)
    }

    @Test("no code of the kernel's traps, whatever is held", arguments: KeyboardLayout.allCases)
    func everyCode(layout: KeyboardLayout) {
        let modifiers: [[UInt16]] = [[], [42], [100], [42, 100], [29], [56], [29, 56]]
        for held in modifiers {
            var reader = KeyboardReader(manner: KeyboardManner(layout: layout))
            for key in held { _ = reader.press(key) }
            var texts = 0
            for code in [UInt16](0...0x2FF) + [0x7FFF, 0xFFFF] {
                if case .text = reader.press(code) { texts += 1 }
                _ = reader.release(code)
            }
            #expect(texts <= 80)
            #expect(held.contains(56) || texts >= 1, "\(held)")
        }
    }

    @Test("what cannot be typed is said so, not typed wrong")
    func typist() {
        #expect(KeyTypist(layout: .us).strokes(for: [0xFF]) == nil)
        #expect(KeyTypist(style: .gbkPairs).strokes(for: [0xD6]) == nil)
        #expect(KeyTypist(layout: .us).strokes(for: Array("\u{1F600}".utf8)) == nil)
        let expected = [KeyTypist.Stroke(held: [KeyCode.leftShift], [45]), KeyTypist.Stroke([2])]
        #expect(KeyTypist(layout: .us).strokes(for: Array("X1".utf8)) == expected)
    }
}
