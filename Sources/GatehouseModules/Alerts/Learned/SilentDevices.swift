import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `device.silent`: a device that is connected and gives nothing, for at least 30 min (`after`), at a time at which it
/// nearly always gives something; cleared when it gives something, or is disconnected.
///
/// The comparison is made from midnight to midnight: a device that has been silent since yesterday is compared from
/// 00:00 on with days like today. Readings are taken when they were received: what a device kept and gave later says
/// nothing of whether it gives something now.
struct SilentDevices: Sendable {
    static let code = "device.silent"
    /// How long after the last reading the comparison begins, and how long other days are ahead.
    private static let (settling, ahead) = (Duration.seconds(15 * 60), Duration.seconds(30 * 60))
    static let longestOutage = Duration.seconds(5 * 60)
    private static let (days, fewestDays, readings) = (10, 9, 5)
    /// So many must be expected at a clock, by the people of today and by days like today. People give their readings
    /// in pairs, going out and coming in again: with fewer it happens that all half dozen of them stay in for once.
    private static let fewestExpected = 12.0
    /// How soon it is looked again where the people are not expected yet.
    private static let patience = Duration.seconds(5 * 60)

    fileprivate struct Day: Sendable {
        var isWorking: Bool
        /// Seconds since midnight, by the clock on the wall, in order.
        var seconds: [Int32]
    }

    fileprivate struct Life: Sendable {
        /// Its last reading, or its return.
        var quietSince: Moment
        /// The date of which `today` is.
        var date: Int32
        var today: [Int32] = []
        /// Since when it is known: a date that began before that is not a whole one.
        var known: Moment
        /// The alert stood on this date.
        var isTainted = false
        var past: [Day] = []

        init(from moment: Moment, in zone: Zone) {
            (quietSince, known) = (moment, moment)
            date = Int32(CalendarDay(moment, in: zone).number)
        }

        mutating func give(_ second: Int32, at moment: Moment) {
            quietSince = moment
            today.append(second)
        }
    }

    private var lives: [String: Life] = [:]

    init() {}

    // MARK: What happens

    /// A punch or a scan.
    mutating func gave(_ device: String, desk: inout AlertDesk, into findings: inout Findings) {
        guard desk.site.devices[device] != nil else { return }
        lives[device, default: Life(from: findings.clock, in: desk.zone)]
            .give(second(findings.clock, desk), at: findings.clock)
        if desk.agenda[Due(.silent, device)] == nil { look(at: device, desk: &desk, clock: findings.clock) }
        clear(device, reason: "gave-something", desk: &desk, into: &findings)
    }

    mutating func connected(_ device: String, after away: Duration, desk: inout AlertDesk, clock: Moment) {
        guard lives[device] != nil else { return }
        if away > Self.longestOutage { lives[device]?.quietSince = clock }
        look(at: device, desk: &desk, clock: clock)
    }

    mutating func disconnected(_ device: String, desk: inout AlertDesk, into findings: inout Findings) {
        desk.agenda.cancel(Due(.silent, device))
        clear(device, reason: "disconnected", desk: &desk, into: &findings)
    }

    /// Another site file: what it drops is told of no more.
    mutating func apply(desk: inout AlertDesk, into findings: inout Findings) {
        for device in lives.keys.sorted() where desk.site.devices[device] == nil {
            disconnected(device, desk: &desk, into: &findings)
            lives[device] = nil
        }
    }

    private func clear(_ device: String, reason: String, desk: inout AlertDesk, into findings: inout Findings) {
        desk.book.clear(Self.code, about: device, reason: reason, into: &findings)
    }

    /// The earliest moment at which it could be told.
    private func look(at device: String, desk: inout AlertDesk, clock: Moment) {
        guard let life = lives[device] else { return }
        desk.agenda.set(
            Due(.silent, device), at: Deadline(max(clock, life.quietSince + Self.settling + Self.ahead)))
    }

    // MARK: The clock

    /// The time has come to look at a device.
    mutating func reach(
        _ device: String, links: DeviceLinks, roster: Roster, counts: inout UnusualCounts, desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        guard let life = lives[device], links.gone(device) == nil, desk.site.devices[device] != nil else { return }
        let now = findings.clock
        let after = desk.book.limit(Self.code, "after", standard: .seconds(30 * 60))
        let earliest = life.quietSince + max(Self.settling + Self.ahead, after.value)
        guard earliest <= now else { return desk.agenda.set(Due(.silent, device), at: Deadline(earliest)) }
        let date = CalendarDay(now, in: desk.zone)
        let midnight = desk.zone.startOfDay(date.adding(1))
        let start = max(life.quietSince + Self.settling, desk.zone.startOfDay(date))
        guard let due = due(life, from: start, on: date, desk: desk), due < midnight else {
            // Nothing is to be expected today. What nobody has heard for a fortnight is not asked for by the clock.
            guard now - life.quietSince < .seconds(14 * 86_400) else { return }
            return desk.agenda.set(Due(.silent, device), at: Deadline(midnight))
        }
        guard due <= now else { return desk.agenda.set(Due(.silent, device), at: Deadline(due)) }
        if desk.site.devices[device]?.takesPunches == true {
            let stretch = start..<max(start, now - Self.ahead)
            let expected = counts.expected(at: device, in: stretch, roster: roster, desk: desk)
            guard let expected, expected >= Self.fewestExpected, isTelling(life, stretch, on: date, desk: desk) else {
                return desk.agenda.set(Due(.silent, device), at: Deadline(now + Self.patience))
            }
        }
        lives[device]?.isTainted = true
        raise(device, life, after: after, desk: &desk, into: &findings)
    }

