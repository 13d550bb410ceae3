import GatehouseEvidence
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@Suite("Figures opened")
struct ExplainerTests {
    let stage: JournalStage

    init() throws { stage = try Plant.twoDays() }

    private static let firstDay = CalendarDay(year: 2026, month: 11, day: 2)
    private static let secondDay = CalendarDay(year: 2026, month: 11, day: 3)

    @Test("a person's day lists its punches as the device gave them, and says which is which")
    func day() throws {
        let date = try #require(Self.firstDay)
        let tree = try stage.explain(.attendance(person: "E1", date: date, shift: nil))
        let punches = tree.events.filter { $0.topic == "punch.recorded" }
        #expect(punches.map(\.role) == ["in", "repeat, not counted", "out"])
        #expect(punches.map(\.device) == ["gate-clock", "gate-clock", "gate-clock"])
        #expect(punches.first?.data["badge"] == "1001")
        #expect(punches.first?.data["deviceTime"] == "2026-11-02T08:20:00")
        #expect(punches.first?.reading.contains { $0.name == "native" } == true)
        #expect(tree.computation.contains("in 08:20 − 08:00 = 20 min > grace 5 min"))
        #expect(tree.parts.contains(.init("late (min)", "20")))
        #expect(tree.events.first?.topic == "site.updated")
    }

    @Test("an absence says that no event shows it")
    func absence() throws {
        let date = try #require(Self.secondDay)
        let tree = try stage.explain(.attendance(person: "E2", date: date, shift: "day"))
        #expect(tree.value == "absent")
        #expect(tree.events.allSatisfy { $0.topic == "site.updated" })
        #expect(tree.remarks.contains { $0.contains("absence") })
    }

    @Test("a round lists the scan that counts, and what was missed")
    func round() throws {
        let tree = try stage.explain(.round("fire@2026-11-02T10:00:00+08:00"))
        #expect(tree.value == "incomplete")
        #expect(tree.computation == "2 − 0 waived − 0 unproven = 2 required; 1 visited, 0 late, 1 missed → incomplete")
        let scans = tree.events.filter { $0.topic == "scan.recorded" }
        #expect(scans.map { $0.data["code"] } == ["XF1"])
        #expect(tree.parts.contains(.init("missed", "1: Switch room (CP2)")))
    }

    @Test(
        "a key figure's records, rounds and hazards add up to it",
        arguments: [
            ("attendance.rate", 3, 4, 4), ("late.rate", 1, 4, 4), ("leave.rate", 0, 2160, 4),
            ("patrol.completion", 1, 8, 4), ("patrol.missed", 7, 8, 4), ("patrol.rounds", 0, 4, 4),
            ("patrol.punctuality", 1, 1, 2), ("hazard.remediation", 1, 1, 1), ("hazard.stock", 1, 1, 1),
            ("hazard.leadtime", 90, 1, 1), ("hazard.repeat", 0, 1, 1),
        ] as [(String, Int, Int, Int)])
    func sums(kpi: String, numerator: Int, denominator: Int, children: Int) throws {
        let tree = try stage.explain(.kpi(kpi, period: "2026-11", department: nil, person: nil))
        #expect(tree.parts.prefix(2).map(\.text) == ["\(numerator)", "\(denominator)"])
        #expect(tree.children.count == children)
        #expect(tree.remarks.isEmpty, "\(tree.remarks)")
        #expect(tree.children.allSatisfy { $0.contribution != nil })
    }

    @Test("what does not add up is said, and what is gone")
    func retention() throws {
        var stage = stage
        let last = try #require(stage.all("attendance.closed").first?.sequence)
        stage.forget(through: last)
        let tree = try stage.explain(.kpi("attendance.rate", period: "2026-11", department: nil, person: nil))
        #expect(tree.remarks.contains { $0.contains("adds up to") })
        #expect(tree.rows.contains { !$0.isStored })
    }

    @Test("a department's figure counts only its people")
    func department() throws {
        let tree = try stage.explain(.kpi("attendance.rate", period: "2026-11", department: "security", person: nil))
        #expect(tree.children.count == 2)
        #expect(tree.children.allSatisfy { $0.title.contains("E1") })
    }

    @Test("a week's hours are one person's shifts")
    func week() throws {
        let tree = try stage.explain(.kpi("weekly.hours", period: "2026-W45", department: nil, person: "E1"))
        #expect(tree.children.count == 2)
        #expect(tree.remarks.isEmpty)
    }

    @Test("a rule opens down to the scan: statement, figure, round, reading")
    func incentive() throws {
        let tree = try stage.explain(.incentive("rounds", period: "2026-11"))
        #expect(tree.computation.hasPrefix("12.5% < 50% → 0"))
        let figure = try #require(tree.children.first)
        #expect(figure.title.contains("patrol.completion"))
        #expect(figure.children.flatMap(\.events).contains { $0.topic == "scan.recorded" })
        #expect(tree.former.isEmpty == false)
    }

    @Test("a measured KPI and a share of a saving list each measure")
    func measures() throws {
        let quick = try stage.explain(.incentive("quick", period: nil))
        #expect(quick.events.map(\.topic) == ["measure.recorded", "measure.recorded"])
        let saving = try stage.explain(.incentive("saving", period: "2026-11"))
        #expect(saving.events.map { $0.data["value"] } == ["1234.50"])
        #expect(saving.value == "123.45")
    }

    @Test("an absence that was not one lists what happened")
    func occurrences() throws {
        let tree = try stage.explain(.incentive("safe", period: "2026-11"))
        #expect(tree.value == "0.00")
        #expect(tree.events.map { $0.data["incident"] } == ["I1"])
    }

    @Test("a hazard lists the report and every step, and adds up its minutes")
    func hazard() throws {
        let tree = try stage.explain(.hazard("H1"))
        #expect(tree.events.map(\.topic).dropFirst() == ["hazard.reported", "hazard.submitted", "hazard.verified"])
        #expect(tree.computation.contains("90 min: reported 60 + assigned 0 + submitted 30"))
    }

    @Test("an alert shows what was compared and the punch that shows it")
    func alert() throws {
        let raised = try #require(stage.all("alert.raised").first { $0.data["code"] == "attendance.late" })
        let tree = try stage.explain(.alert(try #require(raised.data["alert"]?.text)))
        #expect(tree.computation.contains("measured"))
        #expect(tree.events.contains { $0.data["badge"] == "1001" })
        let key = try #require(raised.data["key"]?.text)
        let byKey = try stage.explain(.alert(key))
        #expect(byKey == tree)
    }

    @Test("whatever stands in the journal can be opened, and every event that it names is there")
    func everyEvent() throws {
        for sequence in 1...Int64(stage.events.count) {
            let tree = try stage.explain(.event(sequence), depth: 1)
            let gone = tree.rows.filter { !$0.isStored }
            #expect(gone.isEmpty, "event \(sequence)")
            #expect(tree.told?.sequence == sequence || stage.events[sequence]?.topic == "alert.cleared")
        }
    }
}
