import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

@testable import AttendanceModule

/// A book that hears events one after the other, as the house lets it. Times are the site's wall clock.
struct RecordStage {
    private(set) var book = AttendanceBook()
    private(set) var changes: [RecordChange] = []
    private(set) var fates: [PunchFate] = []
    private(set) var clock: Moment
    private(set) var site: Site
    private var sequence: Int64 = 0

    init(_ site: Site = .plant(), at start: String = "2026-11-01 00:00") {
        self.site = site
        clock = site.zone.at(start)
        note(book.apply(SiteIndex(site), received: clock))
    }

    func at(_ text: String) -> Moment { site.zone.at(text) }

    /// Hears something that happened at `time` and was received then, or later.
    @discardableResult
    mutating func hear(_ content: Fact.Content, at time: String, received: String? = nil, id: String? = nil) -> Int64 {
        hear(content, at: at(time), received: at(received ?? time), id: id)
    }

    @discardableResult
    mutating func hear(_ content: Fact.Content, at time: Moment, received: Moment, id: String? = nil) -> Int64 {
        let now = max(clock, received)
        advance { $0.precedes(eventAt: now) }
        clock = now
        sequence += 1
        note(
            book.hear(
                Fact(
                    sequence: sequence, id: id ?? "e\(sequence)", source: "/sites/sh1/clients/test",
                    topic: "punch.recorded", time: time, received: received, content: content), at: clock))
        return sequence
    }

    mutating func change(_ site: Site, at now: String) {
        let moment = at(now)
        advance { $0.precedes(eventAt: moment) }
        clock = moment
        self.site = site
        note(book.apply(SiteIndex(site), received: clock))
    }

    /// Everything due by then happens.
    mutating func wait(until time: String) {
        let moment = at(time)
        advance { $0.moment <= moment }
        clock = max(clock, moment)
    }

    private mutating func advance(while isDue: (Deadline) -> Bool) {
        while let deadline = book.nextDeadline, isDue(deadline) {
            clock = max(clock, deadline.moment)
            note(book.reach(deadline))
            precondition(book.nextDeadline != deadline, "a deadline that was reached must be gone")
        }
    }

    private mutating func note(_ more: Changes) {
        changes += more.records
        fates += more.punches
    }

    /// Packed and unpacked, as between two runs.
    mutating func restart() throws {
        var packer = Packer()
        packer.add(book)
        var unpacker = Unpacker(packer.bytes)
        book = try unpacker.next()
        precondition(unpacker.isAtEnd, "everything that was packed is read again")
        book.resume(SiteIndex(site))
    }
}

/// What people and other systems do.
extension RecordStage {
    @discardableResult
    mutating func punch(
        _ person: String, _ times: String..., direction: Fact.Direction = .unknown, received: String? = nil,
        id: String? = nil, device: String = "gate-1"
    ) -> Int64 {
        for time in times {
            hear(
                .punch(Fact.Punch(device: device, badge: "b-\(person)", direction: direction)), at: time,
                received: received, id: id)
        }
        return sequence
    }

    mutating func add(_ person: String, _ time: String, at now: String, id: String? = nil) {
        hear(
            .correction(Fact.Correction(person: person, change: .add(at(time)), reason: "forgot", by: "HR")), at: now,
            id: id)
    }

    mutating func void(_ person: String, _ id: String, at now: String) {
        hear(.correction(Fact.Correction(person: person, change: .void(id), reason: "wrong", by: "HR")), at: now)
    }

    mutating func leave(_ person: String, _ from: String, _ to: String, id: String = "L1", at now: String) {
        hear(.leave(Leave(id: id, person: person, from: at(from), to: at(to), kind: "annual")), at: now)
    }

    mutating func approve(_ person: String, _ from: String, _ to: String, at now: String) {
        hear(.overtime(person: person, from: at(from), to: at(to)), at: now)
    }

    mutating func assign(_ person: String, _ date: String, _ shift: String?, at now: String) {
        guard let date = CalendarDay(date) else { return }
        hear(.assigned(person: person, date: date, shift: shift), at: now)
    }
}

