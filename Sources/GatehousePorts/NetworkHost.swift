/// A host as the site file writes it: `192.168.1.201`, `clock.example:4370`, `[fe80::1%eth0]:4370`,
/// `fe80::1`.
public struct NetworkHost: Hashable, Sendable {
    /// A name or an IP address, without brackets.
    public var host: String
    /// Nil where none is written: the device family's usual one is meant.
    public var port: UInt16?

    public init(host: String, port: UInt16? = nil) {
        self.host = host
        self.port = port
    }

    /// Reads a host with or without a port. An IPv6 address with a port needs brackets, as in URLs; without
    /// a port they may be left out. Nil when there is no host, the port is not 1 to 65535, or a character
    /// occurs that no host has.
    public init?(_ text: some StringProtocol) {
        guard let parts = Self.split(text), Self.isHost(parts.host) else { return nil }
        host = String(parts.host)
        guard let digits = parts.port else { return }

        guard digits.utf8.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt16(digits), number > 0
        else { return nil }
        port = number
    }

    private static func split(_ text: some StringProtocol) -> (host: Substring, port: Substring?)? {
        let text = Substring(text)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard host.contains(":"), rest.isEmpty || rest.hasPrefix(":") else { return nil }
            return (host, rest.isEmpty ? nil : rest.dropFirst())
        }
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        // A second colon: an IPv6 address without brackets, all of it host.
        guard text.lastIndex(of: ":") == colon else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func isHost(_ text: Substring) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255 else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"): true
            default: false
            }
        }
    }
}

extension NetworkHost: CustomStringConvertible {
    public var description: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(bracketed):\($0)" } ?? bracketed
    }
}
