import GatehouseModel

/// One direction of a faulty line: what is put in at one end comes out late, cut, glued, damaged, twice or not at all,
/// all of it decided by the seed.
///
/// It is a value with a queue: put bytes in with `carry`, and when the clock reaches `due`, take out what has arrived
/// with `deliver`.
public struct LineFaults: Sendable {
    /// What comes out at the far end.
    public enum Delivery: Hashable, Sendable {
        /// What one read gives; on UDP one datagram.
        case bytes([UInt8])
        /// The line broke. What was on it is lost.
        case disconnected
    }

    private struct Piece: Sendable {
        var due: Duration
        var delivery: Delivery
    }

    public let plan: Plan
    private var random: SplitMix64
    private var underWay: [Piece] = []
    private var lastDue = Duration.zero

    public init(_ plan: Plan, seed: UInt64) {
        self.plan = plan
        random = SplitMix64(seed: seed)
    }

    /// When to call `deliver` next; nil while nothing is on the line.
    public var due: Duration? { underWay.first?.due }

    /// How many bytes are on the line.
    public var byteCount: Int {
        underWay.reduce(0) { if case .bytes(let bytes) = $1.delivery { $0 + bytes.count } else { $0 } }
    }

    /// Puts in what one end sent: any piece of a stream, or one datagram.
    public mutating func carry(_ bytes: [UInt8], at uptime: Duration) {
        precondition(!bytes.isEmpty, "nothing is no send")
        if random.oneIn(plan.disconnectOneIn) {
            // Half of it still arrives, as when somebody steps on the cable.
            if !plan.isDatagrams { put(.bytes(Array(bytes.prefix(bytes.count / 2))), at: uptime) }
            put(.disconnected, at: uptime)
            return
        }
        for piece in plan.isDatagrams ? [bytes] : cut(bytes) {
            guard !random.oneIn(plan.dropOneIn) else { continue }
            let copies = plan.isDatagrams && random.oneIn(plan.duplicateOneIn) ? 2 : 1
            for _ in 0..<copies { put(.bytes(damaged(piece)), at: uptime) }
        }
    }

    /// Takes out everything that has arrived; pieces of a stream that arrived together are one read.
    public mutating func deliver(at uptime: Duration) -> [Delivery] {
        var arrived: [Delivery] = []
        while let first = underWay.first, first.due <= uptime {
            underWay.removeFirst()
            if case .disconnected = first.delivery {
                underWay = []
                return arrived + [.disconnected]
            }
            if !plan.isDatagrams, case .bytes(let more) = first.delivery, case .bytes(let bytes) = arrived.last {
                arrived[arrived.count - 1] = .bytes(bytes + more)
            } else {
                arrived.append(first.delivery)
            }
        }
        return arrived
    }

    /// Throws away what is on the line, as when either end hangs up.
    public mutating func hangUp() {
        underWay = []
    }

    private mutating func put(_ delivery: Delivery, at uptime: Duration) {
        if case .bytes(let bytes) = delivery, bytes.isEmpty { return }
        var due = uptime + random.duration(in: plan.delay)
        // Only datagrams overtake each other.
        if !plan.isDatagrams {
            due = max(due, lastDue)
            lastDue = due
        }
        let piece = Piece(due: due, delivery: delivery)
        let place = underWay.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        underWay.insert(piece, at: place)
    }

    private mutating func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        var rest = bytes[...]
        var pieces: [[UInt8]] = []
        while rest.count > 1, random.oneIn(plan.splitOneIn) {
            let piece = rest.prefix(random.number(in: 1...rest.count - 1))
            pieces.append(Array(piece))
            rest = rest[piece.endIndex...]
        }
        return pieces + [Array(rest)]
    }

    private mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        guard random.oneIn(plan.corruptOneIn) else { return bytes }
        var damaged = bytes
        damaged[random.number(in: 0...bytes.count - 1)] ^= 1 << UInt8(random.number(in: 0...7))
        return damaged
    }
}
