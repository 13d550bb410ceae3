import Crypto

/// The site's secret key, with which its own codes are signed and known again.
public struct CodeKey: Sendable {
    /// So many random bytes make a key.
    public static let size = 32
    /// The name of the secret that holds the key, where the site has one.
    public static let secretName = "codes"

    private let key: SymmetricKey

    public init(_ bytes: [UInt8]) {
        key = SymmetricKey(data: bytes)
    }

    /// The key that a secret holds: 64 hexadecimal digits, as the key's own file has them, or any other text as it is.
    public init(secret: String) {
        self.init(Self.bytes(hexadecimal: secret) ?? Array(secret.utf8))
    }

    /// The key of such a file's content; nil where it holds none.
    public init?(file content: [UInt8]) {
        let text = content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...]
        guard let bytes = Self.bytes(hexadecimal: String(decoding: text, as: UTF8.self)) else { return nil }
        self.init(bytes)
    }

    /// The first 80 bits of HMAC-SHA256 over the text, in lower-case base32 of RFC 4648: 16 characters.
    public func tag(of signed: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)
        return Self.base32(Array(code.prefix(10)))
    }

    /// Whether the text carries that tag. How long the answer takes does not tell how much of a wrong tag is right.
    public func verifies(_ signed: String, tag: String) -> Bool {
        let (given, right) = (Array(tag.utf8), Array(self.tag(of: signed).utf8))
        guard given.count == right.count else { return false }
        return zip(given, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Whole groups of 5 bytes; there is nothing to pad.
    private static func base32(_ bytes: [UInt8]) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var (text, bits, count): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | UInt32(byte), count + 8)
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> count & 31)])
            }
            bits &= (1 << count) - 1
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == size * 2 else { return nil }
        let numbers = digits.compactMap { $0 }
        guard numbers.count == digits.count else { return nil }
        return (0..<size).map { UInt8(numbers[$0 * 2] * 16 + numbers[$0 * 2 + 1]) }
    }
}
