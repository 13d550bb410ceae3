import GatehouseModel
import GatehouseModuleKit

extension AttendanceBook: Packed {
    func pack(into packer: inout Packer) {
        packer.add(people, shifts, badges, devices, files, badgeHistory, strangers, leaves, vouching, agenda)
        packer.add(clock, beginning, lastDay, silentDays, siteCount, assignments)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        people = try unpacker.next()
        shifts = try unpacker.next()
        badges = try unpacker.next()
        devices = try unpacker.next()
        files = try unpacker.next()
        badgeHistory = try unpacker.next()
        strangers = try unpacker.next()
        leaves = try unpacker.next()
        vouching = try unpacker.next()
        agenda = try unpacker.next()
        clock = try unpacker.next()
        beginning = try unpacker.next()
        lastDay = try unpacker.next()
        silentDays = try unpacker.next()
        siteCount = try unpacker.next()
        earlyAssignments = try unpacker.next()
        nameRecords()
    }

    /// Names are packed once, not with every record.
    private mutating func nameRecords() {
        for file in files.indices {
            for place in files[file].records.indices {
                let key = files[file].records[place].key
                files[file].records[place].person = people[key.person]
                files[file].records[place].shift = shifts[key.shift]
                questions.note(files[file].records[place])
            }
            for place in files[file].overtimeRecords.indices {
                files[file].overtimeRecords[place].person = people[Int32(file)]
            }
        }
    }
}

extension PersonFile: Packed {
    func pack(into packer: inout Packer) {
        packer.add(punches, leaveIDs)
        packer.add(leave.map { PackedPair($0.lowerBound, $0.upperBound) })
        packer.add(approvals.map { PackedPair($0.lowerBound, $0.upperBound) })
        packer.add(picks, corrections, records, overtimeRecords)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init()
        punches = try unpacker.next()
        leaveIDs = try unpacker.next()
        leave = try Self.ranges(from: &unpacker)
        approvals = try Self.ranges(from: &unpacker)
        overtime = approvals.merged
        let picks: [Pick] = try unpacker.next()
        for pick in picks { self.pick(pick) }
        corrections = try unpacker.next()
        records = try unpacker.next()
        overtimeRecords = try unpacker.next()
    }

    private static func ranges(from unpacker: inout Unpacker) throws(PackProblem) -> [Range<Moment>] {
        let pairs: [PackedPair<Moment, Moment>] = try unpacker.next()
        var ranges: [Range<Moment>] = []
        for pair in pairs {
            guard pair.first < pair.second else { throw .unreadable("a span of time") }
            ranges.append(pair.first..<pair.second)
        }
        return ranges
    }
}

extension PersonFile.Pick: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence, day, shift)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        time = try unpacker.next()
        sequence = try unpacker.next()
        day = try unpacker.next()
        shift = try unpacker.next()
    }
}

extension BookLeave: Packed {
    func pack(into packer: inout Packer) {
        packer.add(person, range.lowerBound, range.upperBound, isOfSite, isCancelled)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        person = try unpacker.next()
        let from: Moment = try unpacker.next()
        let to: Moment = try unpacker.next()
        guard from < to else { throw .unreadable("a leave") }
        range = from..<to
        isOfSite = try unpacker.next()
        isCancelled = try unpacker.next()
    }
}

extension AttendanceRecord: Packed {
    func pack(into packer: inout Packer) {
        packer.add(key, start, end, opens, closes, expectedStart, expectedEnd, self.in, out, firstCounted, counted)
        packer.add(lateMinutes, earlyMinutes, workedMinutes, leaveMinutes, scheduledMinutes)
        packer.add(overtime.atOneAndHalf, overtime.atTwo, overtime.atThree, status, punches, corrections)
        packer.add(isWhollyOnLeave, isFlexible, isClosed, revision, hasClosed, rules)
    }

    /// The names of the person and the shift are put in by the book.
    init(from unpacker: inout Unpacker) throws(PackProblem) {
        key = try unpacker.next()
        (person, shift) = ("", nil)
        start = try unpacker.next()
        end = try unpacker.next()
        opens = try unpacker.next()
        closes = try unpacker.next()
        expectedStart = try unpacker.next()
        expectedEnd = try unpacker.next()
        self.in = try unpacker.next()
        out = try unpacker.next()
        firstCounted = try unpacker.next()
        counted = try unpacker.next()
        lateMinutes = try unpacker.next()
        earlyMinutes = try unpacker.next()
        workedMinutes = try unpacker.next()
        leaveMinutes = try unpacker.next()
        scheduledMinutes = try unpacker.next()
        overtime = Overtime(
            atOneAndHalf: try unpacker.next(), atTwo: try unpacker.next(), atThree: try unpacker.next())
        status = try unpacker.next()
        punches = try unpacker.next()
        corrections = try unpacker.next()
        isWhollyOnLeave = try unpacker.next()
        isFlexible = try unpacker.next()
        isClosed = try unpacker.next()
        revision = try unpacker.next()
        hasClosed = try unpacker.next()
        rules = try unpacker.next()
    }
}

extension AttendanceRecord.Mark: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        time = try unpacker.next()
        sequence = try unpacker.next()
    }
}
