import OSDPWire

/// In place of AES: quick, and both ends still understand each other. What is tested is what happens around the cipher.
enum PlainCipher {
    static let cipher = BlockCipher(encrypt: { mix($0, $1) }, decrypt: { mix($0, $1) })

    private static func mix(_ block: [UInt8], _ key: [UInt8]) -> [UInt8] {
        zip(block, key).map { $0 ^ $1 ^ 0x5A }
    }
}
