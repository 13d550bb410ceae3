import GatehouseBus
import GatehouseModel

/// A reply to a request, taken apart: `[correlation][word][content…]`.
enum Reply: Hashable, Sendable {
    case pong(Pong)
    /// The frames after `OK`.
    case ok([[UInt8]])
    /// Part of a replay.
    case event(Recorded)
    /// A replay has ended; nothing is missing up to there.
    case end(Int64)
    case error(code: String, message: String)

    /// Nil when it is no reply that this version understands.
    init?(_ content: ArraySlice<[UInt8]>) {
        guard let word = content.first else { return nil }
        let frames = Array(content)
        switch (String(decoding: word.prefix(16), as: UTF8.self), frames.count) {
        case ("PONG", 4):
            guard let head = Int64(wire: frames[3]) else { return nil }
            self = .pong(Pong(version: Self.text(frames[1]), site: Self.text(frames[2]), head: head))
        case ("OK", 2...): self = .ok(Array(frames.dropFirst()))
        case ("EVENT", 4):
            guard let event = Recorded(topic: frames[1], header: frames[2], body: frames[3]) else { return nil }
            self = .event(event)
        case ("END", 2):
            guard let last = Int64(wire: frames[1]) else { return nil }
            self = .end(last)
        case ("ERROR", 3): self = .error(code: Self.text(frames[1]), message: Self.text(frames[2]))
        default: return nil
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

/// What a gateway says of itself.
public struct Pong: Hashable, Sendable {
    public var version: String
    /// `default` when it has no site file.
    public var site: String
    /// The last sequence in the journal.
    public var head: Int64
}

extension Recorded {
    /// Reads the three frames of an event as they come over the bus; nil when the header is none.
    init?(topic: [UInt8], header: [UInt8], body: [UInt8]) {
        guard let header = EventHeader(header) else { return nil }
        self.init(
            sequence: header.sequence, previous: header.previous, recorded: header.recorded,
            topic: Topic(rawValue: String(decoding: topic, as: UTF8.self)), body: body)
    }
}
