import Glibc
import NIOCore

/// An IP address as a value by which callers are told apart. An IPv4 address is the same however it is written,
/// also as IPv6 carries it (`::ffff:192.168.1.60`), which is how callers of a `::` listener show.
struct PeerAddress: Hashable, Sendable {
    /// 4 or 16, in network order.
    private let bytes: [UInt8]

    /// Reads an IPv4 or IPv6 address; a zone (`%eth0`) is passed over, since two devices never share an address.
    init?(_ text: String) {
        let address = String(text.prefix { $0 != "%" })
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, address, &six) == 1 {
            bytes = Self.unmapped(withUnsafeBytes(of: &six) { Array($0) })
        } else {
            return nil
        }
    }

    /// Nil for what has no IP address.
    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text)
    }

    private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        let mapping = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        return bytes.starts(with: mapping) ? Array(bytes.dropFirst(12)) : bytes
    }
}

extension PeerAddress: CustomStringConvertible {
    /// As people write it, IPv4 plainly.
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "an unknown address" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
