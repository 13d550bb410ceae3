/// A character typed as its number on the keypad while Alt is held: the "universal keyboard" of scanners that do not
/// want to know the host's layout.
public enum AltCode {
    /// What the numbers count in; a setting of the scanner.
    public enum Numbers: String, Hashable, Sendable, CaseIterable {
        /// With a leading 0 Windows code page 1252, without one OEM code page 437, above 255 Unicode.
        case unicode
        /// Bytes of GBK: up to 255 one byte, above it a pair as one number, lead byte first.
        case gbk
    }

    /// The most digits that a number has.
    public static let digitsLimit = 5

    /// The bytes that a number means: UTF-8, or GBK as it is. Nil for a number that means nothing.
    ///
    /// Without a leading 0, code page 437 has pictures below 32. No code holds them, and scanners mean the control
    /// characters, so these are taken.
    static func bytes(_ digits: [UInt8], _ numbers: Numbers) -> [UInt8]? {
        guard (1...digitsLimit).contains(digits.count) else { return nil }
        let number = digits.reduce(UInt32(0)) { $0 * 10 + UInt32($1) }
        switch numbers {
        case .gbk where number <= 0xFF: return [UInt8(number)]
        case .gbk:
            guard number <= 0xFFFF, number >> 8 >= 0x81, number & 0xFF >= 0x40 else { return nil }
            return [UInt8(number >> 8), UInt8(number & 0xFF)]
        case .unicode where number <= 0xFF:
            let page = digits[0] == 0 ? CodePage.windows1252 : CodePage.oem437
            return Array(String(Character(page.scalar(UInt8(number)))).utf8)
        case .unicode: return Unicode.Scalar(number).map { Array(String(Character($0)).utf8) }
        }
    }

    /// The shortest keypad digits that mean a character; nil where the page has no number for it.
    static func digits(for scalar: Unicode.Scalar) -> [UInt8]? {
        if let byte = CodePage.windows1252.byte(scalar) { return [0] + decimal(UInt32(byte), places: 3) }
        guard scalar.value > 0xFF, scalar.value <= 99_999 else { return nil }
        return decimal(scalar.value, places: 1)
    }

    /// The digits of a byte of GBK, or of a pair.
    static func digits(gbk bytes: [UInt8]) -> [UInt8] {
        decimal(bytes.reduce(0) { $0 << 8 | UInt32($1) }, places: bytes.count == 1 ? 3 : 5)
    }

    private static func decimal(_ number: UInt32, places: Int) -> [UInt8] {
        let digits = String(number).utf8.map { $0 - 0x30 }
        return Array(repeating: 0, count: max(places - digits.count, 0)) + digits
    }
}

/// A code page of 256 characters whose first half is ASCII.
struct CodePage: Sendable {
    private let upper: [Unicode.Scalar]

    private init(_ upper: String) {
        self.upper = Array(upper.unicodeScalars)
        precondition(self.upper.count == 128, "the upper half of a code page has 128 characters")
    }

    func scalar(_ byte: UInt8) -> Unicode.Scalar {
        byte < 0x80 ? Unicode.Scalar(byte) : upper[Int(byte) - 0x80]
    }

    func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if scalar.value < 0x80 { return UInt8(scalar.value) }
        return upper.firstIndex(of: scalar).map { UInt8($0 + 0x80) }
    }

    /// The Windows page for western Europe. Its five holes are the control characters of the same number, as Windows
    /// itself reads them.
    static let windows1252 = CodePage(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ"
            + String(String.UnicodeScalarView((0xA0...0xFF).map { Unicode.Scalar(UInt8($0)) })))

    /// The page of the first PCs.
    static let oem437 = CodePage(
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
            + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}")
}
