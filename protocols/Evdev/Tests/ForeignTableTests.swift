import EvdevWire
import GatehouseTestKit
import Testing

@Suite("Tables that others made")
struct ForeignTableTests {
    @Test("each key gives what the X keyboard data says", arguments: KeyboardLayout.allCases)
    func layouts(layout: KeyboardLayout) throws {
        let lines = try lines("Vectors/layouts.txt").filter { $0[0] == layout.rawValue }
        #expect(lines.count >= 46)
        for line in lines {
            let code = try #require(UInt16(line[1]))
            for (level, word) in line[2...].enumerated() where word != "-" {
                let isDead = word.hasPrefix("*")
                let expected = try scalar(isDead ? String(word.dropFirst()) : word)
                let held = [[], [KeyCode.leftShift], [KeyCode.rightAlt]][level]
                #expect(write(code, held, layout) == expected, "key \(code) of \(layout), level \(level)")
                #expect(waits(code, held, layout) == isDead, "key \(code) of \(layout), level \(level)")
            }
        }
    }

    @Test("each Alt code up to 255 gives what the code pages of Python say", arguments: ["437", "1252"])
    func codePages(page: String) throws {
        let lines = try lines("Vectors/codepages.txt").filter { $0[0] == page }
        #expect(lines.count == 16)
        for line in lines {
            let first = try #require(Int(line[1], radix: 16))
            for (offset, word) in line[2...].enumerated() where word != "-" && first + offset > 0 {
                let digits = (page == "1252" ? "0" : "") + String(first + offset)
                #expect(altCode(digits) == .text(Array(try scalar(word).utf8)), "Alt code \(digits)")
            }
        }
    }

    @Test(
        "the five bytes that code page 1252 leaves open are the control characters of that number",
        arguments: [
            0x81, 0x8D, 0x8F, 0x90, 0x9D,
        ])
    func openBytes(byte: UInt8) {
        #expect(altCode("0\(byte)") == .text(Array(String(Character(Unicode.Scalar(byte))).utf8)))
    }

    @Test(
        "numbers beyond a byte, with and without a leading zero",
        arguments: [
            ("256", "Ā"), ("8364", "€"), ("08364", "€"), ("35760", "\u{8BB0}"), ("65535", "\u{FFFF}"),
            ("99999", "\u{1869F}"), ("0", "\0"), ("00000", "\0"), ("00065", "A"), ("29", "\u{1D}"), ("55296", nil),
            ("57343", nil), ("123456", nil), ("1234567890123", nil),
        ] as [(String, String?)])
    func wideNumbers(digits: String, text: String?) {
        #expect(altCode(digits) == text.map { .text(Array($0.utf8)) } ?? .unknown(key: KeyCode.leftAlt))
    }

    @Test(
        "with GBK a number is one byte or a pair with a lead and a trail byte",
        arguments: [
            ("0", [0]), ("065", [0x41]), ("255", [0xFF]), ("54992", [0xD6, 0xD0]), ("33088", [0x81, 0x40]),
            ("33087", nil), ("256", nil), ("33023", nil), ("65535", [0xFF, 0xFF]), ("65536", nil), ("99999", nil),
        ] as [(String, [UInt8]?)])
    func gbkNumbers(digits: String, bytes: [UInt8]?) {
        #expect(altCode(digits, .gbk) == bytes.map { .text($0) } ?? .unknown(key: KeyCode.leftAlt))
    }

    /// What digits on the keypad write while Alt is held.
    private func altCode(_ digits: String, _ numbers: AltCode.Numbers = .unicode) -> KeyboardReader.Meaning {
        var reader = KeyboardReader(manner: KeyboardManner(altCodes: numbers))
        _ = reader.press(KeyCode.leftAlt)
        let keys: [UInt16] = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73]
        for digit in digits.utf8 {
            #expect(reader.press(keys[Int(digit - 0x30)]) == .nothing)
            #expect(reader.release(keys[Int(digit - 0x30)]) == .nothing)
        }
        return reader.release(KeyCode.leftAlt)
    }

    /// What a key writes, an accent followed by a space.
    private func write(_ code: UInt16, _ held: [UInt16], _ layout: KeyboardLayout) -> String? {
        var reader = KeyboardReader(manner: KeyboardManner(layout: layout))
        for key in held { _ = reader.press(key) }
        var meaning = reader.press(code)
        for key in held { _ = reader.release(key) }
        if meaning == .nothing { meaning = reader.press(KeyCode.space) }
        guard case .text(let bytes) = meaning else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func waits(_ code: UInt16, _ held: [UInt16], _ layout: KeyboardLayout) -> Bool {
        var reader = KeyboardReader(manner: KeyboardManner(layout: layout))
        for key in held { _ = reader.press(key) }
        return reader.press(code) == .nothing && reader.isUnfinished
    }

    private func lines(_ path: String) throws -> [[String]] {
        try Fixture.text(path).split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: " ").map(String.init) }
    }

    private func scalar(_ hex: String) throws -> String {
        String(Character(try #require(UInt32(hex, radix: 16).flatMap { Unicode.Scalar($0) })))
    }
}
