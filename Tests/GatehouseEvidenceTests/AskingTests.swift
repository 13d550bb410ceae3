import GatehouseEvidence
import GatehouseModel
import GatehouseRules
import Testing

@Suite("Asking for a figure")
struct AskingTests {
    let stage: JournalStage

    init() throws { stage = try Plant.twoDays() }

    @Test(
        "what does not exist names what does",
        arguments: [
            (.attendance(person: "E1", date: .init(validated: 2026, 10, 1), shift: nil), "2026-11-03, 2026-11-02"),
            (.attendance(person: "E9", date: .init(validated: 2026, 11, 2), shift: nil), "E1, E2"),
            (.round("fire@2026-10-01T10:00:00+08:00"), "fire@2026-11-04T10:00:00+08:00"),
            (.round("fire"), "<route>@<start>"),
            (.kpi("late.rate", period: "2026-10", department: nil, person: nil), "it has 2026-11"),
            (.kpi("late.rate", period: "2026-11", department: "shop", person: nil), "--department hr|security"),
            (.kpi("late.rage", period: "2026-11", department: nil, person: nil), "late.rate"),
            (.kpi("late.rate", period: "november", department: nil, person: nil), "2026-W45"),
            (.incentive("rounds", period: "2025-01"), "2026-11"),
            (.incentive("none", period: nil), "rounds, quick, saving, safe"),
            (.hazard("H9"), "H1"), (.alert("x"), "attendance.late"), (.position("cook"), "clerk, guard"),
            (.department("security"), "hr"), (.person("E9"), "E1, E2"), (.share("E9"), "E1, E2"),
            (.event(999_999), "the newest is"),
        ] as [(FigureName, String)])
    func unknown(figure: FigureName, hint: String) throws {
        let problem = try #require(stage.refusal(figure))
        guard case .unknown(let reason) = problem else {
            Issue.record("\(problem)")
            return
        }
        #expect(reason.contains(hint), "\(reason)")
    }

    @Test(
        "a name is read from the path that it writes",
        arguments: [
            .attendance(person: "E1", date: .init(validated: 2026, 11, 2), shift: "day"),
            .attendance(person: "E1", date: .init(validated: 2026, 11, 2), shift: nil),
            .round("fire@2026-11-02T10:00:00+08:00"),
            .kpi("late.rate", period: "2026-11", department: "hr", person: nil),
            .kpi("late.rate", period: "2026-11", department: nil, person: nil),
            .kpi("weekly.hours", period: "2026-W45", department: nil, person: "E1"),
            .incentive("rounds", period: nil), .incentive("rounds", period: "2026-Q4"), .position("a"),
            .department("b"),
            .person("E1"), .share("E1"), .hazard("H/1%2F"), .alert("alert.raised/E1/00000000000000000007"), .event(7),
        ] as [FigureName])
    func path(figure: FigureName) {
        #expect(FigureName(path: figure.path) == figure)
    }

    @Test(
        "other paths are none", arguments: ["", "kpi", "kpi/a", "event/x", "event/0", "attendance/E1/yesterday", "x/y"])
    func noPath(text: String) {
        #expect(FigureName(path: text) == nil)
    }

    @Test("a depth opens so many levels, and what lies below is asked for by its own name")
    func depth() throws {
        let figure = FigureName.kpi("attendance.rate", period: "2026-11", department: nil, person: nil)
        let closed = try stage.explain(figure, depth: 0)
        #expect(closed.children.count == 4)
        #expect(closed.children.allSatisfy { !$0.isOpen && $0.events.isEmpty })
        let child = try #require(closed.children.first)
        let opened = try stage.explain(child.figure)
        #expect(opened.title == child.title && opened.value == child.value)
        let below = try stage.explain(figure, depth: 1).children
        #expect(below.allSatisfy { $0.isOpen })
    }

    @Test("a correction after the close is a revision, and what was said before is shown with its place")
    func revision() throws {
        var stage = stage
        try stage.hear(
            "punch.corrected",
            ["person": "E1", "add": "2026-11-02T07:59:00+08:00", "reason": "queue at the gate", "by": "E2"],
            subject: "E1", at: "2026-11-04T13:00:00+08:00")
        let tree = try stage.explain(.attendance(person: "E1", date: .init(validated: 2026, 11, 2), shift: "day"))
        let closed = stage.all("attendance.closed").filter {
            $0.data["person"] == "E1" && $0.data["date"] == "2026-11-02"
        }
        #expect(closed.count == 2)
        #expect(tree.value == "present")
        #expect(tree.former.map(\.sequence) == [closed.first?.sequence])
        #expect(tree.former.map(\.until) == [closed.last?.sequence])
        #expect(tree.events.contains { $0.role == "in, added by a correction" })
        let first = try #require(closed.first?.sequence)
        let old = try stage.explain(.event(first))
        #expect(old.remarks.first?.contains("a newer figure") == true)
    }

    @Test("in Chinese the words are Chinese")
    func chinese() throws {
        let tree = try stage.explain(
            .attendance(person: "E1", date: .init(validated: 2026, 11, 2), shift: "day"), in: .chinese)
        #expect(tree.value == "迟到")
        #expect(tree.parts.contains { $0.name == "迟到(分)" })
    }

    @Test("the tree is JSON with every event's data in it")
    func json() throws {
        let tree = try stage.explain(.hazard("H1"))
        let json = try JSONValue(parsing: tree.json.bytes)
        #expect(json["figure"] == "hazard/H1")
        #expect(json["events"]?.elements?.last?["data"]?["by"] == "E2")
        #expect(json["events"]?.elements?.last?["sequence"]?.integer == tree.events.last.map { Int($0.sequence) })
    }
}

extension CalendarDay {
    /// A date of a test, which exists.
    init(validated year: Int, _ month: Int, _ day: Int) {
        self = CalendarDay(year: year, month: month, day: day) ?? CalendarDay(number: 0)
    }
}
