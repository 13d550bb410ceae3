import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("coverage.below")
struct CoverageAlertTests {
    let site = Site.plant(posts: [.gate(required: 2)])

    @Test("raised 5 min after the post's shift has begun with too few, cleared when there are enough")
    func fromStart() {
        var stage = AttendanceStage(site, at: "2026-11-02 00:00")
        stage.punch("E1", .in, at: "2026-11-02 07:50")
        stage.punch("E2", .in, at: "2026-11-02 08:20")
        stage.wait(until: "2026-11-02 12:00")
        #expect(
            stage.turns(of: "coverage.below") == ["raised 11-02T08:05 gate-day", "cleared 11-02T08:20 gate-day enough"])
        let alert = stage.data("alert.raised").first { $0["code"]?.text == "coverage.below" }
        #expect(alert?["key"]?.text == "coverage.below:gate-day+2026-11-02")
        #expect(alert?["evidence"]?.elements == [])
        #expect(alert?["rule"]?["measured"]?.integer == 1)
        #expect(alert?["rule"]?["limit"]?.integer == 2)
    }

    @Test("only for 5 min running: a short absence raises none, and each lull is counted anew")
    func running() {
        var stage = AttendanceStage(site, at: "2026-11-02 00:00")
        for person in ["E1", "E2"] { stage.punch(person, .in, at: "2026-11-02 07:50") }
        stage.punch("E1", .breakOut, at: "2026-11-02 10:00")
        stage.punch("E1", .breakIn, at: "2026-11-02 10:04")
        stage.punch("E2", .breakOut, at: "2026-11-02 10:06")
        stage.punch("E2", .breakIn, at: "2026-11-02 10:10:30")
        #expect(stage.turns(of: "coverage.below").isEmpty)
        stage.punch("E2", .breakOut, at: "2026-11-02 11:00")
        stage.wait(until: "2026-11-02 11:05")
        #expect(stage.turns(of: "coverage.below") == ["raised 11-02T11:05 gate-day"])
    }

    @Test("the shift's end clears it, and nothing is raised at the end itself")
    func shiftEnd() {
        var stage = AttendanceStage(site, at: "2026-11-02 00:00")
        for person in ["E1", "E2"] { stage.punch(person, .in, at: "2026-11-02 07:50") }
        stage.punch("E1", .out, at: "2026-11-02 15:55")
        stage.wait(until: "2026-11-02 17:00")
        #expect(stage.turns(of: "coverage.below").isEmpty)
        stage.wait(until: "2026-11-03 17:00")
        #expect(
            stage.turns(of: "coverage.below") == [
                "raised 11-03T08:05 gate-day", "cleared 11-03T16:00 gate-day shift-end",
            ])
    }

    @Test("what a late punch shows is judged at its receipt")
    func latePunch() {
        var stage = AttendanceStage(site, at: "2026-11-02 00:00")
        for person in ["E1", "E2"] { stage.punch(person, .in, at: "2026-11-02 07:50") }
        stage.punch("E1", .out, at: "2026-11-02 09:00", received: "2026-11-02 09:03")
        stage.wait(until: "2026-11-02 09:04")
        #expect(stage.turns(of: "coverage.below").isEmpty)
        stage.wait(until: "2026-11-02 09:05")
        #expect(stage.turns(of: "coverage.below") == ["raised 11-02T09:05 gate-day"])
        stage.punch("E1", .in, at: "2026-11-02 09:20")
        stage.punch("E2", .out, at: "2026-11-02 09:30", received: "2026-11-02 10:00")
        #expect(stage.turns(of: "coverage.below").last == "raised 11-02T10:00 gate-day")
    }

    @Test("only people of its department with an instance of its shift and date count")
    func others() {
        var stage = AttendanceStage(site, at: "2026-11-02 00:00")
        for person in ["E1", "F1", "F2", "V"] { stage.punch(person, .in, at: "2026-11-02 07:50") }
        stage.wait(until: "2026-11-02 08:05")
        #expect(stage.turns(of: "coverage.below") == ["raised 11-02T08:05 gate-day"])
    }

    @Test("a post is needed on its days, and the limit of the site file holds")
    func days() {
        let limits: [String: AlertRule] = ["coverage.below": .limits(["after": .duration(.seconds(1200))])]
        let site = Site.plant(posts: [.gate(required: 1, days: [.tue])], alerts: limits)
        var stage = AttendanceStage(site, at: "2026-11-02 00:00")
        stage.wait(until: "2026-11-05 00:00")
        #expect(
            stage.turns(of: "coverage.below") == [
                "raised 11-03T08:20 gate-day", "cleared 11-03T16:00 gate-day shift-end",
            ])
    }
}

@Suite("Covered time")
struct CoverageTests {
    @Test(
        "is where at least so many are there at once; a relief leaves no gap",
        arguments: [(1, ["0-20", "30-40"]), (2, ["5-10"]), (3, []), (0, ["0-60"])])
    func covered(required: Int, expected: [String]) {
        let ranges = [(0, 10), (5, 10), (10, 20), (30, 40)].map { minutes($0.0)..<minutes($0.1) }
        let coverage = Coverage(of: ranges, atLeast: required, in: minutes(0)..<minutes(60))
        let shown = coverage.covered.map {
            "\($0.lowerBound.milliseconds / 60_000)-\($0.upperBound.milliseconds / 60_000)"
        }
        #expect(shown == expected)
    }

    @Test("is cut to whole minutes once, not piece by piece")
    func cut() {
        let half: Int64 = 30_000
        let ranges = (0..<4).map { Moment(milliseconds: $0 * 4 * half)..<Moment(milliseconds: $0 * 4 * half + half) }
        #expect(Coverage(of: ranges, atLeast: 1, in: minutes(0)..<minutes(60)).minutes == 2)
    }

    private func minutes(_ count: Int64) -> Moment { Moment(milliseconds: count * 60_000) }
}

extension Post {
    static func gate(
        required: Int, days: Set<Weekday> = Set(Weekday.allCases), department: String = "security",
        id: String = "gate-day"
    ) -> Post {
        Post(id: id, name: id, shift: "day", department: department, required: required, days: days)
    }
}
