import GatehouseModel
import GatehouseModuleKit

extension AttendanceRecord: PackedInRow {
    /// What is mostly the same, each a bit.
    private struct Traits: OptionSet, Packed {
        let rawValue: UInt16

        static let hasIn = Traits(rawValue: 1 << 0)
        static let hasOut = Traits(rawValue: 1 << 1)
        static let beginsWithIn = Traits(rawValue: 1 << 2)
        static let beginsWithOther = Traits(rawValue: 1 << 3)
        /// Its punches are its `in` and its `out`.
        static let isPlain = Traits(rawValue: 1 << 4)
        static let hasOvertime = Traits(rawValue: 1 << 5)
        static let hasCorrections = Traits(rawValue: 1 << 6)
        static let isMoved = Traits(rawValue: 1 << 7)
        static let isWhollyOnLeave = Traits(rawValue: 1 << 8)
        static let isFlexible = Traits(rawValue: 1 << 9)
        static let isClosed = Traits(rawValue: 1 << 10)
        static let hasClosed = Traits(rawValue: 1 << 11)
    }

    /// The start, the end and the window, from the beginning of its date on: mostly those of the record before.
    private var frame: SIMD4<Int64> {
        SIMD4(start.milliseconds, end.milliseconds, opens.milliseconds, closes.milliseconds) &- midnight
    }

    private var midnight: Int64 { Int64(key.day) &* 86_400_000 }

    private var marks: [Int64] { [self.in?.sequence, out?.sequence].compactMap(\.self) }

    private var traits: Traits {
        var traits: Traits = []
        if self.in != nil { traits.insert(.hasIn) }
        if out != nil { traits.insert(.hasOut) }
        if let firstCounted { traits.insert(firstCounted == self.in ? .beginsWithIn : .beginsWithOther) }
        if punches == marks { traits.insert(.isPlain) }
        if overtime != Overtime() { traits.insert(.hasOvertime) }
        if !corrections.isEmpty { traits.insert(.hasCorrections) }
        if expectedStart != start || expectedEnd != end { traits.insert(.isMoved) }
        if isWhollyOnLeave { traits.insert(.isWhollyOnLeave) }
        if isFlexible { traits.insert(.isFlexible) }
        if isClosed { traits.insert(.isClosed) }
        if hasClosed { traits.insert(.hasClosed) }
        return traits
    }

    /// Without the person, whose file it is in.
    func pack(after last: Self?, into packer: inout Packer) {
        let traits = traits
        packer.add(key.day &- (last?.key.day ?? 0), key.shift, traits, status)
        if key.isOvertime { packer.add(key.from, key.to) }
        let change = frame &- (last?.frame ?? .zero)
        packer.add(change.x, change.y, change.z, change.w)
        if traits.contains(.isMoved) { packer.add(expectedStart, expectedEnd) }
        let anchor = last?.punches.last ?? 0
        self.in?.pack(near: start, anchor, into: &packer)
        out?.pack(near: end, anchor, into: &packer)
        if traits.contains(.beginsWithOther) { firstCounted?.pack(near: start, anchor, into: &packer) }
        if !traits.contains(.isPlain) { packer.add(punches) }
        packer.add(counted, lateMinutes, earlyMinutes, workedMinutes, leaveMinutes)
        packer.add(scheduledMinutes &- (last?.scheduledMinutes ?? 0), revision, rules &- (last?.rules ?? 0))
        if traits.contains(.hasOvertime) { packer.add(overtime.atOneAndHalf, overtime.atTwo, overtime.atThree) }
        if traits.contains(.hasCorrections) { packer.add(corrections) }
    }

    /// The names of the person and the shift are put in by the book, and the person's number.
    init(after last: Self?, from unpacker: inout Unpacker) throws(PackProblem) {
        let (step, shift, traits, status): (Int32, Int32, Traits, RecordStatus) = try unpacker.values()
        key = RecordKey(person: -1, day: (last?.key.day ?? 0) &+ step, shift: shift)
        if key.isOvertime { (key.from, key.to) = try unpacker.values() }
        (person, self.shift) = ("", nil)
        let change: (Int64, Int64, Int64, Int64) = try unpacker.values()
        let frame = (last?.frame ?? .zero) &+ SIMD4(change.0, change.1, change.2, change.3)
        let midnight = Int64(key.day) &* 86_400_000
        (start, end) = (Moment(milliseconds: midnight &+ frame.x), Moment(milliseconds: midnight &+ frame.y))
        (opens, closes) = (Moment(milliseconds: midnight &+ frame.z), Moment(milliseconds: midnight &+ frame.w))
        (expectedStart, expectedEnd) = (start, end)
        if traits.contains(.isMoved) { (expectedStart, expectedEnd) = try unpacker.values() }
        let anchor = last?.punches.last ?? 0
        if traits.contains(.hasIn) { self.in = try Mark(near: start, anchor, from: &unpacker) }
        if traits.contains(.hasOut) { out = try Mark(near: end, anchor, from: &unpacker) }
        if traits.contains(.beginsWithIn) { firstCounted = self.in }
        if traits.contains(.beginsWithOther) { firstCounted = try Mark(near: start, anchor, from: &unpacker) }
        punches = traits.contains(.isPlain) ? marks : try unpacker.next()
        (counted, lateMinutes, earlyMinutes, workedMinutes, leaveMinutes) = try unpacker.values()
        (scheduledMinutes, revision, rules) = try unpacker.values()
        scheduledMinutes &+= last?.scheduledMinutes ?? 0
        rules &+= last?.rules ?? 0
        if traits.contains(.hasOvertime) {
            (overtime.atOneAndHalf, overtime.atTwo, overtime.atThree) = try unpacker.values()
        }
        if traits.contains(.hasCorrections) { corrections = try unpacker.next() }
        self.status = status
        isWhollyOnLeave = traits.contains(.isWhollyOnLeave)
        isFlexible = traits.contains(.isFlexible)
        isClosed = traits.contains(.isClosed)
        hasClosed = traits.contains(.hasClosed)
    }
}

extension AttendanceRecord.Mark {
    fileprivate func pack(near moment: Moment, _ anchor: Int64, into packer: inout Packer) {
        packer.step(time.milliseconds, from: moment.milliseconds)
        packer.step(sequence, from: anchor)
    }

    fileprivate init(near moment: Moment, _ anchor: Int64, from unpacker: inout Unpacker) throws(PackProblem) {
        time = Moment(milliseconds: try unpacker.step(from: moment.milliseconds))
        sequence = try unpacker.step(from: anchor)
    }
}
