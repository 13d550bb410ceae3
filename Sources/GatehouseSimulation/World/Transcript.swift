/// What happened, as a number that is the same when the same things happen in the same order; on request also in words.
public struct Transcript: Sendable {
    /// What a step was.
    enum Verb: UInt64, Sendable {
        case opened, openFailed, closed, lost, received, heard, told, woke, committed, stored, published, crashed,
            started
        case plugged, retargeted, full, wall, command, answered, corrected, replayed, calm, quiet, note
    }

    /// FNV-1a over every step.
    public private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    /// The steps in words, where they are kept.
    public private(set) var lines: [String] = []
    let keepsLines: Bool

    init(keepsLines: Bool) {
        self.keepsLines = keepsLines
    }

    /// Notes a step; its words count for nothing.
    mutating func note(
        _ verb: Verb, at uptime: Duration, station: Int = 0, number: Int64 = 0, _ words: String?
    ) {
        mix(verb.rawValue)
        mix(UInt64(bitPattern: Int64(station)))
        mix(UInt64(bitPattern: number))
        let (seconds, attoseconds) = uptime.components
        mix(UInt64(bitPattern: seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000))
        guard let words else { return }
        lines.append("\(Self.seconds(uptime)) \(words)")
    }

    /// Bytes on a line: their number and their ends stand for them.
    mutating func mix(_ bytes: [UInt8]) {
        mix(UInt64(bytes.count))
        for byte in bytes.prefix(12) + bytes.suffix(4) { mix(UInt64(byte)) }
    }

    /// A name, whole.
    mutating func mix(_ text: String) {
        for byte in text.utf8 { mix(UInt64(byte)) }
    }

    private mutating func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x0000_0100_0000_01B3
    }

    /// `   12.345`, in a column.
    private static func seconds(_ uptime: Duration) -> String {
        let milliseconds = uptime.components.seconds * 1000 + uptime.components.attoseconds / 1_000_000_000_000_000
        let rest = String(milliseconds % 1000)
        let text = "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
        return String(repeating: " ", count: max(0, 9 - text.count)) + text
    }
}

extension [UInt8] {
    /// The number of bytes, and the first of them in hexadecimal.
    var glimpse: String {
        let digits = prefix(24).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "\(count) bytes: \(digits.joined(separator: " "))\(count > 24 ? " …" : "")"
    }
}
