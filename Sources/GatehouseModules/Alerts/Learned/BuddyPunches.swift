import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `punch.buddy`: two people punch at one device within 3 s of each other again and again, and more often than people
/// who come together anyway; cleared after 10 dates in a row on which both punched there without it.
///
/// Assumed of honest people who come together: of the dates on which they punch at most 10 s apart, they are at most
/// 3 s apart on four in ten at most, each date for itself. Somebody who punches for both has both cards in one hand,
/// and is nearly always that quick. Where there are fewer dates than a window asks for, those that there are are taken.
struct BuddyPunches: Sendable {
    static let code = "punch.buddy"
    /// How near is near, and how near is together, in milliseconds.
    static let (near, together): (Int64, Int64) = (10_000, 3_000)
    static let fewestTogether = 4
    static let recentDates = 10
    static let windows = [10, 15, 20]
    static let chance = 0.4
    static let rarest = 0.001
    /// So many days back a reading that is delivered late is still compared with the others of its date.
    private static let lateness: Int32 = 32

    fileprivate struct Punch: Sendable {
        var time: Int64
        var sequence: Int64
        var person: Int32
    }

    /// What is known of two people at one device.
    fileprivate struct Pair: Sendable {
        /// Dates on which their nearest punches were at most 10 s, and at most 3 s apart.
        var near: DateBits
        var together: DateBits
        /// The two punches of each date on which they were together, by date.
        var evidence: [Coincidence] = []
    }

    fileprivate struct Coincidence: Sendable {
        var day: Int32
        var first: Int64
        var second: Int64
    }

    /// One person or two at one device, small enough to be hashed quickly: 16 bits of device, 24 of each person.
    fileprivate struct Key: Hashable, Comparable, Sendable {
        var raw: UInt64

        init?(_ device: Int32, _ first: Int32, _ second: Int32 = 0xFF_FFFF) {
            guard min(device, first, second) >= 0, device < 1 << 16, max(first, second) < 1 << 24 else { return nil }
            raw = UInt64(device) << 48 | UInt64(min(first, second)) << 24 | UInt64(max(first, second))
        }

        init(raw: UInt64) {
            self.raw = raw
        }

        var device: Int32 { Int32(raw >> 48) }
        var people: (Int32, Int32) { (Int32(raw >> 24 & 0xFF_FFFF), Int32(raw & 0xFF_FFFF)) }

        static func < (left: Key, right: Key) -> Bool { left.raw < right.raw }
    }

    private var devices = Interner()
    private var people = Interner()
    /// By device and date, in the order of time.
    private var punches: [Key: [Punch]] = [:]
    /// When each person punched at each device.
    private var presence: [Key: DateBits] = [:]
    private var pairs: [Key: Pair] = [:]
    private var latestDay: Int32 = .min
    /// When pairs that can no longer be told of were last taken out.
    private var tidied: Int32 = .min

    init() {}

    mutating func hear(
        _ fact: Fact, device: String, person: String, desk: inout AlertDesk, into findings: inout Findings
    ) {
        let clockDay = Int32(CalendarDay(findings.clock, in: desk.zone).number)
        let day = Int32(CalendarDay(fact.time, in: desk.zone).number)
        if clockDay > latestDay { forget(before: clockDay) }
        guard clockDay - day < Self.lateness, day <= clockDay + 1 else { return }
        let (place, own) = (devices.number(device), people.number(person))
        guard let here = Key(place, own), let log = Key(place, day) else { return }
        presence[here, default: DateBits(latest: day)].insert(day)
        let punch = Punch(time: fact.time.milliseconds, sequence: fact.sequence, person: own)
        for other in insert(punch, into: log) {
            guard let key = Key(place, own, other.person) else { continue }
            if note(punch, other, on: day, of: key) { judge(key, until: clockDay + 1, desk: &desk, into: &findings) }
        }
    }

    /// Puts the punch in its place, and gives those of other people near it.
    private mutating func insert(_ punch: Punch, into log: Key) -> [Punch] {
        var others: [Punch] = []
        var known = punches.removeValue(forKey: log) ?? []
        var place = known.endIndex
        while place > 0, known[place - 1].time > punch.time { place -= 1 }
        var index = place - 1
        while index >= 0, punch.time - known[index].time <= Self.near {
            if known[index].person != punch.person { others.append(known[index]) }
            index -= 1
        }
        index = place
        while index < known.endIndex, known[index].time - punch.time <= Self.near {
            if known[index].person != punch.person { others.append(known[index]) }
            index += 1
        }
        known.insert(punch, at: place)
        punches[log] = known
        return others
    }

    /// Whether that date is now one on which they were near or together, and was not before.
    private mutating func note(_ punch: Punch, _ other: Punch, on day: Int32, of key: Key) -> Bool {
        let isTogether = abs(punch.time - other.time) <= Self.together
        return Self.note(
            Coincidence(day: day, first: other.sequence, second: punch.sequence), isTogether: isTogether,
            in: &pairs[key, default: Pair(near: DateBits(latest: day), together: DateBits(latest: day))])
    }

    private static func note(_ coincidence: Coincidence, isTogether: Bool, in pair: inout Pair) -> Bool {
        let isNear = pair.near.insert(coincidence.day)
        guard isTogether, pair.together.insert(coincidence.day) else { return isNear }
        pair.evidence.append(coincidence)
        if pair.evidence.count > 20 { pair.evidence.removeFirst() }
        return true
    }

