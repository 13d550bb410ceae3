import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import PatrolModule
import Testing

@Suite("A round")
struct RoundTests {
    @Test("opens at its start, tells each visit, and closes when every checkpoint is visited")
    func complete() throws {
        var stage = PatrolStage()
        stage.scan("P1", at: "02 21:55")
        for (code, time) in [("C1", "02 22:05"), ("C2", "02 22:10"), ("C3", "02 22:40")] { stage.scan(code, at: time) }
        #expect(stage.events("patrol.opened").map(\.time) == [Moment("02 22:00")])
        #expect(stage.events("patrol.visited").map(\.time) == ["02 22:05", "02 22:10", "02 22:40"].map { Moment($0) })
        #expect(stage.events("patrol.closed").map(\.time) == [Moment("02 22:40")])
        let data = try #require(stage.events("patrol.closed").first).data()
        #expect(data["round"] == "night@2026-11-02T22:00:00+08:00")
        #expect(data["start"] == "2026-11-02T22:00:00.000+08:00")
        #expect(data["end"] == "2026-11-02T22:40:00.000+08:00")
        #expect(data["required"] == 3)
        #expect(data["visited"] == ["CP01", "CP02", "CP03"])
        #expect(data["guards"] == ["E1"])
        #expect(data["status"] == "complete")
        stage.wait(until: "02 23:00")
        #expect(stage.events("patrol.revised").isEmpty && stage.alerts.isEmpty)
    }

    @Test(
        "a visit after the window and up to the tolerance is late, and counts as visited",
        arguments: [
            ("02 22:40", [], RoundStatus.complete), ("02 22:40:01", ["CP03"], .late), ("02 22:50", ["CP03"], .late),
        ])
    func late(time: String, late: [String], status: RoundStatus) throws {
        var stage = PatrolStage()
        for code in ["P1", "C1", "C2"] { stage.scan(code, at: "02 22:05") }
        stage.scan("C3", at: time)
        stage.wait(until: "02 23:00")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP01", "CP02", "CP03"])
        #expect(round.late == late)
        #expect(round.status == status)
    }

    @Test("when the tolerance has passed, each checkpoint without a visit is missed, and tells so once")
    func missed() throws {
        var stage = PatrolStage()
        stage.scan("P1", at: "02 22:01")
        stage.scan("C2", at: "02 22:05")
        stage.scan("C1", at: "02 22:50:01")
        stage.wait(until: "02 23:00")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP02"])
        #expect(round.missed == ["CP01", "CP03"])
        #expect(round.status == .incomplete)
        #expect(stage.events("patrol.missed").map { $0.data()["checkpoint"]?.text } == ["CP01", "CP03"])
        #expect(stage.events("patrol.missed").map(\.time) == [Moment("02 22:50"), Moment("02 22:50")])
        #expect(stage.alerts == ["patrol.missed CP01", "patrol.missed CP03"])
    }

    @Test("a round of which nothing was visited is missed as a whole")
    func roundMissed() throws {
        var stage = PatrolStage()
        stage.wait(until: "02 23:00")
        #expect(try #require(stage.round()).status == .missed)
        #expect(stage.events("patrol.missed").count == 3)
        #expect(stage.alerts == ["patrol.round_missed night@2026-11-02T22:00:00+08:00"])
    }

    @Test("closes before a scan received at the very end of its tolerance, which still counts")
    func atTheEnd() throws {
        var stage = PatrolStage(.patrolled(routes: [.night(checkpoints: ["CP01"], lateness: 0)]))
        stage.scan("C1", at: "02 22:50")
        #expect(try #require(stage.round()).status == .late)
        let round = "night@2026-11-02T22:00:00+08:00"
        #expect(stage.alerts.first == "patrol.round_missed \(round)")
        #expect(stage.alerts.last == "-patrol.round_missed \(round) late-data")
    }

