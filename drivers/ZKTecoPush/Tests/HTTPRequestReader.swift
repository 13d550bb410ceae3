import GatehouseDriverKit

/// Reads HTTP/1.1 requests from a stream, for tests: what the gateway's door does, without its limits.
struct HTTPRequestReader {
    private var pending: [UInt8] = []

    mutating func receive(_ bytes: [UInt8]) {
        pending += bytes
    }

    enum Outcome {
        case request(DeviceRequest)
        case nonsense
    }

    mutating func next() -> Outcome? {
        guard
            let end = pending.indices.dropLast(3).first(where: {
                pending[$0] == 13 && pending[$0 + 2] == 13 && pending[$0 + 3] == 10
            })
        else { return pending.count > 70_000 ? .nonsense : nil }
        let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3, words[2] == "HTTP/1.1" else { return .nonsense }
        let length =
            lines.dropFirst().first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        guard pending.count >= end + 4 + length else { return nil }
        let body = Array(pending[(end + 4)..<(end + 4 + length)])
        pending.removeFirst(end + 4 + length)
        let target = words[1].split(separator: "%20").joined(separator: " ")
        return .request(PushBench.request(String(words[0]), target, body))
    }
}
