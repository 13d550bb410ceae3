import CZMQ

/// A ZAP request and its answer (ZeroMQ RFC 27): may this key connect?
///
/// The user id given to libzmq is the public key, not the client's name: a name that is revoked and issued anew
/// belongs to another key, and a connection that still stands must not inherit it.
struct Authentication: Hashable, Sendable {
    /// Where libzmq looks for the handler, within the process.
    static let endpoint = "inproc://zeromq.zap.01"
    /// Names our sockets to the handler. An empty domain would have libzmq let everybody in.
    static let domain = "gatehouse"

    let requestID: [UInt8]
    /// The client's public key, 32 bytes; nil when it did not come by CURVE.
    let key: [UInt8]?

    /// Reads `[version][request id][domain][address][identity][mechanism][credentials…]`; nil for anything else.
    init?(frames: [[UInt8]]) {
        guard frames.count >= 6, frames[0] == Array("1.0".utf8) else { return nil }
        requestID = frames[1]
        let isCurve = frames.count == 7 && frames[5] == Array("CURVE".utf8) && frames[6].count == 32
        key = isCurve ? frames[6] : nil
    }

    /// `[version][request id][status][text][user id][metadata]`.
    func answer(for clients: ClientList) -> [[UInt8]] {
        let publicKey = key.flatMap { Z85.encode($0) } ?? ""
        let isListed = clients.client(publicKey: publicKey) != nil
        return [
            Array("1.0".utf8), requestID, Array((isListed ? "200" : "400").utf8),
            Array((isListed ? "OK" : "this key is not listed").utf8), Array((isListed ? publicKey : "").utf8), [],
        ]
    }
}

/// ZeroMQ's text form of keys (RFC 32): five characters for four bytes.
package enum Z85 {
    /// Nil when the number of bytes is no multiple of four.
    package static func encode(_ bytes: [UInt8]) -> String? {
        guard bytes.count % 4 == 0, !bytes.isEmpty else { return nil }
        var text = [CChar](repeating: 0, count: bytes.count * 5 / 4 + 1)
        guard zmq_z85_encode(&text, bytes, bytes.count) != nil else { return nil }
        return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a text can be a CURVE key: 40 characters that stand for 32 bytes.
    package static func isKey(_ text: String) -> Bool {
        guard text.utf8.count == 40, !text.utf8.contains(0) else { return false }
        var bytes = [UInt8](repeating: 0, count: 32)
        return zmq_z85_decode(&bytes, text) != nil
    }
}
