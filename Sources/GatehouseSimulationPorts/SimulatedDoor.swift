/// Where a simulated device is to be found.
public enum SimulatedDoor: Hashable, Sendable {
    /// A TCP listener; port 0 takes a free one.
    case tcp(host: String, port: Int)
    /// A UDP socket; port 0 takes a free one.
    case udp(host: String, port: Int)
    /// A pseudo-terminal, as a device on a serial port; `link` is a path that is made to point to it.
    case terminal(link: String?)

    /// Reads `tcp://127.0.0.1:4370`, `udp://127.0.0.1:0` or `tty:/run/scanner`; `tty` alone is a terminal without a
    /// link. Nil for anything else.
    public init?(_ text: String) {
        if text == "tty" {
            self = .terminal(link: nil)
        } else if text.hasPrefix("tty:") {
            let path = text.dropFirst(4)
            guard path.count > 1, path.hasPrefix("/") else { return nil }
            self = .terminal(link: String(path))
        } else if text.hasPrefix("tcp://") || text.hasPrefix("udp://") {
            let rest = text.dropFirst(6)
            guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]) else {
                return nil
            }
            var host = String(rest[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            guard !host.isEmpty else { return nil }
            self = text.hasPrefix("tcp") ? .tcp(host: host, port: Int(port)) : .udp(host: host, port: Int(port))
        } else {
            return nil
        }
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