    /// When nine of the last ten days like today had given enough, and a while had passed; nil where they did not.
    private func due(_ life: Life, from start: Moment, on date: CalendarDay, desk: AlertDesk) -> Moment? {
        let alike = alike(life, date, desk)
        guard alike.count >= Self.fewestDays else { return nil }
        let begin = second(start, desk)
        let reached = alike.compactMap { $0.reaches(Self.readings, from: begin) }.sorted()
        guard reached.count >= Self.fewestDays else { return nil }
        let second = Int64(reached[Self.fewestDays - 1])
        let shown = LocalTime(secondsSince1970: Int64(date.number) * 86_400 + second)
        return desk.zone.moment(of: shown).moment + Self.ahead
    }

    /// Whether silence in that stretch is too unlikely for a device that gave what it gave in it on days like today.
    private func isTelling(_ life: Life, _ stretch: Range<Moment>, on date: CalendarDay, desk: AlertDesk) -> Bool {
        let counts = alike(life, date, desk).map { day in
            Double(day.count(from: second(stretch.lowerBound, desk), to: second(stretch.upperBound, desk)))
        }
        let mean = counts.reduce(0, +) / Double(max(1, counts.count))
        return mean >= Self.fewestExpected
    }

    private func alike(_ life: Life, _ date: CalendarDay, _ desk: AlertDesk) -> ArraySlice<Day> {
        let isWorking = desk.site.site.calendar.isWorkingDay(date)
        return life.past.filter { $0.isWorking == isWorking }.suffix(Self.days)
    }

    /// The second of the day, by the clock on the wall.
    private func second(_ moment: Moment, _ desk: AlertDesk) -> Int32 {
        let local = desk.zone.local(at: moment)
        return Int32(local.hour * 3600 + local.minute * 60 + local.second)
    }

    private func raise(
        _ device: String, _ life: Life, after: (value: Duration, from: String), desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        let name = desk.site.called(device: device)
        let since = desk.zone.clockText(life.quietSince)
        desk.raise(
            Alarm(
                code: Self.code, subject: device,
                rule: .rule(
                    measured: (findings.clock - life.quietSince).secondsJSON, limit: after.value.secondsJSON, unit: "s",
                    from: after.from == "default" ? "learned" : after.from)
            ) { language in
                language == .chinese
                    ? "设备 \(name) 在线，但自 \(since) 起没有任何读数，平日此时都有"
                    : "Device \(name) is connected but has given nothing since \(since); on other days it has by now"
            }, into: &findings)
    }

    /// Midnight: what the date was like is kept, unless something was wrong on it.
    mutating func endDay(links: DeviceLinks, desk: AlertDesk, clock: Moment) {
        let today = Int32(CalendarDay(clock, in: desk.zone).number)
        for device in lives.keys.sorted() {
            guard let life = lives[device], life.date < today else { continue }
            let date = CalendarDay(number: Int(life.date))
            let span = desk.zone.startOfDay(date)..<desk.zone.startOfDay(date.adding(1))
            let isWhole = life.known <= span.lowerBound && life.date == today - 1
            let isStanding = desk.isStanding(Self.code, about: device)
            if isWhole, !life.isTainted, !isStanding,
                !links.hadOutage(device, over: Self.longestOutage, touching: span)
            {
                let day = Day(isWorking: desk.site.site.calendar.isWorkingDay(date), seconds: life.today)
                lives[device]?.keep(day)
            }
            lives[device]?.today = []
            lives[device]?.date = today
            lives[device]?.isTainted = isStanding
        }
    }
}

extension SilentDevices.Life {
    fileprivate mutating func keep(_ day: SilentDevices.Day) {
        past.append(day)
        guard past.count(where: { $0.isWorking == day.isWorking }) > 10 else { return }
        if let oldest = past.firstIndex(where: { $0.isWorking == day.isWorking }) { past.remove(at: oldest) }
    }
}

extension SilentDevices.Day {
    /// The second at which so many readings had come from `begin` on; nil where there were not as many.
    fileprivate func reaches(_ count: Int, from begin: Int32) -> Int32? {
        let first = place(of: begin)
        return first + count <= seconds.count ? seconds[first + count - 1] : nil
    }

    /// How many came from one second to another.
    fileprivate func count(from begin: Int32, to end: Int32) -> Int { max(0, place(of: end) - place(of: begin)) }

    private func place(of second: Int32) -> Int {
        var (low, high) = (0, seconds.count)
        while low < high {
            let middle = (low + high) / 2
            if seconds[middle] < second { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SilentDevices: Packed {
    func pack(into packer: inout Packer) {
        packer.add(lives)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        lives = try unpacker.next()
    }
}

extension SilentDevices.Life: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(quietSince, date, today, known, isTainted, past)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (quietSince, date, today, known, isTainted, past) = try unpacker.values()
    }
}

extension SilentDevices.Day: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(isWorking, seconds)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (isWorking, seconds) = try unpacker.values()
    }
}
