import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `count.unusual`: many more or many fewer punches at a device, or of a department, than the people who were expected
/// there give in such an hour; cleared when the hour ends, a low count when the next hour ends.
///
/// An hour is one of the site's wall clock, by the time of the readings. Only punches are counted: who will scan where
/// is for the rounds to say. Punches of badges that belong to nobody are counted at their device, as a group of one.
///
/// Assumed: the readings a head of one group in one hour of the day are alike from date to date, whoever is in it;
/// hours scatter in proportion to what is expected of them. Hours in which daylight saving moves the clock, and hours
/// before everything is known, are neither judged nor learned. A group of fewer than four dates is left out of an
/// hour, with its readings; the others are judged all the same. Where one low hour follows another, the alert goes on.
struct UnusualCounts: Sendable {
    static let code = "count.unusual"
    private static let history: Int32 = 28
    private static let longestAway = Duration.seconds(120)
    /// After so long without a reading the hours are no more counted, until the next one.
    private static let idle = Duration.seconds(14 * 86_400)
    private static let evidenceLimit = 1000

    /// One hour of one device or department that has not ended.
    struct Tally: Sendable {
        var readings: [Int32: Int] = [:]
        var total = 0
        var sequences: [Int64] = []
        var wasHigh = false
        /// What was expected when it was first asked for; nil until then.
        var forecast: Forecast?

        mutating func add(_ sequence: Int64, of group: Int32) {
            readings[group, default: 0] += 1
            total += 1
            if sequences.count < evidenceLimit { sequences.append(sequence) }
        }
    }

    /// What is expected; nil where nobody can say.
    struct Forecast: Sendable {
        var value: HourMemory.Forecast?
    }

    /// A device or a department.
    struct Target: Sendable {
        var hours: [HourMemory] = Array(repeating: HourMemory(), count: 24)
        /// By hour: date and hour as one number.
        var tallies: [Int64: Tally] = [:]
        /// When it last had a reading, by the gateway's clock.
        var lastReading: Moment?
    }

    private(set) var groups = Interner()
    private var devices: [String: Target] = [:]
    private var departments: [String: Target] = [:]
    /// The dates near now; made anew from the schedule when needed.
    private var days: [Int32: DayGroups] = [:]
    /// The first date of which anything was heard, and the moment.
    private var began: Moment?
    private var lastReading: Moment?
    /// Until when each alert stands, by what it is about.
    private var standing: [String: Moment] = [:]

    init() {}

    // MARK: Readings

    /// A punch; `person` is nil where the badge belongs to nobody.
    mutating func hear(
        _ fact: Fact, device: String, person: String?, roster: Roster, links: DeviceLinks, desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        wake(desk: &desk, clock: findings.clock)
        let local = desk.zone.local(at: fact.time)
        let day = Int32(CalendarDay(local).number)
        let today = Int32(CalendarDay(findings.clock, in: desk.zone).number)
        guard abs(Int64(today) - Int64(day)) <= 1 else { return }
        let date = CalendarDay(local)
        let groups = dayGroups(date, number: day, roster: roster, site: desk.site)
        let group = person.map { groups.group(of: $0, hour: local.hour) } ?? Self.stranger
        let hour = Int64(day) * 24 + Int64(local.hour)
        let isPast = fact.time < Self.hourStart(findings.clock, desk.zone)
        let clock = findings.clock
        let department = person.flatMap { desk.site.people[$0]?.department }
        if desk.site.devices[device]?.takesPunches == true {
            Self.note(fact, group, hour, isPast: isPast, in: &devices[device, default: Target()], clock: clock)
        }
        if let department {
            Self.note(fact, group, hour, isPast: isPast, in: &departments[department, default: Target()], clock: clock)
        }
        guard !isPast else { return }
        let end = Self.hourStart(fact.time, desk.zone) + .seconds(3600)
        let span = end - .seconds(3600)..<max(clock, end)
        if judgeHigh(device, isDevice: true, hour: hour, day: groups, desk.zone),
            links.away(device, in: span) <= Self.longestAway
        {
            raiseHigh(device, isDevice: true, hour: hour, until: end, desk: &desk, into: &findings)
        }
        if let department,
            judgeHigh(department, isDevice: false, hour: hour, day: groups, desk.zone),
            absentClocks(in: span, links: links, site: desk.site).silencing.isEmpty
        {
            raiseHigh(department, isDevice: false, hour: hour, until: end, desk: &desk, into: &findings)
        }
    }

