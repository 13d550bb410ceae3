import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// From punches to records: everything of attendance that is no event, no alert and no key figure.
///
/// A person's punches, leave and approvals are kept in order; a record is worked out anew from them whenever something
/// touches it. Records of scheduled shifts exist from shortly before their windows open, day by day as the time
/// passes, so that who never punches is absent; nothing is listed for years ahead because a clock was wrong.
struct AttendanceBook: Sendable {
    /// What it wants to hear, beside sites.
    static let topics: Set<Topic> = [
        "punch.recorded", "punch.corrected", "leave.granted", "leave.cancelled", "overtime.approved",
        "schedule.assigned", "device.connected", "device.disconnected", "device.synced",
    ]

    /// So many days without any fact are worked out one after the other; then the time waits for the next fact.
    static let longestSilence = 800

    var people = Names()
    var shifts = Names()
    var badges = Names()
    var devices = Names()
    /// By the person's number.
    var files: [PersonFile] = []
    var badgeHistory = BadgeHistory()
    /// Punches with badges that are nobody's, by the badge's number.
    var strangers: [Int32: [BookPunch]] = [:]
    var leaves: [String: BookLeave] = [:]
    var vouching = Vouching()
    var agenda = Agenda<RecordKey>()
    /// Not in a snapshot: it follows from the records.
    var questions = OpenQuestions()
    /// The latest moment so far.
    var clock = Moment(milliseconds: 0)
    /// Nothing that closed before is a record.
    var beginning = Moment(milliseconds: 0)
    /// The last date whose instances are known.
    var lastDay = 0 {
        didSet { findNextDay() }
    }
    /// How many dates have been worked out since the last fact.
    var silentDays = 0
    /// How many sites have been heard.
    var siteCount: Int32 = 0

    /// By the site in force; nil before the first one.
    var rules: BookRules? {
        didSet { findNextDay() }
    }
    /// When the windows of the first date that is not known may open; every event asks for it.
    private var nextDay: Deadline?
    /// Who works when, by the site in force; nil before the first one.
    var plan: ShiftPlan?
    /// What was assigned before there was a site.
    var earlyAssignments = Assignments()
    var table = ShiftTable()
    /// By the shift's number its place in the site's list, where it has one.
    var placesOfShifts: [Int?] = []
    /// The other way round.
    var numbersOfShifts: [Int32] = []
    /// By the device's number where it stands, as the site has it.
    var placesOfDevices: [String?] = []
    /// The numbers of the site's people, in the order of its list.
    var sitePeople: [Int32] = []

    init() {}

    /// What was assigned so far.
    var assignments: Assignments { plan?.assignments ?? earlyAssignments }

    /// When something happens by itself: a window ends, a clock may not tell any more, a date comes near.
    var nextDeadline: Deadline? {
        guard rules != nil else { return nil }
        return silentDays < Self.longestSilence ? Deadline.earlier(agenda.next, nextDay) : agenda.next
    }

    private mutating func findNextDay() {
        nextDay = rules.map { Deadline($0.earliestOpening(of: lastDay + 1)) }
    }

    /// Everything due at a deadline happens.
    mutating func reach(_ deadline: Deadline) -> Changes {
        var changes = Changes()
        clock = max(clock, deadline.moment)
        while let key = agenda.pop(through: deadline) { refresh(key, into: &changes) }
        if let rules, silentDays < Self.longestSilence, rules.earliestOpening(of: lastDay + 1) <= deadline.moment {
            silentDays += 1
            begin(day: lastDay + 1, into: &changes)
        }
        settle(&changes)
        return changes
    }

    /// Hears an event of one of its topics. `clock` is the latest receipt so far.
    mutating func hear(_ fact: Fact, at clock: Moment) -> Changes {
        var changes = Changes()
        self.clock = max(self.clock, clock)
        silentDays = 0
        catchUp(into: &changes)
        switch fact.content {
        case .punch(let punch): hear(punch, fact, into: &changes)
        case .correction(let correction): hear(correction, fact, into: &changes)
        case .leave(let leave): grant(leave, isOfSite: false, into: &changes)
        case .leaveCancelled(let leave): cancel(leave, into: &changes)
        case .overtime(let person, let from, let to): approve(from..<max(from, to), for: person, into: &changes)
        case .assigned(let person, let date, _): assign(fact, person, date, into: &changes)
        case .connected, .disconnected, .synced: hearOfDevice(fact, into: &changes)
        default: break
        }
        settle(&changes)
        return changes
    }

    /// After a silence that was too long to be worked out day by day, the time goes on from now.
    private mutating func catchUp(into changes: inout Changes) {
        guard let rules else { return }
        let today = rules.day(of: clock)
        guard today - lastDay > Self.longestSilence / 2 else { return }
        lastDay = today - rules.reach
        while rules.earliestOpening(of: lastDay + 1) <= clock { begin(day: lastDay + 1, into: &changes) }
    }

    /// The person's number; one is made for somebody new.
    mutating func number(of person: String) -> Int32 {
        let number = people.number(of: person)
        if Int(number) == files.count {
            files.append(PersonFile())
            files[Int(number)].line = plan?.line(of: person)
        }
        return number
    }
}
