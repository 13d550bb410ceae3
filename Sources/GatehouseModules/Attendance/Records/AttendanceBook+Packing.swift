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
        try nameRecords()
    }

    /// Whose a record is, and its names, are packed once and not with every record.
    private mutating func nameRecords() throws(PackProblem) {
        guard files.count <= people.texts.count else { throw .unreadable("a person") }
        for file in files.indices {
            let (number, person) = (Int32(file), people[Int32(file)])
            for place in files[file].records.indices {
                let shift = files[file].records[place].key.shift
                guard shifts.texts.indices.contains(Int(shift)) else { throw .unreadable("a shift") }
                files[file].records[place].key.person = number
                files[file].records[place].person = person
                files[file].records[place].shift = shifts[shift]
                questions.note(files[file].records[place])
            }
            for place in files[file].overtimeRecords.indices {
                files[file].overtimeRecords[place].key.person = number
                files[file].overtimeRecords[place].person = person
            }
        }
    }
}

extension PersonFile: Packed {
    func pack(into packer: inout Packer) {
        packer.add(leaveIDs, leave, approvals, picks, corrections)
        packer.addRow(punches)
        packer.addRow(records)
        packer.addRow(overtimeRecords)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init()
        let picks: [Pick]
        (leaveIDs, leave, approvals, picks, corrections) = try unpacker.values()
        overtime = approvals.merged
        for pick in picks { self.pick(pick) }
        punches = try unpacker.nextRow()
        records = try unpacker.nextRow()
        overtimeRecords = try unpacker.nextRow()
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
