import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceBook {
    func record(_ key: RecordKey) -> AttendanceRecord? {
        guard files.indices.contains(Int(key.person)), let place = files[Int(key.person)].place(of: key) else {
            return nil
        }
        let record =
            key.isOvertime ? files[Int(key.person)].overtimeRecords[place] : files[Int(key.person)].records[place]
        return record.isShown ? record : nil
    }

    /// The records whose windows opened no later than a moment and close within a span, by date, person and start.
    func records(openedBy moment: Moment, closingIn span: ClosedRange<Moment>) -> [AttendanceRecord] {
        var records: [AttendanceRecord] = []
        for file in files {
            for record in file.records + file.overtimeRecords
            where record.isShown && record.opens <= moment && span.contains(record.closes) {
                records.append(record)
            }
        }
        return records.sorted { left, right in
            if left.key.day != right.key.day { return left.key.day < right.key.day }
            if left.person != right.person { return left.person < right.person }
            return left.start == right.start ? left.end < right.end : left.start < right.start
        }
    }

    /// When the last window ends that had opened by a moment.
    func lastWindowEnd(openedBy moment: Moment) -> Moment? {
        var last: Moment?
        for file in files {
            for record in file.records + file.overtimeRecords where record.isShown && record.opens <= moment {
                last = last.map { max($0, record.closes) } ?? record.closes
            }
        }
        return last
    }

    /// Every punch that counts and belongs to nothing, by time and person.
    func unscheduled() -> [(person: String, punch: BookPunch)] {
        var found: [(person: String, punch: BookPunch)] = []
        for person in files.indices {
            for place in files[person].punches.indices where fate(of: Int32(person), place) == .unscheduled {
                found.append((people[Int32(person)], files[person].punches[place]))
            }
        }
        return found.sorted { left, right in
            if left.punch.time != right.punch.time { return left.punch.time < right.punch.time }
            return left.person == right.person
                ? left.punch.sequence < right.punch.sequence : left.person < right.person
        }
    }

    /// A person's records of some work dates (days since 1970), by start; without overtime records.
    func records(of person: Int32, from first: Int32, through last: Int32) -> [AttendanceRecord] {
        guard files.indices.contains(Int(person)), first <= last else { return [] }
        let places = files[Int(person)].places(ofDays: Int(first)...Int(last))
        return files[Int(person)].records[places].filter { (first...last).contains($0.key.day) && $0.isShown }
    }

    /// The person's records right before and after another, of those whose windows are within two days of its start;
    /// without overtime records.
    func neighbours(of record: AttendanceRecord) -> (before: AttendanceRecord?, after: AttendanceRecord?) {
        guard let rules, files.indices.contains(Int(record.key.person)) else { return (nil, nil) }
        let file = Int(record.key.person)
        let near: Int64 = 2 * 86_400_000
        let (day, start) = (rules.day(of: record.start), record.start.milliseconds)
        var (before, after): (Int?, Int?)
        for place in files[file].places(ofDays: day - rules.reach - 2...day + rules.reach + 2) {
            guard files[file].records[place].isShown, files[file].records[place].key != record.key,
                files[file].records[place].opens.milliseconds - near <= start,
                start <= files[file].records[place].closes.milliseconds + near
            else { continue }
            if files[file].records[place].comes(before: record) {
                before = place
            } else if after == nil {
                after = place
            }
        }
        return (before.map { files[file].records[$0] }, after.map { files[file].records[$0] })
    }

    /// A person's overtime records, by start.
    func overtimeRecords(of person: Int32) -> [AttendanceRecord] {
        files.indices.contains(Int(person)) ? files[Int(person)].overtimeRecords.filter(\.isShown) : []
    }

    /// The punches that count for a record, in the order of their times.
    func countedPunches(of key: RecordKey) -> [BookPunch] {
        let file = Int(key.person)
        guard let rules, files.indices.contains(file), let place = files[file].place(of: key) else { return [] }
        let record = key.isOvertime ? files[file].overtimeRecords[place] : files[file].records[place]
        guard record.isShown else { return [] }
        return key.isOvertime
            ? overtimePunches(of: record, place, rules).counted : punches(of: record, place, rules).counted
    }

    /// All of a person's punches in a span that were not voided, repeats too.
    func punches(of person: Int32, from first: Moment, through last: Moment) -> [BookPunch] {
        guard files.indices.contains(Int(person)) else { return [] }
        let file = files[Int(person)]
        return Array(
            file.punches[file.place(ofPunchAt: first)...].prefix { $0.time <= last }.filter { !$0.isVoided })
    }

    /// A person's leave, in order, what touches made one.
    func leave(of person: Int32) -> [Range<Moment>] {
        files.indices.contains(Int(person)) ? files[Int(person)].leave : []
    }

    /// A correction that a record lists.
    func correction(_ sequence: Int64, of person: Int32) -> BookCorrection? {
        guard files.indices.contains(Int(person)) else { return nil }
        return files[Int(person)].corrections.last { $0.sequence == sequence }
    }

    /// What the plan says of a person; nil before the first site.
    func line(of person: Int32) -> ShiftPlan.Line? {
        files.indices.contains(Int(person)) ? files[Int(person)].line : nil
    }

    func number(ofPerson name: String) -> Int32? { people.known(name) }

    func person(_ number: Int32) -> String { people[number] }

    /// Nil for the punch that a correction added.
    func device(of punch: BookPunch) -> String? {
        punch.device == BookPunch.noDevice ? nil : devices[punch.device]
    }

    /// Where the punch was made, as the site has it; nil where that is not known.
    func place(of punch: BookPunch) -> String? {
        placesOfDevices.indices.contains(Int(punch.device)) ? placesOfDevices[Int(punch.device)] : nil
    }

    /// The limits of a record's shift; nil for overtime, and where the site does not know the shift any more.
    func terms(of key: RecordKey) -> BookRules.Terms? {
        guard let rules, !key.isOvertime else { return nil }
        return placesOfShifts[Int(key.shift)].map { rules.terms[$0] }
    }
}
