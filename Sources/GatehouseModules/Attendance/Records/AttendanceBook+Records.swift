import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceBook {
    /// Works a record out anew, and tells when it is another than before; `before` is what it was until its window was
    /// moved just now.
    mutating func refresh(_ key: RecordKey, before: AttendanceRecord? = nil, into changes: inout Changes) {
        guard let rules, let place = files[Int(key.person)].place(of: key) else { return }
        var new =
            key.isOvertime ? files[Int(key.person)].overtimeRecords[place] : files[Int(key.person)].records[place]
        let old = before ?? new
        if key.isOvertime {
            reckonOvertime(&new, place, rules)
        } else {
            guard reckon(&new, place, rules) else { return }
        }
        judge(&new, rules)
        // Of a record that was no record before nothing has been told.
        let known = old.rules == 0 || !old.isShown ? nil : old
        if old.isClosed, !new.differs(from: old) { return }
        new.rules = siteCount
        if new == old { return }
        new.count(after: known)
        if key.isOvertime {
            files[Int(key.person)].overtimeRecords[place] = new
        } else {
            files[Int(key.person)].records[place] = new
        }
        schedule(new, rules)
        questions.note(new)
        tell(known, new, into: &changes)
    }

    private func tell(_ old: AttendanceRecord?, _ new: AttendanceRecord, into changes: inout Changes) {
        let shown = new.isShown ? new : nil
        if let old, let shown, !old.isClosed, !shown.isClosed, !shown.differs(from: old) { return }
        guard let kind = RecordChange.Kind(from: old, to: shown) else { return }
        changes.records.append(RecordChange(kind: kind, key: new.key, old: old, new: shown))
    }

    /// Once everything has been worked out that one event touches: what has become of each record and punch by then.
    mutating func settle(_ changes: inout Changes) {
        unite(&changes)
        for place in changes.punches.indices where changes.punches[place].fate == .unscheduled {
            let (person, punch) = (changes.punches[place].person, changes.punches[place].punch)
            var own = files[Int(person)].place(ofPunchAt: punch.time)
            while own < files[Int(person)].punches.count, files[Int(person)].punches[own].sequence != punch.sequence {
                own += 1
            }
            guard own < files[Int(person)].punches.count else { continue }
            changes.punches[place].fate = fate(of: person, own)
        }
    }

    /// Makes one change of all those of a record: what it was in between, while everything that one event touches was
    /// worked out, nobody is told.
    private mutating func unite(_ changes: inout Changes) {
        guard changes.records.count > 1 else { return }
        var places: [RecordKey: Int] = [:]
        var united: [RecordChange] = []
        for change in changes.records {
            if let place = places[change.key] {
                united[place].new = change.new
            } else {
                places[change.key] = united.count
                united.append(change)
            }
        }
        guard united.count < changes.records.count else { return }
        changes.records = united.compactMap { finished($0) }
    }

    /// The change from the first to the last of several, with the revision that follows the one told before; nil where
    /// nothing has changed after all.
    private mutating func finished(_ change: RecordChange) -> RecordChange? {
        var change = change
        if var new = change.new {
            if let old = change.old, !new.differs(from: old) {
                (new.revision, new.hasClosed) = (old.revision, old.hasClosed)
            } else {
                new.count(after: change.old)
            }
            let file = Int(change.key.person)
            if let place = files[file].place(of: change.key) {
                if change.key.isOvertime {
                    files[file].overtimeRecords[place] = new
                } else {
                    files[file].records[place] = new
                }
            }
            if let old = change.old, !new.differs(from: old) { return nil }
            change.new = new
        }
        guard let kind = RecordChange.Kind(from: change.old, to: change.new) else { return nil }
        change.kind = kind
        return change
    }

    /// When the record is looked at again by the clock.
    private mutating func schedule(_ record: AttendanceRecord, _ rules: BookRules) {
        if record.isClosed {
            agenda.cancel(record.key)
        } else if record.status.contains(.pending) {
            agenda.set(
                record.key, at: Deadline(Moment(milliseconds: record.closes.milliseconds + rules.allowedLateness)))
        } else {
            agenda.set(record.key, at: Deadline(record.closes))
        }
    }

    /// False where the site does not know the shift any more: the record stays as it was.
    private func reckon(_ record: inout AttendanceRecord, _ place: Int, _ rules: BookRules) -> Bool {
        let key = record.key
        guard let shift = placesOfShifts[Int(key.shift)], let line = files[Int(key.person)].line else { return false }
        var instance = table.instance(shift, on: Int(key.day), by: rules)
        if record.rules != siteCount, record.rules != 0 {
            // By the rules in force when computed, where they still give the shift on that date.
            let planned = layout(key.person, instance.day...instance.day)
            if let own = planned.first(where: { $0.day == instance.day && $0.shift == shift }) { record.take(own) }
        }
        if record.isFlexible, case .shifts(let places) = line.duty(on: Int(key.day)), places.contains(shift) {
            // Who had chosen the shift has been assigned the very same one.
            record.isFlexible = false
        }
        (instance.start, instance.end) = (record.start, record.end)
        let window = punches(of: record, place, rules)
        record.punches = window.sequences
        record.corrections = corrections(of: record)
        let file = Int(key.person)
        let reach = min(record.opens, record.start)..<max(record.closes, record.end)
        Reckoning(
            instance: instance, terms: rules.terms[shift],
            leave: files[file].leave.isEmpty ? [] : files[file].leave.touching(record.start..<record.end),
            overtime: files[file].overtime.isEmpty ? [] : files[file].overtime.touching(reach),
            rates: OvertimeRates(
                zone: rules.zone, holidays: rules.holidays, isRestDay: line.isRestDay(Int(key.day))),
            isOver: record.closes <= clock
        ).reckon(&record, window.counted)
        return true
    }

    private func reckonOvertime(_ record: inout AttendanceRecord, _ place: Int, _ rules: BookRules) {
        let window = overtimePunches(of: record, place, rules)
        record.punches = window.sequences
        record.corrections = corrections(of: record)
        let presence = Presence(ofOvertime: window.counted)
        record.in = presence.in.map(AttendanceRecord.Mark.init)
        record.out = presence.out.map(AttendanceRecord.Mark.init)
        record.firstCounted = record.in
        record.counted = Int32(window.counted.count)
        record.status = .overtime
        let file = files[Int(record.key.person)]
        let rates = OvertimeRates(
            zone: rules.zone, holidays: rules.holidays,
            isRestDay: file.line?.isRestDay(Int(record.key.day)) ?? false)
        var sums = OvertimeRates.Sums()
        for span in presence.spans {
            for approved in file.overtime.touching(span) { rates.add(approved.clamped(to: span), to: &sums) }
        }
        record.overtime = sums.minutes
    }

    /// The punches of an instance's window: all that were not voided, and those that count.
    func punches(
        of record: AttendanceRecord, _ place: Int, _ rules: BookRules
    ) -> (sequences: [Int64], counted: [BookPunch]) {
        let file = Int(record.key.person)
        var (sequences, counted): ([Int64], [BookPunch]) = ([], [])
        var punch = files[file].place(ofPunchAt: record.opens)
        while punch < files[file].punches.count, files[file].punches[punch].time <= record.closes {
            defer { punch += 1 }
            let own = files[file].punches[punch]
            guard !own.isVoided, !isHeldLater(file, place, own.time) else { continue }
            sequences.append(own.sequence)
            if files[file].counts(punch, debounce: rules.debounce) { counted.append(own) }
        }
        return (sequences, counted)
    }

    /// Whether a later record's window holds the moment: a shared moment belongs to the second.
    private func isHeldLater(_ file: Int, _ place: Int, _ moment: Moment) -> Bool {
        let next = place + 1
        guard next < files[file].records.count else { return false }
        return files[file].records[next].opens <= moment && moment <= files[file].records[next].closes
    }

    /// The punches of an overtime record: those in its window that no instance holds and no overtime that starts
    /// earlier.
    func overtimePunches(
        of record: AttendanceRecord, _ place: Int, _ rules: BookRules
    ) -> (sequences: [Int64], counted: [BookPunch]) {
        let person = record.key.person
        let file = files[Int(person)]
        var (sequences, counted): ([Int64], [BookPunch]) = ([], [])
        var punch = file.place(ofPunchAt: record.opens)
        while punch < file.punches.count, file.punches[punch].time <= record.closes {
            defer { punch += 1 }
            let own = file.punches[punch]
            guard !own.isVoided, file.place(ofOvertimeHolding: own.time) == place,
                file.place(ofRecordHolding: own.time, reach: rules.reach) == nil, !holdsElsewhere(person, own.time)
            else { continue }
            sequences.append(own.sequence)
            if file.counts(punch, debounce: rules.debounce) { counted.append(own) }
        }
        return (sequences, counted)
    }

    /// The corrections that added or voided a punch of the record's window.
    private func corrections(of record: AttendanceRecord) -> [Int64] {
        let all = files[Int(record.key.person)].corrections
        guard !all.isEmpty else { return [] }
        return all.compactMap { correction in
            guard let time = correction.time, record.opens <= time, time <= record.closes else { return nil }
            return correction.sequence
        }
    }

    /// Works out anew the records whose windows or shifts overlap or touch a range.
    mutating func refreshRecords(of person: Int32, touching range: Range<Moment>, into changes: inout Changes) {
        let file = files[Int(person)]
        let reach: Int64 = Int64(rules?.reach ?? 2) * 86_400_000
        let low = file.place(ofRecordStarting: Moment(milliseconds: range.lowerBound.milliseconds - reach))
        var keys: [RecordKey] = []
        for record in file.records[low...] {
            guard record.start.milliseconds - reach <= range.upperBound.milliseconds else { break }
            let (first, last) = (min(record.opens, record.start), max(record.closes, record.end))
            if first <= range.upperBound, range.lowerBound <= last { keys.append(record.key) }
        }
        for key in keys { refresh(key, into: &changes) }
    }
}

extension AttendanceRecord {
    /// Whether it says anything else: by which site it was worked out is not told.
    fileprivate func differs(from other: AttendanceRecord) -> Bool {
        var same = other
        (same.rules, same.revision, same.hasClosed) = (rules, revision, hasClosed)
        return self != same
    }

    /// The number of the revision, which follows what was told before.
    fileprivate mutating func count(after old: AttendanceRecord?) {
        let hadClosed = old?.hasClosed ?? false
        revision = (old?.revision ?? 0) + (isClosed && hadClosed ? 1 : 0)
        hasClosed = hadClosed || isClosed
    }
}
