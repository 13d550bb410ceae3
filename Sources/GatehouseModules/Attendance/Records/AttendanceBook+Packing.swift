import GatehouseModel
import GatehouseModuleKit

extension AttendanceBook: Packed {
    func pack(into packer: inout Packer) {
        packer.add(people, shifts, badges, devices, files, badgeHistory, strangers, leaves, vouching, agenda)
        packer.add(clock, beginning, lastDay, silentDays, siteCount, assignments)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (
            people, shifts, badges, devices, files, badgeHistory, strangers, leaves, vouching, agenda, clock, beginning,
            lastDay, silentDays, siteCount, earlyAssignments
        ) = try unpacker.values()
        nameRecords()
    }

    /// Names are packed once, not with every record.
    private mutating func nameRecords() {
        for file in files.indices {
            for place in files[file].records.indices {
                let key = files[file].records[place].key
                files[file].records[place].person = people[key.person]
                files[file].records[place].shift = shifts[key.shift]
            }
            for place in files[file].overtimeRecords.indices {
                files[file].overtimeRecords[place].person = people[Int32(file)]
            }
        }
    }
}

extension PersonFile: Packed {
    func pack(into packer: inout Packer) {
        packer.add(punches, leaveIDs, leave, approvals, picks, corrections, records, overtimeRecords)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init()
        let picks: [Pick]
        (punches, leaveIDs, leave, approvals, picks, corrections, records, overtimeRecords) = try unpacker.values()
        overtime = approvals.merged
        for pick in picks { self.pick(pick) }
    }
}

extension PersonFile.Pick: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence, day, shift)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, sequence, day, shift) = try unpacker.values()
    }
}

extension BookLeave: Packed {
    func pack(into packer: inout Packer) {
        packer.add(person, range, isOfSite, isCancelled)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (person, range, isOfSite, isCancelled) = try unpacker.values()
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
        (key, start, end, opens, closes, expectedStart, expectedEnd) = try unpacker.values()
        (person, shift) = ("", nil)
        (self.in, out, firstCounted, counted) = try unpacker.values()
        (lateMinutes, earlyMinutes, workedMinutes, leaveMinutes, scheduledMinutes) = try unpacker.values()
        (overtime.atOneAndHalf, overtime.atTwo, overtime.atThree, status, punches) = try unpacker.values()
        (corrections, isWhollyOnLeave, isFlexible, isClosed, revision, hasClosed, rules) = try unpacker.values()
    }
}

extension AttendanceRecord.Mark: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, sequence) = try unpacker.values()
    }
}