    /// The group of a badge that belongs to nobody, and of people who were not expected at all.
    static let stranger: Int32 = -2

    private static func note(
        _ fact: Fact, _ group: Int32?, _ hour: Int64, isPast: Bool, in target: inout Target, clock: Moment
    ) {
        target.lastReading = clock
        let group = group ?? stranger
        if isPast {
            // Its hour has been judged; what is learned of it is put right.
            target.hours[Int(hour % 24)].shares[group]?.addLate(Int32(hour / 24))
            return
        }
        target.tallies[hour, default: Tally()].add(fact.sequence, of: group)
    }

    private mutating func wake(desk: inout AlertDesk, clock: Moment) {
        if began == nil { began = clock }
        lastReading = clock
        guard desk.agenda[Due(.hour)] == nil else { return }
        desk.agenda.set(Due(.hour), at: Deadline(Self.hourStart(clock, desk.zone) + .seconds(3600)))
    }

    /// When the hour of the wall clock began.
    private static func hourStart(_ clock: Moment, _ zone: Zone) -> Moment {
        let local = clock.milliseconds + Int64(zone.offsetSeconds(at: clock)) * 1000
        let into = local % 3_600_000
        return Moment(milliseconds: clock.milliseconds - (into < 0 ? into + 3_600_000 : into))
    }

    // MARK: Who is expected

    private mutating func dayGroups(_ date: CalendarDay, number: Int32, roster: Roster, site: SiteIndex) -> DayGroups {
        if let known = days[number] { return known }
        let made = DayGroups(date, roster: roster, site: site, names: &groups)
        days[number] = made
        days = days.filter { abs($0.key - number) <= 3 }
        return made
    }

    /// Leave, overtime or another shift of one person: the dates near now that it touches are put right.
    mutating func changed(_ person: String, in range: ClosedRange<Int32>, roster: Roster, site: SiteIndex) {
        for number in days.keys.sorted() where range.contains(number) {
            days[number]?.change(person, roster: roster, site: site, names: &groups)
            for id in devices.keys { devices[id]?.askAnew(number) }
            for id in departments.keys { departments[id]?.askAnew(number) }
        }
    }

    /// Another site file: everything is made anew from it.
    mutating func apply(_ site: SiteIndex) {
        for number in days.keys {
            for id in devices.keys { devices[id]?.askAnew(number) }
            for id in departments.keys { departments[id]?.askAnew(number) }
        }
        days = [:]
        devices = devices.filter { site.devices[$0.key]?.takesPunches == true }
        departments = departments.filter { site.departments[$0.key] != nil }
    }

    private func heads(_ day: DayGroups, hour: Int, department: String?) -> [Int32: Int] {
        var heads = day.heads[hour]
        if let department {
            heads = heads.filter { groups.name($0.key).hasPrefix("\(department)|") }
        } else {
            heads[Self.stranger] = 1
        }
        return heads
    }

    // MARK: Judging

    /// Whether the count of an hour that has not ended is unusually high, or has been.
    private mutating func judgeHigh(
        _ id: String, isDevice: Bool, hour: Int64, day: DayGroups, _ zone: Zone
    ) -> Bool {
        let place = Int(hour % 24)
        guard isOld(hour, zone), let tally = (isDevice ? devices[id] : departments[id])?.tallies[hour],
            tally.total >= 10
        else { return false }
        if tally.wasHigh { return true }
        if tally.forecast == nil {
            let heads = heads(day, hour: place, department: isDevice ? nil : id)
            if isDevice {
                devices[id]?.expect(heads, in: hour)
            } else {
                departments[id]?.expect(heads, in: hour)
            }
        }
        return (isDevice ? devices[id] : departments[id])?.verdict(of: hour)?.isHigh == true
    }

    /// Whether there is enough history to judge an hour by.
    private func isOld(_ hour: Int64, _ zone: Zone) -> Bool {
        began.map { Int32(hour / 24) - Int32(CalendarDay($0, in: zone).number) >= Self.history } ?? false
    }

