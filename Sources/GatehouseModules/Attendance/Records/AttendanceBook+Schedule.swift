import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceBook {
    /// The record's key of an instance.
    func key(_ person: Int32, _ instance: ShiftInstance) -> RecordKey {
        RecordKey(person: person, day: Int32(instance.day), shift: numbersOfShifts[instance.shift])
    }

    /// A person's instances around some dates as the rules in force give them, their windows cut by each other's:
    /// those of the dates themselves, and others on either side that may have to do with them.
    func layout(_ person: Int32, _ days: ClosedRange<Int>) -> [ShiftInstance] {
        guard let rules, let line = files[Int(person)].line else { return [] }
        var instances: [ShiftInstance] = []
        for day in days.lowerBound - rules.reach...days.upperBound + rules.reach {
            switch line.duty(on: day) {
            case .none: continue
            case .shifts(let places):
                for place in places { instances.append(table.instance(place, on: day, by: rules)) }
            case .flexible(let offers):
                guard let shift = files[Int(person)].picked[Int32(clamping: day)],
                    let place = placesOfShifts[Int(shift)], offers.contains(place)
                else { continue }
                instances.append(table.instance(place, on: day, by: rules))
            }
        }
        ShiftInstance.cutWindows(&instances)
        return instances
    }

    /// The instance that holds a moment and of which there is no record, because it is far from the clock's time.
    func instanceElsewhere(_ person: Int32, holding moment: Moment) -> ShiftInstance? {
        guard let rules else { return nil }
        let day = rules.day(of: moment)
        guard let found = ShiftInstance.holder(of: moment, in: layout(person, day...day)) else { return nil }
        // What has a record has been asked already; what is known and has none is none.
        return found.day > lastDay || found.closes < beginning ? found : nil
    }

    func holdsElsewhere(_ person: Int32, _ moment: Moment) -> Bool {
        instanceElsewhere(person, holding: moment) != nil
    }

    /// A date comes near: everybody's instances of it begin.
    mutating func begin(day: Int, into changes: inout Changes) {
        lastDay = day
        guard let rules else { return }
        table.prepare(day + rules.reach, by: rules)
        for person in sitePeople {
            switch files[Int(person)].line?.duty(on: day) {
            case nil, .none?: continue
            case .flexible? where files[Int(person)].picked[Int32(day)] == nil: continue
            default: relayout(person, day...day, keepsClosed: true, into: &changes)
            }
        }
    }

    /// Makes a person's records of some dates those that the rules in force give, and works out those that are new or
    /// whose windows are others than before. With `keepsClosed` what has closed stays, and nothing begins that is over.
    mutating func relayout(
        _ person: Int32, _ days: ClosedRange<Int>, keepsClosed: Bool, into changes: inout Changes
    ) {
        guard let reach = rules?.reach else { return }
        // Whatever the dates may have to do with, and, to know its windows, whatever that may have to do with.
        let around = days.lowerBound - reach...days.upperBound + reach
        let planned = layout(person, around).filter { around.contains($0.day) }
        var touched: [(key: RecordKey, old: AttendanceRecord?)] = []
        var moved = withdraw(person, days, planned, keepsClosed: keepsClosed, into: &changes)
        for instance in planned {
            let key = key(person, instance)
            if let place = files[Int(person)].place(of: key) {
                let record = files[Int(person)].records[place]
                let isOwn = days.contains(instance.day)
                guard !record.isClosed || !keepsClosed && (isOwn || record.rules == siteCount) else { continue }
                guard !record.fits(instance) else { continue }
                moved.append(record.window)
                files[Int(person)].records[place].take(instance)
                files[Int(person)].sortRecords()
                touched.append((key, record))
            } else if days.contains(instance.day), instance.day <= lastDay,
                instance.closes >= (keepsClosed ? max(beginning, clock) : beginning)
            {
                begin(instance, key)
                touched.append((key, nil))
            }
        }
        for (key, old) in touched { refresh(key, before: old, into: &changes) }
        refreshAround(person, touched.map(\.key), into: &changes)
        if !keepsClosed {
            // What they held until now falls to others, which may have been worked out before.
            for window in moved {
                refreshRecords(of: person, touching: window.lowerBound..<window.upperBound, into: &changes)
            }
        }
        for window in moved { noteUnscheduled(person, window, into: &changes) }
    }

    /// What a window does not hold any more may be unscheduled now.
    private func noteUnscheduled(_ person: Int32, _ window: ClosedRange<Moment>, into changes: inout Changes) {
        var place = files[Int(person)].place(ofPunchAt: window.lowerBound)
        while place < files[Int(person)].punches.count, files[Int(person)].punches[place].time <= window.upperBound {
            defer { place += 1 }
            guard fate(of: person, place) == .unscheduled else { continue }
            changes.note(PunchFate(person: person, punch: files[Int(person)].punches[place], fate: .unscheduled))
        }
    }

    /// Records of the dates that the plan does not give any more are withdrawn; gives their windows.
    private mutating func withdraw(
        _ person: Int32, _ days: ClosedRange<Int>, _ planned: [ShiftInstance], keepsClosed: Bool,
        into changes: inout Changes
    ) -> [ClosedRange<Moment>] {
        let file = Int(person)
        let places = files[file].places(ofDays: days)
        guard !places.isEmpty else { return [] }
        var windows: [ClosedRange<Moment>] = []
        let keys = Set(planned.map { key(person, $0) })
        for place in places.reversed() {
            let record = files[file].records[place]
            guard days.contains(Int(record.key.day)), !keys.contains(record.key), !(keepsClosed && record.isClosed)
            else { continue }
            files[file].records.remove(at: place)
            agenda.cancel(record.key)
            if record.isShown {
                changes.records.append(RecordChange(kind: .withdrawn, key: record.key, old: record, new: nil))
            }
            windows.append(record.window)
            refreshOvertime(person, record.window, into: &changes)
        }
        return windows
    }

    private mutating func begin(_ instance: ShiftInstance, _ key: RecordKey) {
        var record = AttendanceRecord(
            key: key, person: people[key.person], shift: instance.name, instance: instance)
        if case .flexible? = files[Int(key.person)].line?.duty(on: instance.day) { record.isFlexible = true }
        files[Int(key.person)].insert(record)
    }

    /// What records that have come or whose windows have moved may take from others, or leave to them.
    private mutating func refreshAround(_ person: Int32, _ touched: [RecordKey], into changes: inout Changes) {
        for key in touched {
            guard let place = files[Int(person)].place(of: key) else { continue }
            let record = files[Int(person)].records[place]
            guard files[Int(person)].place(ofPunchAt: record.opens) < files[Int(person)].punches.count else { continue }
            // A shared moment may have been the first's while the second was not known.
            if place > 0, files[Int(person)].records[place - 1].closes == record.opens {
                refresh(files[Int(person)].records[place - 1].key, into: &changes)
            }
            refreshOvertime(person, record.window, into: &changes)
        }
    }

    mutating func assign(_ fact: Fact, _ name: String, _ date: CalendarDay, into changes: inout Changes) {
        let person = number(of: name)
        guard let rules else {
            earlyAssignments.hear(fact)
            return
        }
        plan?.assignments.hear(fact)
        files[Int(person)].line = plan?.line(of: name)
        let day = date.number
        if files[Int(person)].line?.mayBeFlexible == true {
            let first = rules.start(of: day - rules.reach)
            repick(person, from: first, also: day, into: &changes)
        }
        relayout(person, day...day, keepsClosed: false, into: &changes)
        // Whether the date is a day of rest decides their rate.
        for key in files[Int(person)].overtimeRecords.map(\.key) where Int(key.day) == day {
            refresh(key, into: &changes)
        }
    }
}

extension AttendanceRecord {
    init(key: RecordKey, person: String, shift: String?, instance: ShiftInstance) {
        self.init(
            key: key, person: person, shift: shift, start: instance.start, end: instance.end, opens: instance.opens,
            closes: instance.closes, expectedStart: instance.start, expectedEnd: instance.end)
    }

    /// From the first to the last moment of its window.
    fileprivate var window: ClosedRange<Moment> { opens...max(opens, closes) }

    /// Whether its times are the instance's.
    fileprivate func fits(_ instance: ShiftInstance) -> Bool {
        start == instance.start && end == instance.end && opens == instance.opens && closes == instance.closes
    }

    mutating func take(_ instance: ShiftInstance) {
        (start, end) = (instance.start, instance.end)
        (opens, closes) = (instance.opens, instance.closes)
    }
}
