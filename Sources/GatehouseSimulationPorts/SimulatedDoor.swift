/// Where a simulated device is to be found.
public enum SimulatedDoor: Hashable, Sendable {
    /// A TCP listener; port 0 takes a free one.
    case tcp(host: String, port: Int)
    /// A UDP socket; port 0 takes a free one.
    case udp(host: String, port: Int)
    /// A pseudo-terminal, as a device on a serial port; `link` is a path that is made to point to it.
    case terminal(link: String?)
    /// The device calls: it connects to a gateway that listens, and again whenever the connection has ended.
    case call(host: String, port: Int)

    /// Reads `tcp://127.0.0.1:4370`, `udp://127.0.0.1:0`, `tty:/run/scanner` or `call:tcp://192.168.1.2:5010`; `tty`
    /// alone is a terminal without a link. Nil for anything else.
    public init?(_ text: String) {
        if text == "tty" {
            self = .terminal(link: nil)
        } else if text.hasPrefix("tty:") {
            let path = text.dropFirst(4)
            guard path.count > 1, path.hasPrefix("/") else { return nil }
            self = .terminal(link: String(path))
        } else if text.hasPrefix("call:tcp://") {
            // Nobody listens at port 0.
            guard let (host, port) = Self.split(text.dropFirst(11)), port > 0 else { return nil }
            self = .call(host: host, port: port)
        } else if text.hasPrefix("tcp://") || text.hasPrefix("udp://") {
            guard let (host, port) = Self.split(text.dropFirst(6)) else { return nil }
            self = text.hasPrefix("tcp") ? .tcp(host: host, port: port) : .udp(host: host, port: port)
        } else {
            return nil
        }
    }

    private static func split(_ text: Substring) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return host.isEmpty ? nil : (host, Int(port))
    }
}

/// Why a door could not be opened.
public enum SimulatedPortProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The port has been started before, or has been stopped.
    case notStartable
    /// The system refused, with its error number.
    case system(String, number: Int32)

    public var description: String {
        switch self {
        case .notStartable: "a simulated port is started once"
        case .system(let call, let number): "\(call) failed with error \(number)"
        }
    }
}
