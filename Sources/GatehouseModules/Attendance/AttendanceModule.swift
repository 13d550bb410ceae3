public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

/// Punches, the schedule, leave and approvals become one record for each person and shift; and what follows from the
/// records: who is on site, what somebody must know of, and the key figures.
public struct AttendanceModule: Module {
    public static let name = "attendance"
    public static let topics: Set<Topic> = AttendanceBook.topics.union(["site.updated"])

    var book = AttendanceBook()
    var rollCall = RollCall()
    var alarms = AlertBook()
    var duties = Agenda<Duty>()
    /// The records that are late as they stand, though no clock vouches for it.
    var doubtful: Set<RecordKey> = []
    /// The open records that are late beyond doubt; what is vouched for may be different yet.
    var blamed: Set<RecordKey> = []
    /// The records of which somebody was told that nobody came, that a punch is missing, that somebody is here for
    /// too long; some of these alerts may have been turned off since.
    var missed: Set<RecordKey> = []
    var incomplete: Set<RecordKey> = []
    var overlong: Set<RecordKey> = []
    /// The posts whose shift runs.
    var openPosts: [PostDay: OpenPost] = [:]
    var ledger = Ledger()
    var postDays = PostDays()
    /// How many people are flexible on a month's last day; not in a snapshot, counted again when it is needed.
    var flexibles: [Ledger.Account: Int] = [:]
    var desk = FigureDesk()
    /// When the first site was heard.
    var beginning: Moment?
    /// The site and its posts; not in a snapshot, the house hands it in again.
    var site: SiteIndex?
    var posts: [String: Post] = [:]
    /// Whether what is being worked out comes of a deadline, not of an event.
    var isReaching = false

    public init() {}

    public var nextDeadline: Deadline? {
        let ofPeople = Deadline.earlier(book.nextDeadline, Deadline.earlier(rollCall.nextDeadline, duties.next))
        return Deadline.earlier(ofPeople, Deadline.earlier(alarms.nextDeadline, desk.due))
    }

    /// Of one moment: windows open and close first, then people leave, then everything else is looked at.
    public mutating func reach(_ deadline: Deadline, into findings: inout Findings) {
        isReaching = true
        defer { isReaching = false }
        while let next = book.nextDeadline, next <= deadline {
            follow(book.reach(next), into: &findings)
        }
        var moved: [Int32] = []
        while let person = rollCall.pop(through: deadline) { moved.append(person) }
        settle(moved, into: &findings)
        while let duty = duties.pop(through: deadline) { perform(duty, into: &findings) }
        if let next = alarms.nextDeadline, next <= deadline { alarms.reach(deadline, into: &findings) }
        if let due = desk.due, due <= deadline { tellFigures(into: &findings) }
    }

    public mutating func hear(_ fact: Fact, into findings: inout Findings) {
        if case .site(let site) = fact.content {
            apply(site, into: &findings)
        } else if site != nil {
            let changes = book.hear(fact, at: findings.clock)
            follow(changes, into: &findings)
            if changes.vouchingHasChanged { judgeDoubtful(into: &findings) }
            if case .assigned(let person, let date, _) = fact.content {
                touchFigures(of: person, on: date, findings.clock)
            }
        }
    }

    private mutating func perform(_ duty: Duty, into findings: inout Findings) {
        switch duty {
        case .postBegins(let day): beginPost(day, into: &findings)
        case .noShow(let key): judgeNoShow(key, into: &findings)
        case .longShift(let key): judgeLongShift(key, into: &findings)
        case .coverage(let day): judgeCoverage(day, into: &findings)
        case .postEnds(let day): endPost(day, into: &findings)
        case .postCounts(let day): touchFigures(of: day, findings.clock)
        case .week(let monday): judgeWeek(endingBefore: monday, into: &findings)
        }
    }

    /// What has become of records is told, and everything that follows from it is worked out.
    private mutating func follow(_ changes: Changes, into findings: inout Findings) {
        var people: [Int32] = []
        for change in changes.records {
            let punches = (change.new?.counted ?? 0) > 0 ? book.countedPunches(of: change.key) : []
            tell(change, punches, into: &findings)
            count(change, at: findings.clock)
            let window = change.new.map { attended($0, punches) }
            if rollCall.hear(window, of: change.key, at: findings.clock) { people.append(change.key.person) }
        }
        settle(people, into: &findings)
        for change in changes.records { judge(change, into: &findings) }
        judgeUnscheduled(changes, into: &findings)
    }

    /// Tells who has come or gone, and looks at what depends on it.
    private mutating func settle(_ moved: [Int32], into findings: inout Findings) {
        guard let zone = site?.site.zone, !moved.isEmpty else { return }
        let people = moved.count > 1 ? Set(moved).sorted() : moved
        for person in people {
            guard rollCall.settle(person, named: book.person(person), in: zone, into: &findings) == .moved else {
                continue
            }
            for window in rollCall.attendees[person]?.windows ?? [] { judgeLongShift(window.key, into: &findings) }
        }
        judgeCoverage(of: people, into: &findings)
    }

    /// A record as the roll call sees it: its counted punches, each with its turn.
    private func attended(_ record: AttendanceRecord, _ punches: [BookPunch]) -> AttendedWindow {
        AttendedWindow(
            key: record.key, shift: record.shift, start: record.start, closes: record.closes,
            turns: punches.enumerated().map { place, punch in
                AttendedWindow.Turn(
                    time: punch.time,
                    // One without a direction takes its turn, odd ones begin.
                    begins: punch.direction.begins ?? place.isMultiple(of: 2),
                    place: book.place(of: punch))
            })
    }

    // MARK: The site

    private mutating func apply(_ site: Site, into findings: inout Findings) {
        if beginning == nil { beginning = findings.clock }
        let index = SiteIndex(site)
        self.site = index
        alarms.apply(site, into: &findings)
        follow(book.apply(index, received: findings.clock), into: &findings)
        watchWeek(from: findings.clock)
        watchPosts(into: &findings)
        recount(at: findings.clock)
    }

    public mutating func resume(_ site: Site) {
        let index = SiteIndex(site)
        self.site = index
        posts = Self.table(site.posts)
        book.resume(index)
        alarms.resume(site)
    }

    static func table(_ posts: [Post]) -> [String: Post] {
        Dictionary(posts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: The snapshot

    public func pack(into packer: inout Packer) {
        packer.add(book, rollCall, alarms, duties, doubtful, beginning, ledger, postDays, desk)
        packer.add(missed, incomplete, overlong, openPosts, blamed)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (
            book, rollCall, alarms, duties, doubtful, beginning, ledger, postDays, desk, missed, incomplete, overlong,
            openPosts, blamed
        ) = try unpacker.values()
    }

    public var standingAlerts: [StandingAlert] { alarms.all }

    public func figures(asOf moment: Moment) -> [KPIFigure] { figures(asOf: moment, openedBy: moment) }
}
