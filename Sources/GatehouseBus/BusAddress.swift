/// Where a socket of the bus is bound: `tcp://HOST:PORT` (port 0 or `*` takes a free one) or `ipc://PATH`.
public struct BusAddress: Hashable, Sendable {
    /// The address as libzmq wants it.
    public let text: String
    /// Whether only programs on this machine can reach it.
    public let isLocal: Bool
    /// The path of an `ipc://` address; nil for `tcp://`.
    public let path: String?

    /// Reads an address; the error says what would be right.
    public init(_ text: String) throws(BusError) {
        if text.hasPrefix("ipc://") {
            let path = String(text.dropFirst("ipc://".count))
            guard !path.isEmpty, path.utf8.count < 100 else {
                throw BusError("\(text): give ipc:// and a path of fewer than 100 bytes")
            }
            (self.text, isLocal, self.path) = (text, true, path)
            return
        }
        guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":") else {
            throw BusError("\(text): give tcp://HOST:PORT, for example tcp://127.0.0.1:7780, or ipc://PATH")
        }
        let host = String(
            text[text.index(text.startIndex, offsetBy: 6)..<max(colon, text.index(text.startIndex, offsetBy: 6))])
        let port = String(text[text.index(after: colon)...])
        guard !host.isEmpty, port == "*" || UInt16(port) != nil else {
            throw BusError("\(text): give tcp://HOST:PORT with a port of 0 (any free one) to 65535")
        }
        // libzmq resolves no names when it binds.
        let numeric = host == "localhost" ? "127.0.0.1" : host
        self.text = "tcp://\(numeric):\(port == "0" ? "*" : port)"
        isLocal = Self.isLoopback(numeric)
        path = nil
    }

    /// Refuses an address that others can reach while nobody has to show a key.
    func checkReach(hasKeys: Bool) throws(BusError) {
        guard !isLocal, !hasKeys else { return }
        throw BusError(
            "\(text) can be reached from other machines: write gateway: { curve: on } into the site file and make keys "
                + "(gatehouse keys new NAME --role ROLE), or bind 127.0.0.1 or ipc://")
    }

    /// 127.0.0.0/8 in dotted form, or `::1`; a name that merely begins so is not.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "[::1]" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether the host is written as an IPv6 address, which libzmq must be told.
    var isIPv6: Bool { path == nil && text.dropFirst(6).contains("[") }
}