    /// Whether two people are told of now.
    private func judge(_ key: Key, until latest: Int32, desk: inout AlertDesk, into findings: inout Findings) {
        guard let pair = pairs[key] else { return }
        let together = pair.together.bits(from: latest)
        guard together.nonzeroBitCount >= Self.fewestTogether else { return }
        let both = dates(of: key, until: latest)
        let recent = (DateBits.last(Self.recentDates, of: both) & together).nonzeroBitCount
        guard recent >= Self.fewestTogether else { return }
        let near = pair.near.bits(from: latest)
        for window in Self.windows {
            let dates = DateBits.last(window, of: both)
            let (m, k) = ((dates & near).nonzeroBitCount, (dates & together).nonzeroBitCount)
            guard Tails.binomial(atLeast: k, trials: m, chance: Self.chance) <= Self.rarest else { continue }
            return raise(key, pair: pair, together: k, near: m, of: dates, desk: &desk, into: &findings)
        }
    }

    /// The dates on which both punched there, seen from the latest.
    private func dates(of key: Key, until latest: Int32) -> UInt128 {
        let (first, second) = key.people
        guard let one = Key(key.device, first).flatMap({ presence[$0] }),
            let other = Key(key.device, second).flatMap({ presence[$0] })
        else { return 0 }
        return one.bits(from: latest) & other.bits(from: latest)
    }

    private func raise(
        _ key: Key, pair: Pair, together: Int, near: Int, of dates: UInt128, desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        let ids = [people.name(key.people.0), people.name(key.people.1)].sorted()
        let subject = ids.joined(separator: "+")
        let device = devices.name(key.device)
        let about = "\(subject)+\(device)"
        guard !desk.isStanding(Self.code, about: about) else {
            if let last = pair.evidence.last {
                desk.book.add([last.first, last.second].sorted(), to: Alarm.key(Self.code, about))
            }
            return
        }
        let named = ids.map(desk.site.called(person:))
        let place = desk.site.called(device: device)
        let window = dates.nonzeroBitCount
        desk.raise(
            Alarm(
                code: Self.code, about: about, subject: subject, severity: .critical,
                evidence: pair.evidence.sorted { $0.day < $1.day }.flatMap { [$0.first, $0.second] },
                rule: .rule(
                    measured: .object([
                        .init("together", .integer(together)), .init("near", .integer(near)),
                        .init("dates", .integer(window)),
                    ]), limit: .string("P(Binomial(near, 0.4) >= together) <= 0.001"), from: "learned")
            ) { language in
                language == .chinese
                    ? "\(named[0]) 与 \(named[1]) 在 \(place) 最近 \(window) 天中有 \(together) 天相隔不到 3 秒打卡，疑似代打卡"
                    : "\(named[0]) and \(named[1]) punched at \(place) within 3 s of each other on \(together) of "
                        + "\(window) dates"
            }, into: &findings)
        desk.agenda.set(Due(.buddies, "\(key.raw)"), at: desk.nextMidnight(findings.clock))
    }

    /// Midnight: a pair that was not together on its last 10 whole dates is no more told of.
    func reach(_ about: String, desk: inout AlertDesk, into findings: inout Findings) {
        guard let pair = UInt64(about).map(Key.init(raw:)), let known = pairs[pair] else { return }
        let ids = [people.name(pair.people.0), people.name(pair.people.1)].sorted()
        let key = "\(ids.joined(separator: "+"))+\(devices.name(pair.device))"
        guard desk.isStanding(Self.code, about: key) else { return }
        let yesterday = Int32(CalendarDay(findings.clock, in: desk.zone).number) - 1
        let last = DateBits.last(Self.recentDates, of: dates(of: pair, until: yesterday))
        guard last.nonzeroBitCount == Self.recentDates, last & known.together.bits(from: yesterday) == 0 else {
            desk.agenda.set(Due(.buddies, about), at: desk.nextMidnight(findings.clock))
            return
        }
        desk.book.clear(Self.code, about: key, reason: "ten-dates-without", into: &findings)
    }

    /// A new day: what can no longer matter goes.
    private mutating func forget(before day: Int32) {
        latestDay = day
        punches = punches.filter { day - $0.key.day < Self.lateness }
        guard Int64(day) - Int64(tidied) >= 7 else { return }
        tidied = day
        pairs = pairs.filter { key, pair in
            let both = DateBits.last(Self.windows.max() ?? 20, of: dates(of: key, until: day))
            return pair.near.bits(from: day) & both != 0
        }
        presence = presence.filter { day - $0.value.latest < 128 }
    }
}

extension AlertDesk {
    /// The next 00:00 at the site.
    func nextMidnight(_ clock: Moment) -> Deadline {
        Deadline(zone.startOfDay(CalendarDay(clock, in: zone).adding(1)))
    }
}

extension BuddyPunches.Key {
    /// Of a device's log: the date.
    fileprivate var day: Int32 { people.0 }
}

extension BuddyPunches: Packed {
    func pack(into packer: inout Packer) {
        packer.add(devices, people, punches, presence, pairs, latestDay, tidied)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (devices, people, punches, presence, pairs, latestDay, tidied) = try unpacker.values()
    }
}

extension BuddyPunches.Key: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(raw)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        raw = try unpacker.next()
    }
}

extension BuddyPunches.Punch: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(time, sequence, person)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, sequence, person) = try unpacker.values()
    }
}

extension BuddyPunches.Pair: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(near, together, evidence)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (near, together, evidence) = try unpacker.values()
    }
}

extension BuddyPunches.Coincidence: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(day, first, second)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (day, first, second) = try unpacker.values()
    }
}