    private mutating func raiseHigh(
        _ id: String, isDevice: Bool, hour: Int64, until end: Moment, desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        let target = isDevice ? devices[id] : departments[id]
        guard let tally = target?.tallies[hour] else { return }
        if tally.wasHigh { return desk.book.add(tally.sequences.suffix(1), to: Alarm.key(Self.code, id)) }
        guard let verdict = target?.verdict(of: hour) else { return }
        if isDevice {
            devices[id]?.tallies[hour]?.wasHigh = true
        } else {
            departments[id]?.tallies[hour]?.wasHigh = true
        }
        standing[id] = end
        raise(id, isDevice, tally.total, verdict, hour: hour, evidence: tally.sequences, desk: &desk, into: &findings)
    }

    private func raise(
        _ id: String, _ isDevice: Bool, _ count: Int, _ verdict: HourMemory.Verdict, hour: Int64, evidence: [Int64],
        desk: inout AlertDesk, into findings: inout Findings
    ) {
        let name = isDevice ? desk.site.called(device: id) : desk.site.departments[id]?.name ?? id
        let from = Int(hour % 24)
        let expected = verdict.expected.oneDecimal
        desk.raise(
            Alarm(
                code: Self.code, subject: id, evidence: evidence,
                rule: .rule(
                    measured: .integer(count),
                    limit: .object([
                        .init("expected", .number(expected)),
                        .init("deviation", .number(verdict.deviation.oneDecimal)),
                    ]), unit: "punches in the hour", from: "learned")
            ) { language in
                language == .chinese
                    ? "\(name) \(from) 点至 \(from + 1) 点打卡 \(count) 次，预期 \(expected) 次"
                    : "\(name): \(count) punches between \(from):00 and \(from + 1):00, expected \(expected)"
            }, into: &findings)
    }

    // MARK: The hour has ended

    mutating func reach(roster: Roster, links: DeviceLinks, desk: inout AlertDesk, into findings: inout Findings) {
        let end = findings.clock
        let start = end - .seconds(3600)
        let local = desk.zone.local(at: start)
        let hour = Int64(CalendarDay(local).number) * 24 + Int64(local.hour)
        let day = dayGroups(CalendarDay(local), number: Int32(hour / 24), roster: roster, site: desk.site)
        let isSteady =
            desk.zone.offsetSeconds(at: start - .seconds(3600)) == desk.zone.offsetSeconds(at: end)
            && began.map { $0 <= start } == true
        let absent = absentClocks(in: start..<end, links: links, site: desk.site)
        for device in desk.site.clocks.map(\.id).sorted() {
            var target = devices[device] ?? Target()
            devices[device] = nil
            close(
                device, isDevice: true, &target, hour: hour, day: day,
                isKnown: isSteady && !absent.all.contains(device),
                desk: &desk, into: &findings)
            devices[device] = target
        }
        for department in desk.site.site.departments.map(\.id).sorted() {
            var target = departments[department] ?? Target()
            departments[department] = nil
            close(
                department, isDevice: false, &target, hour: hour, day: day,
                isKnown: isSteady && absent.silencing.isEmpty,
                desk: &desk, into: &findings)
            departments[department] = target
        }
        for (id, until) in standing.sorted(by: { $0.key < $1.key }) where until <= end {
            standing[id] = nil
            desk.book.clear(Self.code, about: id, reason: "hour-ended", into: &findings)
        }
        if let lastReading, end - lastReading < Self.idle || !standing.isEmpty {
            desk.agenda.set(Due(.hour), at: Deadline(Self.hourStart(end, desk.zone) + .seconds(3600)))
        }
    }

    /// The clocks that were away for too long for the range to be judged; and those of them that people use, without
    /// which the count of a department says nothing.
    private func absentClocks(
        in range: Range<Moment>, links: DeviceLinks, site: SiteIndex
    ) -> (all: Set<String>, silencing: Set<String>) {
        let all = Set(site.clocks.map(\.id).filter { links.away($0, in: range) > Self.longestAway })
        let used = all.filter { id in
            devices[id]?.lastReading.map { range.upperBound - $0 < .seconds(7 * 86_400) } ?? false
        }
        return (all, used)
    }

