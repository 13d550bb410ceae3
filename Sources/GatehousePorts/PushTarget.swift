import GatehouseDriverKit

/// What a request line asks for, taken apart: the path, and the query's fields.
struct PushTarget: Hashable, Sendable {
    var path: String
    var query: [DeviceRequest.QueryField]

    /// Reads `/iclock/cdata?SN=1&table=ATTLOG`, or the absolute form with `http://host` before it. Nil for anything
    /// else, and for a percent sign that is not followed by two hexadecimal digits.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        if let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) {
            rest = rest.dropFirst(scheme.utf8.count)
            rest = rest.drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            if rest.first != UInt8(ascii: "/") { rest = [UInt8(ascii: "/")] + rest }
        }
        guard rest.first == UInt8(ascii: "/") else { return nil }
        // A fragment is the client's own affair and should not have been sent.
        rest = rest.prefix { $0 != UInt8(ascii: "#") }

        let parts = rest.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = Self.decoded(parts[0], plusIsSpace: false) else { return nil }
        self.path = path
        query = []
        guard parts.count == 2 else { return }
        for field in parts[1].split(separator: UInt8(ascii: "&")) {
            guard let field = Self.field(field) else { return nil }
            query.append(field)
        }
    }

    private static func field(_ bytes: ArraySlice<UInt8>) -> DeviceRequest.QueryField? {
        let parts = bytes.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = decoded(parts[0], plusIsSpace: true) else { return nil }
        guard parts.count == 2 else { return DeviceRequest.QueryField(name, "") }
        return decoded(parts[1], plusIsSpace: true).map { DeviceRequest.QueryField(name, $0) }
    }

    /// Percent signs resolved. Bytes that are no UTF-8 are read as Latin-1, so that none is lost and a device with
    /// another character set is still told apart.
    private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String? {
        var plain: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = digit(rest.popFirst()), let low = digit(rest.popFirst()) else { return nil }
                plain.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: plain.append(UInt8(ascii: " "))
            default: plain.append(byte)
            }
        }
        return String(validating: plain, as: UTF8.self)
            ?? String(String.UnicodeScalarView(plain.map { Unicode.Scalar($0) }))
    }

    private static func digit(_ byte: UInt8?) -> UInt8? {
        guard let byte else { return nil }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
        default: return nil
        }
    }
}
