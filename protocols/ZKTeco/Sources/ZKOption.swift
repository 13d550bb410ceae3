/// One setting of the device: `Name=Value` and a NUL.
public struct ZKOption: Hashable, Sendable {
    public static let serialNumber = "~SerialNumber"
    public static let platform = "~Platform"
    public static let deviceName = "~DeviceName"

    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The data of a `readOption` request. Some libraries leave the NUL out; devices take both.
    public static func request(_ name: String) -> [UInt8] {
        Array(name.utf8) + [0]
    }

    /// Reads an answer: cut at the first NUL, split at the first `=`. Nil where there is no `=`.
    public init?(_ data: [UInt8]) {
        let text = data.prefix { $0 != 0 }
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        name = ZKText.shown(text[..<equals])
        value = ZKText.shown(text[text.index(after: equals)...])
    }

    /// The answer as a device sends it.
    public var bytes: [UInt8] {
        Array("\(name)=\(value)".utf8) + [0]
    }
}

/// Text fields of fixed width: cut at the first NUL, behind which leftovers may lie; a full field has no
/// NUL.
public enum ZKText {
    /// The bytes before the first NUL.
    public static func field(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.prefix { $0 != 0 }
    }

    /// A device's own text for people: repaired UTF-8 without control characters, spaces at its ends
    /// trimmed, 128 bytes at most.
    public static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: field(bytes.prefix(128)), as: UTF8.self)
        return trimmed(String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    /// An identifier in a record: UTF-8 without control characters; nil for anything else, which means
    /// that these bytes are no record of this layout.
    public static func identifier(_ bytes: ArraySlice<UInt8>) -> String? {
        let field = field(bytes)
        guard field.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: field, as: UTF8.self)
    }

    /// A text in a field of `width` bytes, cut if it is longer, filled with NULs.
    public static func padded(_ text: String, to width: Int) -> [UInt8] {
        precondition(width > 0, "a field has room for something")
        let bytes = Array(text.utf8.prefix(width))
        return bytes + [UInt8](repeating: 0, count: width - bytes.count)
    }

    /// Without the spaces around it.
    public static func trimmed(_ text: String) -> String {
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
        return String(text[..<end].drop { $0 == " " })
    }
}