    private mutating func close(
        _ id: String, isDevice: Bool, _ target: inout Target, hour: Int64, day: DayGroups, isKnown: Bool,
        desk: inout AlertDesk, into findings: inout Findings
    ) {
        let place = Int(hour % 24)
        let tally = target.tallies.removeValue(forKey: hour) ?? Tally()
        target.tallies = target.tallies.filter { $0.key > hour }
        guard isKnown else { return }
        let heads = heads(day, hour: place, department: isDevice ? nil : id)
        let forecast = target.hours[place].forecast(heads)
        let counted = forecast?.counted(tally.readings, total: tally.total) ?? 0
        var isUnusual = tally.wasHigh
        if isOld(hour, desk.zone), let forecast,
            let verdict = target.hours[place].verdict(counted, expected: forecast.count), !verdict.isHigh
        {
            isUnusual = true
            raise(id, isDevice, counted, verdict, hour: hour, evidence: [], desk: &desk, into: &findings)
            standing[id] = findings.clock + .seconds(3600)
        }
        target.hours[place].streak = isUnusual ? target.hours[place].streak + 1 : 0
        guard !isUnusual || target.hours[place].streak >= HourMemory.newNormal else { return }
        if let forecast { target.hours[place].learnError(counted, expected: forecast.count) }
        for (group, count) in heads {
            target.hours[place].shares[group, default: HourMemory.Share()].learn(
                Int32(hour / 24), heads: count, readings: tally.readings[group] ?? 0)
        }
    }
}

extension UnusualCounts.Target {
    /// What is to be said of an hour that has not ended, so far.
    fileprivate func verdict(of hour: Int64) -> HourMemory.Verdict? {
        guard let tally = tallies[hour], let forecast = tally.forecast?.value else { return nil }
        let counted = forecast.counted(tally.readings, total: tally.total)
        return hours[Int(hour % 24)].verdict(counted, expected: forecast.count)
    }

    /// What so many heads of each group let expect is asked for once an hour.
    fileprivate mutating func expect(_ heads: [Int32: Int], in hour: Int64) {
        tallies[hour]?.forecast = UnusualCounts.Forecast(value: hours[Int(hour % 24)].forecast(heads))
    }

    /// What was expected on that date is no more what is expected.
    fileprivate mutating func askAnew(_ day: Int32) {
        for hour in tallies.keys where Int32(hour / 24) == day { tallies[hour]?.forecast = nil }
    }
}

extension UnusualCounts {
    /// How many punches are expected at a device within a range of one date; nil where nobody can say.
    mutating func expected(at device: String, in range: Range<Moment>, roster: Roster, desk: AlertDesk) -> Double? {
        guard let target = devices[device] else { return nil }
        var (sum, start) = (0.0, range.lowerBound)
        while start < range.upperBound {
            let next = min(Self.hourStart(start, desk.zone) + .seconds(3600), range.upperBound)
            let local = desk.zone.local(at: start)
            let date = CalendarDay(local)
            let day = dayGroups(date, number: Int32(date.number), roster: roster, site: desk.site)
            let heads = heads(day, hour: local.hour, department: nil)
            guard let forecast = target.hours[local.hour].forecast(heads) else { return nil }
            sum += forecast.count * Double((next - start).wholeMilliseconds) / 3_600_000
            start = next
        }
        return sum
    }
}

extension UnusualCounts: Packed {
    func pack(into packer: inout Packer) {
        packer.add(groups, devices, departments, began, lastReading, standing)
    }

    /// Who is expected is made anew from the schedule.
    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (groups, devices, departments, began, lastReading, standing) = try unpacker.values()
    }
}

extension UnusualCounts.Target: Packed {
    func pack(into packer: inout Packer) {
        packer.add(hours, tallies, lastReading)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (hours, tallies, lastReading) = try unpacker.values()
        guard hours.count == 24 else { throw .unreadable("the hours of a day") }
    }
}

extension UnusualCounts.Tally: Packed {
    func pack(into packer: inout Packer) {
        packer.add(readings, total, sequences, wasHigh, forecast != nil, forecast?.value)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (readings, total, sequences, wasHigh) = try unpacker.values()
        let isAsked: Bool = try unpacker.next()
        let value: HourMemory.Forecast? = try unpacker.next()
        forecast = isAsked ? UnusualCounts.Forecast(value: value) : nil
    }
}
