import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceBook {
    /// The rules that hold from now on. What is open is worked out anew by them; what has closed keeps to its own.
    mutating func apply(_ index: SiteIndex, received: Moment) -> Changes {
        var changes = Changes()
        let isFirst = rules == nil
        clock = isFirst ? received : max(clock, received)
        silentDays = 0
        badgeHistory.apply(index.badges, from: received)
        siteCount += 1
        install(index)
        attribute(from: received, into: &changes)
        replaceSiteLeave(index.site.leave)
        if isFirst { beginning = received }
        startDays(isFirst: isFirst)
        for person in files.indices { renew(Int32(person), into: &changes) }
        settle(&changes)
        return changes
    }

    /// The site with which the book was packed. Nothing comes of it.
    mutating func resume(_ index: SiteIndex) {
        install(index)
        guard let rules else { return }
        for day in lastDay - rules.reach...lastDay + rules.reach { table.prepare(day, by: rules) }
    }

    private mutating func install(_ index: SiteIndex) {
        rules = BookRules(index)
        plan = ShiftPlan(index, assignments: assignments)
        table = ShiftTable()
        for device in index.site.devices { _ = devices.number(of: device.id) }
        placesOfDevices = devices.texts.map { index.devices[$0]?.place }
        numbersOfShifts = index.site.shifts.map { shifts.number(of: $0.id) }
        placesOfShifts = shifts.texts.map { plan?.place(ofShift: $0) }
        sitePeople = index.site.people.map { number(of: $0.id) }
        for person in files.indices { files[person].line = plan?.line(of: people[Int32(person)]) }
    }

    /// The first date whose windows may still be open, and every later one whose windows may be open by now.
    private mutating func startDays(isFirst: Bool) {
        guard let rules else { return }
        let today = rules.day(of: clock)
        if isFirst { lastDay = today - rules.reach - 1 }
        while lastDay - today <= rules.reach, rules.earliestOpening(of: lastDay + 1) <= clock { lastDay += 1 }
        for day in today - rules.reach...lastDay + rules.reach { table.prepare(day, by: rules) }
    }

    /// Works a person's open records out anew, and lets new ones begin.
    private mutating func renew(_ person: Int32, into changes: inout Changes) {
        guard let rules else { return }
        let open = files[Int(person)].records.filter { !$0.isClosed }.map { Int($0.key.day) }
        let first = min(open.min() ?? .max, rules.day(of: clock) - rules.reach)
        if files[Int(person)].line?.mayBeFlexible == true || !files[Int(person)].picks.isEmpty {
            repickOpen(person, from: clock - .milliseconds(Int64(rules.reach) * 86_400_000))
        }
        if first <= lastDay { relayout(person, first...lastDay, keepsClosed: true, into: &changes) }
        for key in files[Int(person)].records.filter({ !$0.isClosed }).map(\.key) { refresh(key, into: &changes) }
        beginOvertime(person, into: &changes)
        for key in files[Int(person)].overtimeRecords.filter({ !$0.isClosed }).map(\.key) {
            refresh(key, into: &changes)
        }
    }

    /// Gives punches of badges that have changed hands to those whose they are now.
    private mutating func attribute(from received: Moment, into changes: inout Changes) {
        for badge in strangers.keys.sorted() {
            let (name, punches) = (badges[badge], strangers[badge] ?? [])
            let mine = punches.filter { badgeHistory.person(of: name, at: $0.time) != nil }
            guard !mine.isEmpty else { continue }
            let rest = punches.filter { badgeHistory.person(of: name, at: $0.time) == nil }
            strangers[badge] = rest.isEmpty ? nil : rest
            for punch in mine { hand(punch, of: name, into: &changes) }
        }
        let changed = Set(badgeHistory.changedBadges.compactMap { badges.known($0) })
        guard !changed.isEmpty else { return }
        for person in files.indices {
            let first = files[person].place(ofPunchAt: received)
            // Only punches stamped later than the change can have been another person's.
            for punch in Array(files[person].punches[first...]) where changed.contains(punch.badge) {
                let name = badges[punch.badge]
                guard badgeHistory.person(of: name, at: punch.time) != people[Int32(person)] else { continue }
                take(punch, from: Int32(person), into: &changes)
                hand(punch, of: name, into: &changes)
            }
        }
    }
}