    @Test("the earliest open round that still wants the checkpoint gets the scan")
    func earliest() throws {
        let routes = [Route.night(checkpoints: ["CP01"], starts: .every(30, from: "22:00", to: "23:00"), duration: 50)]
        var stage = PatrolStage(.patrolled(routes: routes))
        stage.scan("P1", at: "02 22:00")
        for time in ["02 22:35", "02 22:36", "02 22:37"] { stage.scan("C1", at: time) }
        stage.wait(until: "03 01:00")
        #expect(
            stage.events("patrol.visited").map(\.subject) == [
                "night@2026-11-02T22:00:00+08:00", "night@2026-11-02T22:30:00+08:00",
            ])
        #expect(stage.rounds.map(\.status) == [.complete, .complete, .missed])
    }

    @Test("of two that start together, the route whose id sorts first gets the scan")
    func together() throws {
        let routes = [Route.night("b", checkpoints: ["CP01"]), Route.night("a", checkpoints: ["CP01"])]
        var stage = PatrolStage(.patrolled(routes: routes))
        stage.scan("C1", at: "02 22:05")
        stage.wait(until: "02 23:00")
        #expect(stage.rounds.map(\.route) == ["a", "b"])
        #expect(stage.rounds.map(\.status) == [.complete, .missed])
    }

    @Test("a round counts only the guards that may walk it; an unknown guard counts, and is told")
    func guards() throws {
        let site = Site.patrolled(routes: [.night(guards: .department("security"))])
        var stage = PatrolStage(site)
        stage.scan("P4", at: "02 22:01", device: "line")
        stage.scan("C1", at: "02 22:02", device: "line")
        stage.scan("C2", at: "02 22:03", device: "wand")
        stage.scan("P2", at: "02 22:04", device: "line")
        stage.scan("C3", at: "02 22:05", device: "line")
        stage.wait(until: "02 23:00")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP02", "CP03"])
        #expect(round.guards == ["E2"])
        #expect(stage.alerts.prefix(1) == ["scan.unknown_guard wand"])
    }

    @Test("with a strict order, a visit after that of a later checkpoint counts, and is told")
    func outOfOrder() throws {
        var stage = PatrolStage(.patrolled(routes: [.night(order: .strict)]))
        stage.scan("P1", at: "02 22:00")
        let third = stage.scan("C3", at: "02 22:01")
        let second = stage.scan("C2", at: "02 22:02")
        stage.scan("C1", at: "02 22:03")
        let round = try #require(stage.round())
        #expect(round.outOfOrder == ["CP01", "CP02"])
        #expect(round.status == .complete)
        #expect(stage.alerts == ["scan.out_of_order night@2026-11-02T22:00:00+08:00"])
        #expect(stage.evidence("scan.out_of_order") == [[third, second]])
        #expect(stage.module.standingAlerts.map(\.evidence.count) == [3])
        stage.wait(until: "03 00:00")
        #expect(stage.alerts.last == "-scan.out_of_order night@2026-11-02T22:00:00+08:00 next-day")
    }

    @Test("without a strict order nothing is out of order")
    func anyOrder() throws {
        var stage = PatrolStage()
        for code in ["P1", "C3", "C2", "C1"] { stage.scan(code, at: "02 22:01") }
        #expect(try #require(stage.round()).outOfOrder == [])
    }
}

@Suite("A visit that came too fast")
struct SuspectTests {
    private let travel = [Travel(from: "place-1", to: "place-2", atLeast: .seconds(240))]

    @Test("does not count, and the checkpoint stays suspect when a later scan counts")
    func suspect() throws {
        var stage = PatrolStage(.patrolled(travel: travel))
        stage.scan("P1", at: "02 22:00")
        let first = stage.scan("C1", at: "02 22:01")
        let second = stage.scan("C2", at: "02 22:04:59")
        #expect(try #require(stage.round()).visited == ["CP01"])
        #expect(stage.alerts == ["scan.too_fast E1"])
        #expect(stage.evidence("scan.too_fast") == [[first, second]])
        stage.scan("C2", at: "02 22:10")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP01", "CP02"])
        #expect(round.suspect == ["CP02"])
    }

    @Test("is held against the least time, both ways; just in time is in time")
    func limit() throws {
        var stage = PatrolStage(.patrolled(travel: travel))
        for (code, time) in [("P1", "02 22:00"), ("C2", "02 22:01"), ("C1", "02 22:05")] { stage.scan(code, at: time) }
        #expect(try #require(stage.round()).suspect == [])
    }

    @Test("counts where the site says so, and is told all the same")
    func counts() throws {
        var stage = PatrolStage(.patrolled(travel: travel, countsSuspect: true))
        for (code, time) in [("P1", "02 22:00"), ("C1", "02 22:01"), ("C2", "02 22:02")] { stage.scan(code, at: time) }
        let round = try #require(stage.round())
        #expect(round.visited == ["CP01", "CP02"])
        #expect(round.suspect == ["CP02"])
        #expect(stage.alerts == ["scan.too_fast E1"])
    }

    @Test("is the guard's previous visit for the next one; an extra scan is not")
    func previous() throws {
        let travel = travel + [Travel(from: "place-2", to: "place-3", atLeast: .seconds(240))]
        var stage = PatrolStage(.patrolled(travel: travel))
        stage.scan("P1", at: "02 22:00")
        stage.scan("C1", at: "02 22:01")
        stage.scan("C1", at: "02 22:01:30")
        stage.scan("C2", at: "02 22:04")
        stage.scan("C3", at: "02 22:05:30")
        #expect(try #require(stage.round()).suspect == ["CP02", "CP03"])

        var other = PatrolStage(.patrolled(travel: travel))
        for (code, time) in [("P1", "02 22:00"), ("C1", "02 22:01"), ("C1", "02 22:04"), ("C2", "02 22:06")] {
            other.scan(code, at: time)
        }
        #expect(try #require(other.round()).suspect == [])
    }

    @Test("of nobody known is never too fast")
    func unknown() throws {
        var stage = PatrolStage(.patrolled(travel: travel))
        stage.scan("C1", at: "02 22:01")
        stage.scan("C2", at: "02 22:02")
        #expect(try #require(stage.round()).visited == ["CP01", "CP02"])
    }

    @Test("in another round, too, is the guard's previous one")
    func otherRound() throws {
        let routes = [
            Route.night("a", checkpoints: ["CP01"], starts: .at("21:00"), duration: 60, tolerance: 0), Route.night("b"),
        ]
        var stage = PatrolStage(.patrolled(routes: routes, travel: travel))
        stage.scan("P1", at: "02 21:30")
        stage.scan("C1", at: "02 22:00")
        stage.scan("C2", at: "02 22:01")
        #expect(stage.round("02 21:00", route: "a")?.visited == ["CP01"])
        #expect(stage.round(route: "b")?.suspect == ["CP02"])
    }
}
