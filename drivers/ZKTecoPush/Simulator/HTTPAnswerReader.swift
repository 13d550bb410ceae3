/// Reads HTTP/1.1 answers with a length from a stream, as a device's small client does.
struct HTTPAnswerReader: Sendable {
    struct Answer: Hashable, Sendable {
        var status: Int
        /// The value of `Date`, where there is one.
        var date: String?
        var body: [UInt8]
    }

    /// The most that a device has room for.
    static let limit = 64 * 1024

    private var pending: [UInt8] = []
    /// What came is no answer, or a longer one than there is room for.
    private(set) var isBroken = false

    mutating func receive(_ bytes: [UInt8]) {
        pending += bytes
        isBroken = isBroken || pending.count > Self.limit
    }

    /// The next whole answer; nil when more bytes are needed.
    mutating func next() -> Answer? {
        guard !isBroken, let end = Self.end(ofHead: pending) else { return nil }
        let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
        let first = lines.first?.split(separator: " ") ?? []
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]) else {
            isBroken = true
            return nil
        }
        let length = Self.field("content-length", in: lines).flatMap { Int($0) } ?? 0
        guard (0...Self.limit).contains(length) else {
            isBroken = true
            return nil
        }
        guard pending.count >= end + 4 + length else { return nil }
        let body = Array(pending[(end + 4)..<(end + 4 + length)])
        pending.removeFirst(end + 4 + length)
        return Answer(status: status, date: Self.field("date", in: lines), body: body)
    }

    private static func end(ofHead bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast(3).first { start in
            bytes[start] == 13 && bytes[start + 1] == 10 && bytes[start + 2] == 13 && bytes[start + 3] == 10
        }
    }

    private static func field(_ name: String, in lines: [Substring]) -> String? {
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name {
                return String(parts[1].drop { $0 == " " })
            }
        }
        return nil
    }
}
