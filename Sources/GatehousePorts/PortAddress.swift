public import GatehouseDriverKit

/// Where a device is reached: a terminal of this machine, or a door in the network.
///
/// Written `/dev/ttyUSB0`, `tcp://192.168.1.201:4370`, `udp://[fe80::1]:4370`; that text is what operators
/// read in messages.
public enum PortAddress: Hashable, Sendable {
    /// A terminal's absolute path, which may be a symbolic link.
    case tty(path: String)
    /// A host name or IP address without brackets, and a port.
    case tcp(host: String, port: UInt16)
    case udp(host: String, port: UInt16)

    /// Reads the written form. Nil for anything else: a relative path, an unknown scheme, a missing or
    /// impossible port.
    public init?(_ text: String) {
        if text.hasPrefix("/") {
            guard !text.utf8.contains(0) else { return nil }
            self = .tty(path: text)
            return
        }
        for transport in [Transport.tcp, .udp] where text.hasPrefix("\(transport.rawValue)://") {
            guard let door = NetworkHost(text.dropFirst(6)), let port = door.port else { return nil }
            self.init(transport, host: door.host, port: port)
            return
        }
        return nil
    }

    /// A network door, or nil for `.serial`, which has no host.
    public init?(_ transport: Transport, host: String, port: UInt16) {
        switch transport {
        case .tcp: self = .tcp(host: host, port: port)
        case .udp: self = .udp(host: host, port: port)
        case .serial: return nil
        }
    }

    /// What kind of link a port at this address is.
    public var transport: Transport {
        switch self {
        case .tty: .serial
        case .tcp: .tcp
        case .udp: .udp
        }
    }
}

extension PortAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tty(let path): path
        case .tcp(let host, let port), .udp(let host, let port):
            "\(transport.rawValue)://\(NetworkHost(host: host, port: port))"
        }
    }
}
