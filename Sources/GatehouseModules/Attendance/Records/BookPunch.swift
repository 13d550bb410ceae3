import GatehouseModel
import GatehouseModuleKit

/// One punch in the book: 32 bytes, because a year has millions.
struct BookPunch: Hashable, Sendable {
    var time: Moment
    /// The event; of an added punch the correction's.
    var sequence: Int64
    /// Of the event's id, by which a correction names it: 64 bits tell one person's punches apart.
    var mark: UInt64
    /// The badge's number in the book; -1 for a punch that a correction added.
    var badge: Int32
    /// The device's number in the book, the direction, and whether it has been voided.
    private var details: UInt32

    static let noDevice: Int32 = (1 << 26) - 1

    init(
        time: Moment, sequence: Int64, mark: UInt64, badge: Int32, device: Int32, direction: Fact.Direction,
        isVoided: Bool = false
    ) {
        self.time = time
        self.sequence = sequence
        self.mark = mark
        self.badge = badge
        details = UInt32(device) << 4 | Self.code(of: direction) << 1 | (isVoided ? 1 : 0)
    }

    var device: Int32 { Int32(details >> 4) }

    var direction: Fact.Direction { Self.directions[Int(details >> 1 & 0b111)] }

    var isVoided: Bool {
        get { details & 1 == 1 }
        set { details = details & ~1 | (newValue ? 1 : 0) }
    }

    /// A correction made it.
    var isAdded: Bool { badge < 0 }

    /// In the order of their times; of one time, in the order received.
    func comes(before other: BookPunch) -> Bool {
        time == other.time ? sequence < other.sequence : time < other.time
    }

    private static let directions: [Fact.Direction] = [
        .in, .out, .unknown, .breakOut, .breakIn, .overtimeIn, .overtimeOut, .unknown,
    ]

    private static func code(of direction: Fact.Direction) -> UInt32 {
        switch direction {
        case .in: 0
        case .out: 1
        case .unknown: 2
        case .breakOut: 3
        case .breakIn: 4
        case .overtimeIn: 5
        case .overtimeOut: 6
        }
    }
}

extension BookPunch: Packed {
    func pack(into packer: inout Packer) { pack(after: nil, into: &packer) }

    init(from unpacker: inout Unpacker) throws(PackProblem) { try self.init(after: nil, from: &unpacker) }
}

extension BookPunch: PackedInRow {
    func pack(after last: Self?, into packer: inout Packer) {
        packer.step(time.milliseconds, from: last?.time.milliseconds ?? 0)
        packer.step(sequence, from: last?.sequence ?? 0)
        packer.add(mark, badge, details)
    }

    init(after last: Self?, from unpacker: inout Unpacker) throws(PackProblem) {
        time = Moment(milliseconds: try unpacker.step(from: last?.time.milliseconds ?? 0))
        sequence = try unpacker.step(from: last?.sequence ?? 0)
        (mark, badge, details) = try unpacker.values()
    }
}
