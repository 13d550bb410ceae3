import Crypto

/// SHA-256 over a row and the hash of the row before it: whoever changes one row must change every later one.
///
/// The bytes hashed are: the previous row's hash (32 zero bytes before the first row), then sequence, previous and
/// recorded as unsigned 64-bit big-endian numbers, then the body.
public struct ChainHash: Hashable, Sendable {
    /// How many bytes a hash has.
    public static let size = 32

    /// What stands before the first row.
    public static let origin = ChainHash(words: (0, 0, 0, 0))

    private var first: UInt64
    private var second: UInt64
    private var third: UInt64
    private var fourth: UInt64

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (first, second, third, fourth) = words
    }

    /// Reads a stored hash; nil unless there are exactly 32 bytes.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.size else { return nil }
        self.init(words: bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self))
    }

    /// The hash of the row that follows `self`.
    func following(sequence: Int64, previous: Int64, recorded: Int64, body: UnsafeRawBufferPointer) -> ChainHash {
        let header = (
            first, second, third, fourth, sequence.bigEndian, previous.bigEndian, recorded.bigEndian
        )
        var hasher = SHA256()
        Swift.withUnsafeBytes(of: header) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: body)
        return hasher.finalize().withUnsafeBytes { digest in
            ChainHash(words: digest.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self))
        }
    }

    /// Lends the 32 bytes.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Swift.withUnsafeBytes(of: (first, second, third, fourth)) { try body($0) }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes { Array($0) }
    }

    /// Lower-case hex, to note down on paper or elsewhere.
    public var text: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
