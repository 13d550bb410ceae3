import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import GatehouseSite
import Testing

@testable import IncentivesModule

/// The module on its own, with a clock that follows what it is told: the house in small.
struct PayStage {
    var module = IncentivesModule()
    private(set) var found: [Finding] = []
    private(set) var clock: Moment
    private var sequence: Int64 = 0
    private let zone: Zone

    /// A site in Shanghai with these sections, heard at that local time.
    init(_ sections: JSONValue, at time: String = "2026-11-01T00:00:00+08:00", settle: Duration = .zero) throws {
        let site = try Self.site(sections)
        zone = site.zone
        clock = Self.moment(time)
        module.settle = settle
        hear(.site(site), topic: "site.updated", at: clock, received: clock)
    }

    static func site(_ sections: JSONValue) throws -> Site {
        var members: [JSONValue.Member] = sections.members ?? []
        for (name, value) in [("timezone", "Asia/Shanghai"), ("site", "sh1"), ("language", "en")]
        where sections[name] == nil {
            members.insert(.init(name, .string(value)), at: 0)
        }
        let reading = SiteReader.read(json: .object(members))
        return try #require(reading.site, "\(reading.problems.map(\.text))")
    }

    static func moment(_ text: String) -> Moment {
        Timestamp(text)?.moment ?? Moment(milliseconds: 0)
    }

    // MARK: what it hears

    mutating func hear(
        _ content: Fact.Content, topic: Topic, source: String = "/sites/sh1/clients/hr", subject: String = "",
        at time: Moment, received: Moment? = nil
    ) {
        sequence += 1
        let now = max(clock, received ?? time)
        reachAll { $0.precedes(eventAt: now) }
        clock = now
        let fact = Fact(
            sequence: sequence, id: "\(sequence)", source: source, topic: topic, subject: subject, time: time,
            received: now, content: content)
        var findings = Findings(cause: sequence, clock: now)
        module.hear(fact, into: &findings)
        found += findings.list
    }

    /// A site file takes the place of the one before.
    mutating func change(to sections: JSONValue, at time: String) throws {
        hear(.site(try Self.site(sections)), topic: "site.updated", at: Self.moment(time))
    }

    /// A module tells a figure.
    mutating func figure(
        _ kpi: String, _ numerator: Int, over denominator: Int, _ period: String, department: String? = nil,
        person: String? = nil, from module: String = "patrol", at time: String? = nil, received: String? = nil
    ) {
        let figure = KPIFigure(
            kpi: kpi, department: department, period: period, person: person, numerator: Fraction(numerator),
            denominator: Fraction(denominator), formula: "")
        hear(
            .figure(figure), topic: "kpi.updated", source: "/sites/sh1/modules/\(module)", subject: kpi,
            at: time.map(Self.moment) ?? clock, received: received.map(Self.moment))
    }

    /// Another system tells a measure; numbers as they are written.
    mutating func measure(
        _ name: String, _ value: String, weight: String = "1", department: String? = nil, period: String? = nil,
        of subject: String = "", at time: String? = nil, received: String? = nil
    ) throws {
        let measure = Fact.Measure(
            measure: name, value: try #require(Fraction(value)), weight: try #require(Fraction(weight)),
            department: department, period: period)
        hear(
            .measure(measure), topic: "measure.recorded", subject: subject, at: time.map(Self.moment) ?? clock,
            received: received.map(Self.moment))
    }

    /// Something happened; told when the clock stands where it stands.
    mutating func incident(_ time: String, loss: Int? = nil, department: String? = nil) {
        let incident = Fact.Incident(incident: "I", loss: loss.map { Fraction($0) }, department: department)
        hear(.incident(incident), topic: "incident.recorded", at: Self.moment(time), received: clock)
    }

    mutating func closed(_ person: String, _ date: String, isLate: Bool, shift: String? = "day") throws {
        let record = Fact.ClosedRecord(
            person: person, date: try #require(CalendarDay(date)), shift: shift, isLate: isLate)
        hear(.attendance(record), topic: "attendance.closed", source: "/sites/sh1/modules/attendance", at: clock)
    }

    /// Time passes up to a moment, and what is due at it happens.
    mutating func pass(to time: String) {
        sequence += 1
        let moment = Self.moment(time)
        reachAll { $0.moment <= moment }
        clock = max(clock, moment)
    }

    private mutating func reachAll(_ isDue: (Deadline) -> Bool) {
        while let deadline = module.nextDeadline, isDue(deadline) {
            var findings = Findings(cause: sequence, clock: max(deadline.moment, clock))
            module.reach(deadline, into: &findings)
            found += findings.list
            #expect(module.nextDeadline != deadline)
        }
    }

    /// Packed and unpacked again, as after a restart.
    mutating func restart() throws {
        guard let site = module.rules?.site else { return }
        var packer = Packer()
        module.pack(into: &packer)
        var unpacker = Unpacker(packer.bytes)
        let settle = module.settle
        module = try IncentivesModule(from: &unpacker)
        #expect(unpacker.isAtEnd)
        module.resume(site)
        module.settle = settle
    }

    // MARK: what it says

    /// `value` of the site's own KPIs, by id and period; `-` where there is a row without a value.
    var values: [String: String] {
        Dictionary(
            module.figures(asOf: clock).map { ("\($0.kpi) \($0.period)", $0.value?.text ?? "-") },
            uniquingKeysWith: { first, _ in first })
    }

    /// Amounts by rule and period.
    var amounts: [String: String] {
        Dictionary(
            module.statements(asOf: clock).map { ("\($0.incentive) \($0.period)", $0.amount) },
            uniquingKeysWith: { first, _ in first })
    }

    func formula(_ incentive: String, _ period: String) -> String? {
        module.statements(asOf: clock).first { $0.incentive == incentive && $0.period == period }?.formula
    }

    /// The data of the statements told so far.
    var told: [JSONValue] { found.filter { $0.topic == "incentive.computed" }.map { $0.data() } }

    /// `code subject` of every alert raised, with when.
    var raised: [(alert: String, at: Moment)] {
        found.filter { $0.topic == "alert.raised" }.map { finding in
            ("\(finding.data()["code"]?.text ?? "") \(finding.subject)", finding.time)
        }
    }

    var standing: [String] { module.standingAlerts.map { "\($0.code) \($0.subject)" } }
}
