import Crypto
import CryptoExtras
import OSDPWire

/// What OSDP's secure channel needs of a cryptographic library, which the wire itself does not import.
enum OSDPCryptography {
    /// AES-128.
    static let cipher = BlockCipher(
        encrypt: { block, key in permuted(block) { try AES.permute(&$0, key: SymmetricKey(data: key)) } },
        decrypt: { block, key in permuted(block) { try AES.inversePermute(&$0, key: SymmetricKey(data: key)) } })

    /// Bytes from the system's generator, which nobody can foresee.
    static let random: @Sendable (Int) -> [UInt8] = { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private static func permuted(_ block: [UInt8], by permutation: (inout [UInt8]) throws -> Void) -> [UInt8] {
        var block = block
        do {
            try permutation(&block)
        } catch {
            preconditionFailure("a block and a key of sixteen bytes always have an AES: \(error)")
        }
        return block
    }
}
