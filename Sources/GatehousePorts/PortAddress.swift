public import GatehouseDriverKit

/// Where a device is reached: a terminal or input device of this machine, a door in the network, or a door of
/// ours at which the device calls.
///
/// Written `/dev/ttyUSB0`, `evdev:/dev/input/event5`, `hidraw:/dev/hidraw2`, `tcp://192.168.1.201:4370`,
/// `udp://[fe80::1]:4370`, `tcp-listen://0.0.0.0:5010?from=192.168.1.60`; that text is what operators read in
/// messages.
public enum PortAddress: Hashable, Sendable {
    /// A terminal's absolute path, which may be a symbolic link.
    case tty(path: String)
    /// The event device of a keyboard, which is grabbed.
    case evdev(path: String)
    /// A HID device, whose reports come as they are.
    case hidraw(path: String)
    /// A host name or IP address without brackets, and a port.
    case tcp(host: String, port: UInt16)
    case udp(host: String, port: UInt16)
    /// Where the device calls in over TCP: an address of this machine (`0.0.0.0` and `::` mean every one), a port,
    /// and the IP address from which the device calls; nil takes whoever nobody else waits for. For
    /// `Ports.accept`.
    case listen(host: String, port: UInt16, from: String?)

    /// Reads the written form. Nil for anything else: a relative path, an unknown scheme, a missing or
    /// impossible port, a `from` that is no IP address.
    public init?(_ text: String) {
        if text.hasPrefix("/") {
            guard Self.isPath(text) else { return nil }
            self = .tty(path: text)
        } else if text.hasPrefix("evdev:") {
            guard Self.isPath(text.dropFirst(6)) else { return nil }
            self = .evdev(path: String(text.dropFirst(6)))
        } else if text.hasPrefix("hidraw:") {
            guard Self.isPath(text.dropFirst(7)) else { return nil }
            self = .hidraw(path: String(text.dropFirst(7)))
        } else if text.hasPrefix("tcp-listen://") {
            self.init(listening: text.dropFirst(13))
        } else {
            self.init(network: text)
        }
    }

    private init?(network text: String) {
        for transport in [Transport.tcp, .udp] where text.hasPrefix("\(transport.rawValue)://") {
            guard let door = NetworkHost(text.dropFirst(6)), let port = door.port else { return nil }
            self.init(transport, host: door.host, port: port)
            return
        }
        return nil
    }

    private init?(listening text: Substring) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let door = NetworkHost(parts[0]), let port = door.port else { return nil }
        guard parts.count == 2 else {
            self = .listen(host: door.host, port: port, from: nil)
            return
        }
        guard parts[1].hasPrefix("from=") else { return nil }
        let peer = String(parts[1].dropFirst(5))
        guard PeerAddress(peer) != nil else { return nil }
        self = .listen(host: door.host, port: port, from: peer)
    }

    /// A network door to connect to, or nil for a transport that has no host.
    public init?(_ transport: Transport, host: String, port: UInt16) {
        switch transport {
        case .tcp: self = .tcp(host: host, port: port)
        case .udp: self = .udp(host: host, port: port)
        case .serial, .evdev, .hidraw, .push: return nil
        }
    }

    /// What kind of link a port at this address is.
    public var transport: Transport {
        switch self {
        case .tty: .serial
        case .evdev: .evdev
        case .hidraw: .hidraw
        case .tcp, .listen: .tcp
        case .udp: .udp
        }
    }

    /// The device file, for what is plugged into this machine.
    public var path: String? {
        switch self {
        case .tty(let path), .evdev(let path), .hidraw(let path): path
        case .tcp, .udp, .listen: nil
        }
    }

    private static func isPath(_ text: some StringProtocol) -> Bool {
        text.hasPrefix("/") && !text.utf8.contains(0)
    }
}

extension PortAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tty(let path): path
        case .evdev(let path): "evdev:\(path)"
        case .hidraw(let path): "hidraw:\(path)"
        case .tcp(let host, let port), .udp(let host, let port):
            "\(transport.rawValue)://\(NetworkHost(host: host, port: port))"
        case .listen(let host, let port, let peer):
            "tcp-listen://\(NetworkHost(host: host, port: port))\(peer.map { "?from=\($0)" } ?? "")"
        }
    }
}
