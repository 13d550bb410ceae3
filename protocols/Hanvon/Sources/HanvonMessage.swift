/// One message, `Word(key="value" key="value")`, as it is written.
///
/// There is no escape in the language, so a value holds no quotation mark; what is read may hold anything else,
/// brackets and line ends included.
public struct HanvonMessage: Hashable, Sendable {
    /// One `key="value"`.
    public struct Item: Hashable, Sendable {
        /// What the value is of: letters, digits and underscores.
        public var key: String
        /// The bytes between the quotation marks, in whichever encoding the device uses.
        public var value: [UInt8]

        public init(_ key: String, _ value: String) {
            self.init(key, bytes: Array(value.utf8))
        }

        public init(_ key: String, bytes: [UInt8]) {
            self.key = key
            value = bytes
        }
    }

    /// What is said: `GetRecord`, `Return`, …
    public var word: String
    /// In the order in which they stand; keys may repeat.
    public var items: [Item]

    public init(_ word: String, _ items: [Item] = []) {
        self.word = word
        self.items = items
    }

    /// The message as text; quotation marks in values are left out, since nothing can stand for them.
    public var bytes: [UInt8] {
        var bytes = Array(word.utf8) + [UInt8(ascii: "(")]
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: " ")) }
            bytes += Array(item.key.utf8) + Array("=\"".utf8)
            bytes += item.value.filter { $0 != UInt8(ascii: "\"") }
            bytes.append(UInt8(ascii: "\""))
        }
        return bytes + [UInt8(ascii: ")")]
    }

    /// `Return(result="success" …)`.
    public static func success(_ items: [Item] = []) -> HanvonMessage {
        HanvonMessage("Return", [Item("result", "success")] + items)
    }

    /// `Return(result="failed" reason="…")`.
    public static func failure(_ reason: String) -> HanvonMessage {
        HanvonMessage("Return", [Item("result", "failed"), Item("reason", reason)])
    }
}

extension [UInt8] {
    /// The text of a value that is printable ASCII; nil for an empty or any other one.
    public var plainText: String? {
        guard !isEmpty, allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return String(decoding: self, as: UTF8.self)
    }
}
