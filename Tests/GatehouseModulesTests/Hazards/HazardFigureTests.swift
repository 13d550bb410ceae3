import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import HazardsModule
import Testing

@Suite("Hazards: key figures")
struct HazardFigureTests {
    /// October: H1 closed in time, H2 open into November and closed late there, H3 still open. November: H4 repeats H1.
    static func story() -> HazardStage {
        var stage = HazardStage(at: "2026-10-01T00:00:00+08:00")
        stage.report("H1", at: "2026-10-05T08:00:00+08:00")
        stage.close("H1", submitted: "2026-10-06T08:00:00+08:00", verified: "2026-10-06T09:30:30+08:00")
        stage.report("H2", severity: "major", condition: "missing", at: "2026-10-30T12:00:00+08:00")
        stage.report("H3", condition: nil, at: "2026-10-30T12:00:00+08:00")
        stage.report("H4", at: "2026-11-03T08:00:00+08:00")
        stage.close("H2", submitted: "2026-11-03T09:00:00+08:00", verified: "2026-11-03T10:00:00+08:00")
        return stage
    }

    static let expected: [(kpi: String, october: String, november: String)] = [
        ("remediation", "1/3", "0/1"), ("remediation.general", "1/2", "0/1"), ("remediation.major", "0/1", "0/0"),
        ("stock", "1/3", "1/3"), ("stock.general", "1/2", "0/2"), ("stock.major", "0/1", "1/1"),
        ("ontime", "1/2", "0/1"), ("ontime.general", "1/1", "0/1"), ("ontime.major", "0/1", "0/0"),
        ("overdue", "1/1", "1/1"), ("overdue.general", "0/1", "1/1"), ("overdue.major", "1/1", "0/1"),
        ("leadtime", "1530.5/1", "0/0"), ("leadtime.general", "1530.5/1", "0/0"), ("leadtime.major", "0/0", "0/0"),
        ("repeat", "0/3", "1/1"), ("repeat.general", "0/2", "1/1"), ("repeat.major", "0/1", "0/0"),
    ]

    @Test("each figure of a month is as of its end, or now", arguments: expected)
    func figures(kpi: String, october: String, november: String) {
        var stage = Self.story()
        stage.wait(until: "04 00:00")
        #expect(stage.figure("hazard.\(kpi)", "2026-10") == october)
        #expect(stage.figure("hazard.\(kpi)", "2026-11") == november)
        #expect(stage.figure("hazard.\(kpi)", "2026-09") == nil)
        #expect(stage.figure("hazard.\(kpi)", "2026-12") == nil)
    }

    @Test("a deadline that was moved after the end of a month was another one as of its end")
    func movedLater() {
        var stage = HazardStage(at: "2026-10-01T00:00:00+08:00")
        stage.report("H1", deadline: "2026-10-31T00:00:00+08:00", at: "2026-10-05T08:00:00+08:00")
        stage.assign("H1", deadline: "05 00:00", reason: "parts", at: "02 08:00")
        #expect(stage.figure("hazard.overdue", "2026-10") == "1/1")
        #expect(stage.figure("hazard.ontime", "2026-10") == "0/1")
        #expect(stage.figure("hazard.overdue", "2026-11") == "0/1")
        #expect(stage.figure("hazard.ontime", "2026-11") == "0/0")
        stage.wait(until: "05 00:00")
        #expect(stage.figure("hazard.ontime", "2026-11") == "0/1")
    }

    @Test("a closed hazard is on time only once its deadline has come")
    func deadlineOfAClosedOne() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.close("H1", submitted: "02 09:00", verified: "02 10:00")
        stage.wait(until: "05 07:59")
        #expect(stage.figure("hazard.ontime", "2026-11") == "0/0")
        stage.wait(until: "05 08:01")
        #expect(stage.figure("hazard.ontime", "2026-11") == "1/1")
        #expect(stage.told("hazard.ontime", "2026-11") == ["0/0", "1/1"])
    }

    @Test("figures are told at the next full minute, and a new month's when it begins")
    func told() {
        var stage = HazardStage()
        stage.report("H1", at: "2026-11-29T08:00:30+08:00")
        #expect(stage.told("hazard.stock", "2026-11") == [])
        stage.wait(until: "2026-11-29T08:01:00+08:00")
        #expect(stage.told("hazard.stock", "2026-11") == ["0/1"])
        stage.wait(until: "2026-12-01T00:00:00+08:00")
        #expect(stage.told("hazard.stock", "2026-12") == ["0/1"])
        #expect(stage.told("hazard.remediation", "2026-12") == ["0/0"])
    }

    @Test("inputs are the events that opened and closed what was counted")
    func inputs() throws {
        let stage = Self.story()
        let figures = stage.module.figures(asOf: Moment("04 00:00"))
        let figure = try #require(figures.first { $0.kpi == "hazard.leadtime" && $0.period == "2026-10" })
        #expect(figure.inputs?.sequences == [2, 4, 5, 6])
    }

    @Test("months begin by the site's clock")
    func zones() {
        var stage = HazardStage(.hazards(zone: .utc), at: "2026-10-01T00:00:00Z")
        stage.report("H1", at: "2026-11-01T07:00:00+08:00")
        #expect(stage.figure("hazard.stock", "2026-10") == "0/1")
        stage.hear("site.updated", .site(.hazards()), at: "02 00:00")
        #expect(stage.figure("hazard.stock", "2026-10") == nil)
        #expect(stage.figure("hazard.stock", "2026-11") == "0/1")
    }

    @Test("quarters and years are computed over themselves where the site has a KPI of them")
    func longPeriods() {
        let kpi = KPI(
            id: "k", name: "k", source: .module("hazard.remediation"), period: .quarter, better: .higher)
        var stage = HazardStage(.hazards(kpis: [kpi]), at: "2026-10-01T00:00:00+08:00")
        stage.report("H1", at: "2026-10-05T08:00:00+08:00")
        stage.close("H1", submitted: "02 08:00", verified: "02 09:00")
        #expect(stage.figure("hazard.remediation", "2026-10") == "0/1")
        #expect(stage.figure("hazard.remediation", "2026-Q4") == "1/1")
        #expect(stage.figure("hazard.remediation", "2026") == nil)
    }

    @Test("a report of the year 1 or 9999 makes no more than ten years of months", arguments: ["0001", "9999"])
    func absurdTimes(year: String) {
        var stage = HazardStage()
        stage.report("H1", at: "\(year)-01-02T00:00:00Z", received: "02 08:00")
        stage.report("H2", checkpoint: "CP02", at: "02 08:00")
        stage.wait(until: "2027-02-01T00:00:00+08:00")
        let months = Set(stage.module.figures(asOf: Moment("2027-02-01T00:00:00+08:00")).map(\.period))
        #expect(months.count == (year == "0001" ? 120 : 4))
        #expect(months.contains("2027-02"))
    }
}

extension HazardStage {
    /// What was told of a figure, in order.
    func told(_ kpi: String, _ period: String) -> [String] {
        events("kpi.updated").compactMap { finding in
            guard case .figure(let figure) = finding.content, figure.kpi == kpi, figure.period == period else {
                return nil
            }
            return "\(figure.numerator.text)/\(figure.denominator.text)"
        }
    }
}
