import CZMQ
import Glibc

/// A CURVE key pair (ZeroMQ RFC 26), each key as 40 characters of Z85.
public struct CurveKeyPair: Hashable, Sendable {
    public let publicKey: String
    public let secretKey: String

    /// A pair read from a file; nil when one of the two is no key.
    public init?(publicKey: String, secretKey: String) {
        guard Z85.isKey(publicKey), Z85.isKey(secretKey) else { return nil }
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// Makes a new pair.
    public static func generate() throws(BusError) -> CurveKeyPair {
        var publicKey = [CChar](repeating: 0, count: 41)
        var secretKey = [CChar](repeating: 0, count: 41)
        guard zmq_curve_keypair(&publicKey, &secretKey) == 0,
            let pair = CurveKeyPair(publicKey: text(publicKey), secretKey: text(secretKey))
        else { throw BusError("this libzmq makes no CURVE keys: install one that is built with libsodium") }
        return pair
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
