import GatehouseDriverKit
import GatehouseModel

/// HTTP/1.1 as the gateway's door reads and writes it, for simulated devices that call in: enough for requests with a
/// length, and nothing of what a door does against hostile ones.
struct HTTPStream: Sendable {
    /// What the bytes so far hold.
    enum Outcome: Hashable, Sendable {
        case request(DeviceRequest)
        /// No HTTP: the door hangs up.
        case nonsense
    }

    /// What a head, and what a body may be long.
    private static let headLimit = 16 * 1024
    private static let bodyLimit = 512 * 1024

    private var pending: [UInt8] = []

    mutating func receive(_ bytes: [UInt8]) {
        pending += bytes
    }

    /// The next whole request; nil when more bytes are needed.
    mutating func next() -> Outcome? {
        guard let end = headEnd else { return pending.count > Self.headLimit ? .nonsense : nil }
        let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
        guard words.count == 3, words[2] == "HTTP/1.1", let length = Self.length(lines) else { return .nonsense }
        guard pending.count >= end + 4 + length else { return nil }
        let body = Array(pending[(end + 4)..<(end + 4 + length)])
        pending.removeFirst(end + 4 + length)
        return .request(Self.request(String(words[0]), words[1], body))
    }

    /// An answer's bytes; with the time by the gateway's clock where it is told.
    static func bytes(_ response: DeviceResponse, at wall: Moment) -> [UInt8] {
        var head = "HTTP/1.1 \(response.status) -\r\nContent-Type: text/plain\r\n"
        if response.tellsTime { head += "Date: \(date(wall))\r\n" }
        return Array((head + "Content-Length: \(response.body.count)\r\n\r\n").utf8) + response.body
    }

    private var headEnd: Int? {
        pending.indices.dropLast(3).first { start in
            pending[start] == 13 && pending[start + 1] == 10 && pending[start + 2] == 13 && pending[start + 3] == 10
        }
    }

    private static func length(_ lines: [Substring]) -> Int? {
        guard let line = lines.dropFirst().first(where: { $0.lowercased().hasPrefix("content-length:") }) else {
            return 0
        }
        return Int(line.dropFirst(15).drop { $0 == " " }).flatMap { (0...bodyLimit).contains($0) ? $0 : nil }
    }

    private static func request(_ method: String, _ target: Substring, _ body: [UInt8]) -> DeviceRequest {
        let halves = target.split(separator: "?", maxSplits: 1)
        let query = (halves.count > 1 ? halves[1].split(separator: "&") : []).map { field in
            let parts = field.split(separator: "=", maxSplits: 1).map(plain)
            return DeviceRequest.QueryField(parts.first ?? "", parts.count > 1 ? parts[1] : "")
        }
        return DeviceRequest(method: method, path: halves.first.map(plain) ?? "", query: query, body: body)
    }

    /// Percent signs resolved.
    private static func plain(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let code = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), code.utf8.count == 2, let resolved = UInt8(code, radix: 16) {
                bytes.append(resolved)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `Sun, 22 Nov 2026 08:30:00 GMT`.
    private static func date(_ moment: Moment) -> String {
        let time = LocalTime(secondsSince1970: moment.seconds)
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekday = days[Int((moment.seconds / 86_400 % 7 + 7) % 7)]
        let clock = time.text.split(separator: "T")[1]
        return "\(weekday), \(time.day) \(months[time.month - 1]) \(time.year) \(clock) GMT"
    }
}
