import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceBook {
    mutating func hear(_ punch: Fact.Punch, _ fact: Fact, into changes: inout Changes) {
        let made = BookPunch(
            time: fact.time, sequence: fact.sequence, mark: BookPunch.mark(of: fact.id),
            badge: badges.number(of: punch.badge), device: devices.number(of: punch.device),
            direction: punch.direction)
        hand(made, of: punch.badge, into: &changes)
    }

    /// Puts a punch with a badge into the file of the badge's person; without one it waits for the badge to be given.
    mutating func hand(_ punch: BookPunch, of badge: String, into changes: inout Changes) {
        var punch = punch
        punch.isVoided = false
        guard let person = badgeHistory.person(of: badge, at: punch.time) else {
            strangers[punch.badge, default: []].append(punch)
            changes.unknownBadge = badge
            return
        }
        put(punch, into: number(of: person), &changes)
    }

    /// Adds a punch to a person's, voids it where that has been said before, and works out what it touches.
    private mutating func put(_ punch: BookPunch, into person: Int32, _ changes: inout Changes) {
        var punch = punch
        let file = Int(person)
        for place in files[file].corrections.indices where files[file].corrections[place].voids == punch.mark {
            punch.isVoided = true
            files[file].corrections[place].time = punch.time
        }
        let place = files[file].insert(punch)
        touch(person, place, into: &changes)
    }

    /// Takes a punch away from a person whose it never was.
    mutating func take(_ punch: BookPunch, from person: Int32, into changes: inout Changes) {
        let file = Int(person)
        guard let place = files[file].punches.firstIndex(where: { $0.sequence == punch.sequence }) else { return }
        files[file].punches[place].isVoided = true
        touch(person, place, into: &changes)
        files[file].punches.remove(at: place)
    }

    mutating func hear(_ correction: Fact.Correction, _ fact: Fact, into changes: inout Changes) {
        let person = number(of: correction.person)
        var kept = BookCorrection(sequence: fact.sequence, reason: correction.reason, by: correction.by)
        switch correction.change {
        case .add(let time):
            kept.time = time
            files[Int(person)].corrections.append(kept)
            let punch = BookPunch(
                time: time, sequence: fact.sequence, mark: BookPunch.mark(of: fact.id), badge: -1,
                device: BookPunch.noDevice, direction: .unknown)
            put(punch, into: person, &changes)
        case .void(let id):
            let mark = BookPunch.mark(of: id)
            (kept.voids, kept.voidedID) = (mark, id)
            let places = files[Int(person)].punches.indices.filter { files[Int(person)].punches[$0].mark == mark }
            kept.time = places.first.map { files[Int(person)].punches[$0].time }
            files[Int(person)].corrections.append(kept)
            for place in places {
                files[Int(person)].punches[place].isVoided = true
                touch(person, place, into: &changes)
            }
        }
    }

    /// Works out what a punch touches that has come or has been voided: its own record, and that of the next punch,
    /// which may have become a repeat or ceased to be one.
    private mutating func touch(_ person: Int32, _ place: Int, into changes: inout Changes) {
        guard let rules else { return }
        let file = Int(person)
        let punch = files[file].punches[place]
        var times = [punch.time]
        if let next = files[file].next(after: place),
            files[file].punches[next].time.milliseconds - punch.time.milliseconds <= rules.debounce
        {
            times.append(files[file].punches[next].time)
        }
        if files[file].line?.mayBeFlexible == true { repick(person, from: punch, into: &changes) }
        var refreshed: RecordKey?
        for time in times {
            guard let key = key(of: person, holding: time), key != refreshed else { continue }
            refresh(key, into: &changes)
            refreshed = key
        }
        changes.note(PunchFate(person: person, punch: punch, fate: fate(of: person, place)))
        if times.count > 1, let next = files[file].next(after: place) {
            changes.note(PunchFate(person: person, punch: files[file].punches[next], fate: fate(of: person, next)))
        }
    }

    /// The record that is known already and whose window holds the moment: an instance's, else of approved overtime.
    private func key(of person: Int32, holding time: Moment) -> RecordKey? {
        let file = Int(person)
        if let place = files[file].place(ofRecordHolding: time, reach: rules?.reach ?? 2) {
            return files[file].records[place].key
        }
        guard !files[file].overtimeRecords.isEmpty, !holdsElsewhere(person, time) else { return nil }
        return files[file].place(ofOvertimeHolding: time).map { files[file].overtimeRecords[$0].key }
    }

    /// What came of a person's punch.
    func fate(of person: Int32, _ place: Int) -> PunchFate.Fate {
        let file = Int(person)
        let punch = files[file].punches[place]
        if punch.isVoided { return .voided }
        guard files[file].counts(place, debounce: rules?.debounce ?? 0) else { return .repeated }
        if let place = files[file].place(ofRecordHolding: punch.time, reach: rules?.reach ?? 2) {
            return .belongs(files[file].records[place].key)
        }
        if let instance = instanceElsewhere(person, holding: punch.time) {
            return .belongs(key(person, instance))
        }
        if let place = files[file].place(ofOvertimeHolding: punch.time) {
            return .belongs(files[file].overtimeRecords[place].key)
        }
        let approval = files[file].approvals.first { Self.overtimeWindow(of: $0).contains(punch.time) }
        return approval.map { .belongs(key(person, overtime: $0)) } ?? .unscheduled
    }
}
