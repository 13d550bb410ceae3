import GatehouseModel
import GatehouseModuleKit

/// Who is on site now, and where: the list for a muster.
///
/// It holds what the windows of the last two days say of each person. What somebody's late punches change counts from
/// the moment at which they are known.
struct RollCall: Sendable {
    /// Windows that ended this long ago are of no use to anybody who asks who is here, or who was here during a shift
    /// that still runs.
    private static let memory = Duration.seconds(48 * 3600)

    /// One person.
    struct Attendee: Hashable, Sendable {
        /// In the order of their opening.
        var windows: [AttendedWindow] = []
        var stays: [Stay] = []
        /// What was told last; nil when the person was not on site.
        var told: Told?

        /// True where the window says something else than before.
        fileprivate mutating func hear(_ window: AttendedWindow?, of key: RecordKey, horizon: Moment) -> Bool {
            let known = windows.firstIndex { $0.key == key }
            let isNear = window.map { $0.closes > horizon } ?? false
            if let known { if windows[known] == window { return false } } else if !isNear { return false }
            if let known, let window, isNear, windows[known].start == window.start, isLast(known, of: window.start) {
                windows[known] = window
            } else {
                if let known { windows.remove(at: known) }
                if let window, isNear { windows.insert(window, at: place(of: window.start)) }
            }
            windows.removeAll { $0.closes <= horizon }
            stays = Stay.all(in: windows)
            return true
        }

        /// After all that begin no later.
        private func place(of start: Moment) -> Int { windows.firstIndex { $0.start > start } ?? windows.endIndex }

        private func isLast(_ known: Int, of start: Moment) -> Bool { place(of: start) == known + 1 }
    }

    /// That somebody is on site, as it was told.
    struct Told: Hashable, Sendable {
        var place: String?
        var since: Moment
    }

    /// What is new of a person.
    enum News: Hashable, Sendable {
        /// When they were on site, or which shifts they have.
        case changed
        /// Whether or where they are on site now, too.
        case moved
    }

    private(set) var attendees: [Int32: Attendee] = [:]
    /// Everybody's next coming or going that the punches known so far make certain.
    private var turns = Agenda<Int32>()

    init() {}

    /// When somebody leaves because a window ends, or comes by a punch that is stamped later than now.
    var nextDeadline: Deadline? { turns.next }

    /// The next person whose time has come.
    mutating func pop(through deadline: Deadline) -> Int32? { turns.pop(through: deadline) }

    /// What a record says now: `window` takes the place of what `key` said before; nil where there is no such record
    /// any more. True where that is news.
    mutating func hear(_ window: AttendedWindow?, of key: RecordKey, at clock: Moment) -> Bool {
        let horizon = clock - Self.memory
        return attendees[key.person, default: Attendee()].hear(window, of: key, horizon: horizon)
    }

    /// Compares somebody with what was told last, and tells what is different.
    mutating func settle(
        _ person: Int32, named name: String, in zone: Zone, into findings: inout Findings
    ) -> News {
        guard let attendee = attendees[person] else { return .changed }
        let clock = findings.clock
        var now: Told?
        var next: Moment?
        for stay in attendee.stays {
            if stay.holds(clock) { now = Told(place: stay.place, since: stay.from) }
            // The first boundary that is still to come.
            if next == nil, stay.from > clock { next = stay.from }
            if next == nil, stay.to > clock { next = stay.to }
        }
        if let next { turns.set(person, at: Deadline(next)) } else { turns.cancel(person) }
        guard now != attendee.told else { return .changed }
        let moved = (now == nil) != (attendee.told == nil) || now?.place != attendee.told?.place
        if moved { tell(name, now, of: attendee, in: zone, into: &findings) }
        attendees[person]?.told = now
        return moved ? .moved : .changed
    }

    private func tell(
        _ person: String, _ now: Told?, of attendee: Attendee, in zone: Zone, into findings: inout Findings
    ) {
        let clock = findings.clock
        let last = attendee.stays.last { $0.to <= clock }
        let place = now == nil ? last?.exit ?? last?.place ?? attendee.told?.place : now?.place
        let since = now?.since ?? last?.to ?? clock
        findings.say("presence.changed", subject: person) {
            [
                "person": .string(person), "onSite": .bool(now != nil), "place": .optional(place),
                "since": .string(Timestamp(since, in: zone).text),
            ]
        }
    }

    /// Whether somebody is on site at a moment, as far as is known.
    func isOnSite(_ person: Int32, at moment: Moment) -> Bool {
        attendees[person]?.stays.contains { $0.holds(moment) } == true
    }

    /// Everybody who is on site at a moment, by person.
    func onSite(at moment: Moment) -> [(person: Int32, stay: Stay)] {
        attendees.compactMap { person, attendee in
            attendee.stays.last { $0.holds(moment) }.map { (person: person, stay: $0) }
        }
        .sorted { $0.person < $1.person }
    }
}

extension RollCall: Packed {
    func pack(into packer: inout Packer) {
        packer.add(attendees, turns)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (attendees, turns) = try unpacker.values()
    }
}

extension RollCall.Attendee: Packed {
    func pack(into packer: inout Packer) {
        packer.add(windows, stays, told)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (windows, stays, told) = try unpacker.values()
    }
}

extension RollCall.Told: Packed {
    func pack(into packer: inout Packer) {
        packer.add(place, since)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (place, since) = try unpacker.values()
    }
}
