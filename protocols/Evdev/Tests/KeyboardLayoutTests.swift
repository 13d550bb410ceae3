import EvdevWire
import GatehouseModel
import GatehouseSimulation
import Testing

@Suite("Keyboard layouts")
struct KeyboardLayoutTests {
    @Test("a text of any of a layout's characters is read as it was typed", arguments: KeyboardLayout.allCases, 1...40)
    func roundTrip(layout: KeyboardLayout, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let known = layout.characters + (0x20...0x7E).map { Unicode.Scalar($0) }
        let text = text(of: known, count: random.number(in: 1...60), &random)
        let typist = KeyTypist(layout: layout)
        #expect(try read(typist, text, KeyboardManner(layout: layout)) == [text])
    }

    @Test("what a layout has no key for comes by Alt code", arguments: KeyboardLayout.allCases)
    func foreign(layout: KeyboardLayout) throws {
        let text = "Öl-Ventil ß ñ ¿ č 灭火器 €"
        #expect(try read(KeyTypist(layout: layout), text, KeyboardManner(layout: layout)) == [text])
    }

    @Test(
        "every character of code page 1252 comes by Alt code alone, whatever the layout",
        arguments: [.us, .fr, .de]
            as [KeyboardLayout])
    func altCodesOnly(layout: KeyboardLayout) throws {
        let text = String(
            String.UnicodeScalarView(
                (0x20...0xFF).filter { !(0x7F...0x9F).contains($0) }
                    .map { Unicode.Scalar(UInt8($0)) }))
        let typist = KeyTypist(layout: layout, style: .altCodes)
        #expect(try read(typist, text, KeyboardManner(layout: layout)) == [text])
    }

    @Test(
        "GBK comes through as its bytes, a number a pair or a number a byte",
        arguments: [
            KeyTypist.Style.gbkPairs, .gbkBytes,
        ])
    func gbk(style: KeyTypist.Style) throws {
        // 巡检点-7 in GBK.
        let code: [UInt8] = [0xD1, 0xB2, 0xBC, 0xEC, 0xB5, 0xE3, 0x2D, 0x37]
        let typist = KeyTypist(style: style)
        #expect(try codes(typist, code, KeyboardManner(altCodes: .gbk)) == [code])
    }

    @Test("the letters of a scanner that holds Caps Lock down are read as they are", arguments: KeyboardLayout.allCases)
    func capsLock(layout: KeyboardLayout) throws {
        let typist = KeyTypist(layout: layout)
        let strokes = try #require(typist.strokes(for: Array("aBc-1 Z\r".utf8)))
        let caps = KeyTypist.Stroke([KeyCode.capsLock])
        let events = KeyTypist.events(of: [caps] + typist.turnedRound(strokes), from: 0)
        var framer = WedgeFramer(manner: KeyboardManner(layout: layout))
        framer.receive(events.flatMap(\.bytes))
        #expect(framer.next() == .scan(Array("aBc-1 Z".utf8)))
    }

    @Test("group separators and their like survive in every layout", arguments: KeyboardLayout.allCases)
    func controls(layout: KeyboardLayout) throws {
        let text = "a\u{1D}b\u{1E}c\u{04}d\u{1C}e\u{0A}f"
        #expect(try read(KeyTypist(layout: layout), text, KeyboardManner(layout: layout)) == [text])
    }

    @Test(
        "letters lie where the country has them",
        arguments: [
            (KeyboardLayout.us, "qwertyuiop", "asdfghjkl", "zxcvbnm"), (.uk, "qwertyuiop", "asdfghjkl", "zxcvbnm"),
            (.de, "qwertzuiopü", "asdfghjklöä", "yxcvbnm"), (.fr, "azertyuiop", "qsdfghjklmù", "wxcvbn"),
            (.es, "qwertyuiop", "asdfghjklñ", "zxcvbnm"), (.it, "qwertyuiopè", "asdfghjklòà", "zxcvbnm"),
        ])
    func rows(layout: KeyboardLayout, top: String, home: String, bottom: String) throws {
        for (first, row) in [(UInt16(16), top), (30, home), (44, bottom)] {
            let keys = row.unicodeScalars.indices.enumerated().map { first + UInt16($0.offset) }
            let events = KeyTypist.events(of: keys.map { .init([$0]) } + [.init([KeyCode.enter])], from: 0)
            var framer = WedgeFramer(manner: KeyboardManner(layout: layout))
            framer.receive(events.flatMap(\.bytes))
            #expect(framer.next() == .scan(Array(row.utf8)))
        }
    }

    private func text(of known: [Unicode.Scalar], count: Int, _ random: inout SplitMix64) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<count { text.append(known[random.number(in: 0...known.count - 1)]) }
        return String(text)
    }

    private func read(_ typist: KeyTypist, _ text: String, _ manner: KeyboardManner) throws -> [String] {
        try codes(typist, Array(text.utf8), manner).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What a framer makes of a typed code and Enter.
    private func codes(_ typist: KeyTypist, _ code: [UInt8], _ manner: KeyboardManner) throws -> [[UInt8]] {
        let strokes = try #require(typist.strokes(for: code), "cannot be typed")
        let events = KeyTypist.events(of: strokes + [.init([KeyCode.enter])], from: 1)
        var framer = WedgeFramer(manner: manner, format: WedgeFormat(shortest: 1))
        framer.receive(events.flatMap(\.bytes))
        var codes: [[UInt8]] = []
        while let outcome = framer.next() {
            guard case .scan(let code) = outcome else {
                Issue.record("not a scan: \(outcome)")
                continue
            }
            codes.append(code)
        }
        return codes
    }
}
