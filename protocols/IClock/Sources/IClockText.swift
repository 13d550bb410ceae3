/// The few ways in which this protocol writes text, read without trusting it.
public enum IClockText {
    /// The lines of a body: LF between them, CR and NUL at their ends removed, empty ones left out.
    public static func lines(_ body: some Collection<UInt8>) -> [ArraySlice<UInt8>] {
        Array(body).split(separator: 0x0A).map(trimmedEnd).filter { !$0.isEmpty }
    }

    /// Without CR, NUL and spaces behind it.
    static func trimmedEnd(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = line.lastIndex { $0 != 0x0D && $0 != 0 && $0 != 0x20 }.map { $0 + 1 } ?? line.startIndex
        return line[line.startIndex..<end]
    }

    /// Strict UTF-8 of at most `limit` bytes; nil for anything else, and for control characters but TAB.
    static func text(_ bytes: ArraySlice<UInt8>, limit: Int) -> String? {
        guard bytes.count <= limit, bytes.allSatisfy({ $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A device's own words for people: repaired UTF-8, control characters left out, 128 bytes at most.
    public static func shown(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(128), as: UTF8.self)
        return trimmed(String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    /// Without the spaces around it.
    static func trimmed(_ text: some StringProtocol) -> String {
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
        return String(text[..<end].drop { $0 == " " })
    }

    /// A number of decimal digits, a sign before it or none.
    static func number(_ text: some StringProtocol) -> Int? {
        let digits = text.drop { $0 == "+" || $0 == "-" }
        guard (1...12).contains(digits.utf8.count), text.utf8.count - digits.utf8.count <= 1,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }

    /// `YYYY-MM-DD hh:mm:ss`, with `-` or `/` in the date and a space or `T` before the time, as its six numbers in
    /// that form again; nil for other shapes. Whether the date exists is the reader's to check.
    static func time(_ text: String) -> String? {
        let parts = text.split(separator: text.contains("T") ? "T" : " ")
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: parts[0].contains("/") ? "/" : "-", omittingEmptySubsequences: false)
        let time = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard date.count == 3, time.count == 3, date[0].utf8.count == 4,
            (date + time).allSatisfy({ (1...4).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) })
        else { return nil }
        let fields = (date.dropFirst() + time).map { $0.utf8.count == 1 ? "0" + $0 : String($0) }
        guard fields.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
        return "\(date[0])-\(fields[0])-\(fields[1]) \(fields[2]):\(fields[3]):\(fields[4])"
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// `key=value` pairs in any of the protocol's separators. Keys differ in case from line to line, so case is nothing;
/// a value goes from the first `=` on, for base64 ends in more of them.
public struct IClockFields: Hashable, Sendable {
    /// In the order in which they came; keys as written.
    public private(set) var pairs: [Pair] = []

    /// One of them.
    public struct Pair: Hashable, Sendable {
        public var key: String
        public var value: String
    }

    /// How many pairs are read; a settings upload has some two hundred.
    static let limit = 1024

    /// Reads the parts between any of the separators; those without `=`, without a key, or that are no text are
    /// passed over. Values are cut at 512 bytes: longer ones are templates and pictures, which nobody here wants.
    public init(_ bytes: some Collection<UInt8>, separators: [UInt8]) {
        for part in Array(bytes).split(whereSeparator: { separators.contains($0) }) where pairs.count < Self.limit {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")),
                let key = IClockText.text(part[..<equals], limit: 64)
            else { continue }
            let name = IClockText.trimmed(key)
            guard !name.isEmpty else { continue }
            pairs.append(Pair(key: name, value: IClockText.shown512(part[(equals + 1)...])))
        }
    }

    /// The first value of that key.
    public subscript(key: String) -> String? {
        pairs.first { $0.key.lowercased() == key.lowercased() }?.value
    }

    /// The first value of any of these keys: flavours name the same thing differently.
    public func first(of keys: String...) -> String? {
        for key in keys { if let value = self[key] { return value } }
        return nil
    }
}

extension IClockText {
    /// As `shown`, 512 bytes at most.
    static func shown512(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(512), as: UTF8.self)
        return trimmed(String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