/// What has become of it.
extension RecordStage {
    func record(_ person: String, _ date: String, _ shift: String? = "day") -> AttendanceRecord? {
        records.first { $0.person == person && $0.date.text == date && $0.shift == shift }
    }

    var records: [AttendanceRecord] {
        let ever = Moment(milliseconds: -1 << 50)...Moment(milliseconds: 1 << 50)
        return book.records(openedBy: ever.upperBound, closingIn: ever)
    }

    /// `late 08:07-16:01 late 7 early 0 worked 442 leave 0 overtime 0/0/0`; nil where there is no such record.
    func line(_ person: String, _ date: String, _ shift: String? = "day") -> String? {
        record(person, date, shift).map { line($0) }
    }

    func line(_ record: AttendanceRecord) -> String {
        let clocks = [record.in, record.out].map { mark in
            mark.map { String(Timestamp($0.time, in: site.zone).text.dropFirst(11).prefix(5)) } ?? "?"
        }
        let overtime = record.overtime
        return record.status.words.joined(separator: ",") + " " + clocks.joined(separator: "-")
            + " late \(record.lateMinutes) early \(record.earlyMinutes) worked \(record.workedMinutes)"
            + " leave \(record.leaveMinutes) overtime \(overtime.atOneAndHalf)/\(overtime.atTwo)/\(overtime.atThree)"
    }

    func status(_ person: String, _ date: String, _ shift: String? = "day") -> [String]? {
        record(person, date, shift)?.status.words
    }

    /// `person time` of every punch that belongs to nothing.
    var unscheduled: [String] {
        book.unscheduled().map { found in
            "\(found.person) \(Timestamp(found.punch.time, in: site.zone).text.dropFirst(5).prefix(11))"
        }
    }
}

extension Zone {
    /// The wall clock: `2026-11-02 08:07` or `2026-11-02 08:07:10`.
    func at(_ text: String) -> Moment {
        guard let local = LocalTime(text) else { preconditionFailure("a wall clock: \(text)") }
        return moment(of: local).moment
    }

    /// Summer time from 29 March to 25 October 2026, each at 01:00 UTC.
    static let berlin = Zone(
        name: "Europe/Berlin",
        spans: [
            Span(start: Moment(seconds: 1_761_440_400), offsetSeconds: 3600),
            Span(start: Moment(seconds: 1_774_746_000), offsetSeconds: 7200),
            Span(start: Moment(seconds: 1_792_890_000), offsetSeconds: 3600),
        ])

    /// Summer time from 8 March to 1 November 2026, each at 02:00 on the clock.
    static let newYork = Zone(
        name: "America/New_York",
        spans: [
            Span(start: Moment(seconds: 1_762_063_200), offsetSeconds: -18_000),
            Span(start: Moment(seconds: 1_772_953_200), offsetSeconds: -14_400),
            Span(start: Moment(seconds: 1_793_512_800), offsetSeconds: -18_000),
        ])
}

extension Site {
    /// The plant with something else about it.
    func with(_ change: (inout Site) -> Void) -> Site {
        var site = self
        change(&site)
        return site
    }
}

extension Shift.Break {
    static func plain(_ from: String, _ to: String, isPaid: Bool = false) -> Shift.Break {
        guard let from = TimeOfDay(from), let to = TimeOfDay(to) else { preconditionFailure("a time of day") }
        return Shift.Break(from: from, to: to, isPaid: isPaid)
    }
}

extension Schedule {
    /// Everybody named works one shift on every working day.
    static func shift(_ shift: String, _ people: String...) -> Schedule {
        .entries([ScheduleEntry(who: .people(people), from: .first, plan: .shift(shift))])
    }

    static func cycle(_ steps: [String?], _ people: String...) -> Schedule {
        .entries([ScheduleEntry(who: .people(people), from: .first, plan: .cycle(steps))])
    }
}

extension CalendarDay {
    /// A Thursday.
    static let first = CalendarDay(number: 20_454)
}
