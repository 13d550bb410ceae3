/// AES-128 of single blocks. Handed in, because the system's own is better than anything written here.
public struct BlockCipher: Sendable {
    /// Encrypts one block of 16 bytes under a key of 16 bytes.
    public var encrypt: @Sendable (_ block: [UInt8], _ key: [UInt8]) -> [UInt8]
    /// Decrypts one block of 16 bytes under a key of 16 bytes.
    public var decrypt: @Sendable (_ block: [UInt8], _ key: [UInt8]) -> [UInt8]

    /// The size of a block and of a key, in bytes.
    public static let size = 16

    public init(
        encrypt: @escaping @Sendable (_ block: [UInt8], _ key: [UInt8]) -> [UInt8],
        decrypt: @escaping @Sendable (_ block: [UInt8], _ key: [UInt8]) -> [UInt8]
    ) {
        self.encrypt = encrypt
        self.decrypt = decrypt
    }

    /// Encrypts whole blocks, each joined to the one before it (CBC).
    func chain(_ plain: [UInt8], key: [UInt8], from vector: [UInt8]) -> [UInt8] {
        var last = vector
        return blocks(of: plain).flatMap { block in
            last = encrypt(zip(block, last).map { $0 ^ $1 }, key)
            return last
        }
    }

    /// Undoes `chain`.
    func unchain(_ cipher: [UInt8], key: [UInt8], from vector: [UInt8]) -> [UInt8] {
        var last = vector
        return blocks(of: cipher).flatMap { block in
            defer { last = block }
            return zip(decrypt(block, key), last).map { $0 ^ $1 }
        }
    }

    private func blocks(of bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: Self.size).map { Array(bytes[$0..<min($0 + Self.size, bytes.count)]) }
    }
}

/// Compares two secrets in a time that does not tell where they differ.
func isSame(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}
