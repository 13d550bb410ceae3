public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

/// KPIs and pay: from the modules' figures and what other systems measured, what each rule pays for each period.
///
/// Everything is computed from the record when it is asked for; what is kept beside the record is what has been told.
public struct IncentivesModule: Module {
    public static let name = "incentives"
    public static let topics: Set<Topic> = [
        "site.updated", "kpi.updated", "attendance.closed", "measure.recorded", "incident.recorded",
    ]

    /// How long after the close of a period its figures are judged: live, the figures of other modules arrive a little
    /// after the moment of which they speak. What arrives in between and speaks of later is not counted.
    public var settle = Duration.zero

    /// Whether it tells its figures and statements as events. Where nobody hears them (in `evaluate`, which asks for
    /// them at the end) that is work for nothing; alerts are raised all the same.
    public var isTelling = true

    var rules: PayRules?
    var record = PayRecord()
    var book = AlertBook()
    /// The site's own KPIs, told under their ids.
    var desk = FigureDesk()
    /// What has changed since the last telling.
    var touches: Set<Touch> = []
    /// When changed statements are told: with the figures, after them.
    var statementsDue: Deadline?
    /// What was told last of each statement.
    var told: [Statement.Key: Statement.Mark] = [:]
    /// The month whose end is the next close; nil before the first site.
    var month: PayPeriod?
    var openJudgement: Judgement?

    /// A source that has something new for a period.
    struct Touch: Hashable, Comparable, Sendable {
        var source: PaySource
        var period: PayPeriod

        static func < (left: Touch, right: Touch) -> Bool {
            (left.source, left.period) < (right.source, right.period)
        }
    }

    public init() {}

    /// Also whatever the rules of its site count.
    public func wants(_ topic: Topic) -> Bool {
        Self.topics.contains(topic) || rules?.countedTopics.contains(topic) == true
    }

    public var nextDeadline: Deadline? {
        [book.nextDeadline, desk.due, statementsDue, closeDeadline, openJudgement?.due].compactMap { $0 }.min()
    }

    /// The close of the month that runs; quarters and years close with one.
    private var closeDeadline: Deadline? {
        guard let rules, let month else { return nil }
        let end = month.end(in: rules.site.zone)
        return end.milliseconds == .max ? nil : Deadline(end, .judgement)
    }

    public mutating func reach(_ deadline: Deadline, into findings: inout Findings) {
        book.reach(deadline, into: &findings)
        if let due = desk.due, due <= deadline { tellFigures(into: &findings) }
        if let due = closeDeadline, due <= deadline { close(at: due.moment, into: &findings) }
        if let due = openJudgement?.due, due <= deadline { judge(into: &findings) }
        if let due = statementsDue, due <= deadline { tellStatements(into: &findings) }
    }

    public mutating func hear(_ fact: Fact, into findings: inout Findings) {
        if case .site(let site) = fact.content {
            apply(site, fact, into: &findings)
            return
        }
        // Its own figures are no news to it.
        guard let rules, !fact.source.hasSuffix("/modules/\(Self.name)") else { return }
        switch fact.content {
        case .figure(let figure): take(figure, fact, rules, into: &findings)
        case .measure(let measure):
            let period = record.measures.note(measure, of: fact, in: rules.site.zone)
            touch(PaySource(kind: .measure, name: measure.measure), period, fact, rules, into: &findings)
        case .attendance(let closed): record.late.note(closed)
        default: break
        }
        count(fact, rules, into: &findings)
    }

    private mutating func take(_ figure: KPIFigure, _ fact: Fact, _ rules: PayRules, into findings: inout Findings) {
        let source = PaySource(kind: .moduleKPI, name: figure.kpi)
        // A row for each person and week is kept only where the site has a use for it.
        if figure.person != nil, rules.kpisBySource[source] == nil { return }
        let isLate = openJudgement.map { fact.time > $0.close } ?? false
        guard let period = record.figures.put(figure, sequence: fact.sequence, keepingOld: isLate) else { return }
        touch(source, period, fact, rules, into: &findings)
    }

    /// An event that a rule may count, and an incident in any case: its loss may be asked for.
    private mutating func count(_ fact: Fact, _ rules: PayRules, into findings: inout Findings) {
        let isIncident = if case .incident = fact.content { true } else { false }
        guard isIncident || rules.countedTopics.contains(fact.topic) else { return }
        let department = department(of: fact, rules)
        let period = PayPeriod(.month, holding: fact.time, in: rules.site.zone)
        record.occurrences.note(fact.topic, department: department, sequence: fact.sequence, month: period.firstMonth)
        if case .incident(let incident) = fact.content, let loss = incident.loss {
            record.occurrences.note(loss: loss, department: department, month: period.firstMonth)
        }
        let incidents = PaySource(kind: .event, name: "incident.recorded")
        let source = PaySource(kind: .event, name: fact.topic.rawValue)
        touch(source, period, fact, rules, into: &findings)
        // A loss matters to the rules that pay a share of it, whatever they count.
        if isIncident {
            for other in rules.incentivesBySource.keys.sorted() where other.kind == .event && other != incidents {
                touch(other, period, fact, rules, into: &findings)
            }
        }
    }

    /// Whose event it is: the department that it names, else that of the person whom it is about.
    private func department(of fact: Fact, _ rules: PayRules) -> String? {
        switch fact.content {
        case .incident(let incident): incident.department
        case .measure(let measure): measure.department
        case .figure(let figure): figure.department
        case .noted(let department, let person): department ?? person.flatMap { rules.departmentOfPerson[$0] }
        case .correction(let correction): rules.departmentOfPerson[correction.person]
        case .leave(let leave): rules.departmentOfPerson[leave.person]
        case .overtime(let person, _, _): rules.departmentOfPerson[person]
        case .assigned(let person, _, _): rules.departmentOfPerson[person]
        case .attendance(let closed): rules.departmentOfPerson[closed.person]
        case .visited(let visit): visit.guardPerson.flatMap { rules.departmentOfPerson[$0] }
        default: rules.departmentOfPerson[fact.subject]
        }
    }

    /// A source has something new for a period.
    private mutating func touch(
        _ source: PaySource, _ period: PayPeriod, _ fact: Fact, _ rules: PayRules, into findings: inout Findings
    ) {
        if rules.scoreSources.contains(source) { judgeSizes([fact.sequence], into: &findings) }
        guard isTelling, rules.kpisBySource[source] != nil || rules.incentivesBySource[source] != nil else { return }
        touches.insert(Touch(source: source, period: period))
        tellSoon(at: findings.clock)
    }

    /// Figures and statements are told at the next full minute.
    mutating func tellSoon(at clock: Moment) {
        desk.touch(at: clock)
        guard let due = desk.due else { return }
        let statements = Deadline(due.moment, .judgement)
        statementsDue = statementsDue.map { min($0, statements) } ?? statements
    }

    /// The rules applied to the record; nil before the first site.
    var payroll: Payroll? { rules.map { Payroll(rules: $0, record: record) } }
}
