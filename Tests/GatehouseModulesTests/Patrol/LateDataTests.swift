import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import PatrolModule
import Testing

@Suite("Late data")
struct LateDataTests {
    private let night = "night@2026-11-02T22:00:00+08:00"

    @Test("a scan delivered late revises the round, and clears the alerts that it proves wrong")
    func revises() throws {
        var stage = PatrolStage()
        stage.scan("P1", at: "02 22:00")
        stage.scan("C1", at: "02 22:01")
        stage.scan("C2", at: "02 22:02")
        stage.scan("C3", at: "02 22:45", received: "03 07:00")
        #expect(stage.alerts == ["patrol.missed CP03", "-patrol.missed CP03 late-data"])
        let revised = try #require(stage.events("patrol.revised").first)
        #expect(revised.time == Moment("03 07:00"))
        #expect(revised.data()["status"] == "late")
        #expect(revised.data()["revision"] == 1)
        #expect(revised.data()["reason"] == "late-data")
        #expect(try #require(stage.events("patrol.visited").last).data()["revised"] == true)
        #expect(try #require(stage.round()).status == .late)
    }

    @Test("a wholly missed round that gets one visit is missed in the rest of its checkpoints")
    func wholeToParts() {
        var stage = PatrolStage()
        stage.scan("C1", at: "02 22:01", received: "03 07:00")
        #expect(
            stage.alerts == [
                "patrol.round_missed \(night)", "scan.unknown_guard wand", "-patrol.round_missed \(night) late-data",
                "patrol.missed CP02", "patrol.missed CP03",
            ])
        #expect(stage.events("patrol.missed").count == 3)
    }

    @Test(
        "what is received after the allowed lateness is extra",
        arguments: [
            ("03 00:50", RoundStatus.complete), ("03 00:51", .missed),
        ])
    func limit(received: String, status: RoundStatus) throws {
        var stage = PatrolStage(.patrolled(routes: [.night(checkpoints: ["CP01"], lateness: 120)]))
        stage.scan("C1", at: "02 22:10", received: received)
        #expect(try #require(stage.round()).status == status)
    }

    @Test("that is in time for one round moves what it moves in others, whose limit has passed")
    func knockOn() throws {
        let travel = [Travel(from: "place-1", to: "place-2", atLeast: .seconds(240))]
        let routes = [
            Route.night("a", checkpoints: ["CP02"], lateness: 0),
            Route.night("b", checkpoints: ["CP01"], lateness: 1440),
        ]
        var stage = PatrolStage(.patrolled(routes: routes, travel: travel))
        stage.scan("P1", at: "02 22:00")
        stage.scan("C2", at: "02 22:10")
        stage.wait(until: "03 06:00")
        #expect(stage.round(route: "a")?.status == .complete)
        stage.scan("C1", at: "02 22:09", received: "03 07:00")
        #expect(stage.round(route: "b")?.status == .complete)
        #expect(stage.round(route: "a")?.status == .missed)
        #expect(stage.round(route: "a")?.suspect == ["CP02"])
        #expect(stage.alerts.suffix(3).contains("patrol.round_missed a@2026-11-02T22:00:00+08:00"))
    }

    @Test("of a person names nobody in a round whose limit has passed")
    func namesTooLate() throws {
        var stage = PatrolStage(.patrolled(routes: [.night(checkpoints: ["CP01"], lateness: 60)]))
        stage.scan("C1", at: "02 22:10")
        stage.scan("P1", at: "02 22:00", received: "03 07:00")
        #expect(try #require(stage.round()).guards == [])
    }

    @Test("an earlier scan takes the visit over, and the later one goes to the next round")
    func displaces() throws {
        let routes = [Route.night(checkpoints: ["CP01"], starts: .every(30, from: "22:00", to: "22:30"), duration: 50)]
        var stage = PatrolStage(.patrolled(routes: routes))
        stage.scan("P1", at: "02 22:00")
        stage.scan("C1", at: "02 22:40")
        stage.wait(until: "03 00:00")
        #expect(stage.rounds.map(\.status) == [.complete, .missed])
        stage.scan("P2", at: "02 22:00", received: "03 07:00", device: "line")
        stage.scan("C1", at: "02 22:20", received: "03 07:00", device: "line")
        #expect(stage.rounds.map(\.status) == [.complete, .complete])
        #expect(stage.rounds.map(\.guards) == [["E2"], ["E1"]])
    }

    @Test("a late visit of the guard elsewhere can make a later one too fast")
    func makesSuspect() throws {
        let travel = [Travel(from: "place-1", to: "place-2", atLeast: .seconds(240))]
        var stage = PatrolStage(.patrolled(travel: travel))
        stage.scan("P1", at: "02 22:00")
        stage.scan("C2", at: "02 22:10")
        stage.scan("C3", at: "02 22:20")
        stage.wait(until: "02 23:00")
        #expect(try #require(stage.round()).visited == ["CP02", "CP03"])
        stage.scan("P1", at: "02 22:00", received: "03 07:00", device: "line")
        stage.scan("C1", at: "02 22:09", received: "03 07:00", device: "line")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP01", "CP03"])
        #expect(round.suspect == ["CP02"])
        #expect(round.missed == ["CP02"])
        #expect(stage.alerts.suffix(3) == ["scan.too_fast E1", "-patrol.missed CP01 late-data", "patrol.missed CP02"])
    }

    @Test("raises an alert of a scan once, however often it turns the scan about")
    func toldOnce() throws {
        var stage = PatrolStage(.patrolled(travel: [Travel(from: "place-1", to: "place-2", atLeast: .seconds(240))]))
        for (code, time) in [("P1", "02 22:00"), ("C1", "02 22:09"), ("C2", "02 22:10")] { stage.scan(code, at: time) }
        #expect(stage.alerts == ["scan.too_fast E1"])
        stage.scan("P2", at: "02 22:09:30", received: "03 07:00")
        #expect(stage.round()?.suspect == [])
        stage.scan("P1", at: "02 22:09:40", received: "03 07:01")
        #expect(stage.round()?.suspect == ["CP02"])
        #expect(stage.alerts.filter { $0 == "scan.too_fast E1" }.count == 1)
    }

    @Test("a person's scan that comes late says who made the visits after it")
    func namesGuard() throws {
        var stage = PatrolStage(.patrolled(routes: [.night(guards: .people(["E1"]))]))
        for (code, time) in [("C1", "02 22:01"), ("C2", "02 22:02"), ("C3", "02 22:03")] { stage.scan(code, at: time) }
        #expect(try #require(stage.round()).status == .complete)
        stage.scan("P4", at: "02 22:01:30", received: "02 22:20")
        #expect(try #require(stage.round()).visited == ["CP01"])
        stage.scan("P1", at: "02 22:02:30", received: "02 22:21")
        stage.wait(until: "02 23:00")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP01", "CP03"])
        #expect(round.guards == ["E1"])
        #expect(round.status == .incomplete)
        #expect(stage.events("patrol.revised").count == 1)
    }

    @Test("a scan stamped ahead of its receipt counts when its round begins")
    func ahead() throws {
        var stage = PatrolStage(.patrolled(routes: [.night(checkpoints: ["CP01"])]))
        stage.scan("C1", at: "02 22:05", received: "02 21:00")
        #expect(stage.events("patrol.visited").isEmpty)
        stage.wait(until: "02 22:00")
        #expect(try #require(stage.round()).status == .complete)
    }
}

@Suite("A waived visit")
struct WaiverTests {
    private let night = "night@2026-11-02T22:00:00+08:00"

    @Test(
        "is not required, whether it was waived before the round or after it",
        arguments: ["02 13:00", "02 22:20", "09 08:00"])
    func waived(at time: String) throws {
        var stage = PatrolStage()
        for (index, code) in ["P1", "C1", "C2"].enumerated() {
            if time == "02 13:00", index == 0 { stage.waive("CP03", in: night, at: time) }
            stage.scan(code, at: "02 22:10")
        }
        if time != "02 13:00" { stage.waive("CP03", in: night, at: time) }
        stage.wait(until: "09 12:00")
        let round = try #require(stage.round())
        #expect(round.waived == ["CP03"])
        #expect(round.missed == [])
        #expect(round.required == 2)
        #expect(round.status == .complete)
        let alerts = ["patrol.missed CP03", "-patrol.missed CP03 waived"]
        #expect(stage.alerts.filter { $0.contains("CP03") } == (time.hasPrefix("09") ? alerts : []))
    }

    @Test("that was made all the same counts as any other")
    func madeAllTheSame() throws {
        var stage = PatrolStage()
        for code in ["P1", "C1", "C2"] { stage.scan(code, at: "02 22:10") }
        stage.waive("CP03", in: night, at: "02 22:11")
        #expect(stage.events("patrol.closed").count == 1)
        stage.scan("C3", at: "02 22:12")
        let round = try #require(stage.round())
        #expect((round.required, round.waived, round.visited.count) == (3, [], 3))
        #expect(stage.events("patrol.revised").count == 1)
    }

    @Test("leaves a round in which all were waived waived")
    func allWaived() throws {
        var stage = PatrolStage()
        for checkpoint in ["CP01", "CP02", "CP03"] { stage.waive(checkpoint, in: night, at: "02 13:00") }
        stage.wait(until: "02 23:00")
        #expect(try #require(stage.round()).status == .waived)
        #expect(stage.figure("patrol.rounds") == "0/0")
        #expect(stage.figure("patrol.completion") == "0/0")
    }

    @Test("clears the alert of a wholly missed round when nothing is left of it")
    func clears() throws {
        var stage = PatrolStage(.patrolled(routes: [.night(checkpoints: ["CP01"])]))
        stage.wait(until: "02 23:00")
        stage.waive("CP01", in: "night@2026-11-02T14:00:00Z", at: "03 08:00")
        #expect(stage.alerts == ["patrol.round_missed \(night)", "-patrol.round_missed \(night) waived"])
    }

    @Test(
        "of a round or checkpoint that does not exist changes nothing",
        arguments: [
            ("CP04", "night@2026-11-02T22:00:00+08:00"), ("CP01", "night@2026-11-02T22:00:01+08:00"),
            ("CP01", "other@2026-11-02T22:00:00+08:00"), ("CP01", "night"), ("CP01", "night@9999-12-31T22:00:00+08:00"),
        ])
    func unknown(checkpoint: String, round: String) throws {
        var stage = PatrolStage()
        stage.waive(checkpoint, in: round, at: "02 13:00")
        stage.waive(checkpoint, in: round, at: "02 22:10")
        stage.wait(until: "02 23:00")
        #expect(try #require(stage.round()).missed == ["CP01", "CP02", "CP03"])
    }
}

@Suite("What the devices could not have told")
struct UnprovenTests {
    private let site = Site.patrolled(routes: [.night(devices: ["wand"])])

    @Test(
        "is unproven where they vouch for less than the duration",
        arguments: [
            ("02 22:10", RoundStatus.unproven), ("02 22:10:01", .unproven), ("02 22:09:59", .unproven),
            ("02 22:40", .missed), ("02 22:39:59", .unproven), ("02 22:50", .missed),
        ])
    func disconnected(at time: String, status: RoundStatus) throws {
        var stage = PatrolStage(site)
        stage.connect(at: "02 21:00")
        stage.disconnect(at: time)
        stage.wait(until: "02 23:00")
        #expect(try #require(stage.round()).status == status)
    }

    @Test("leaves what was visited required")
    func partly() throws {
        var stage = PatrolStage(site)
        stage.disconnect(at: "02 21:00")
        stage.scan("C1", at: "02 22:05", device: "line")
        stage.wait(until: "02 23:00")
        let round = try #require(stage.round())
        #expect(round.unproven == ["CP02", "CP03"])
        #expect((round.required, round.status) == (1, .complete))
        #expect(!stage.alerts.contains { $0.hasPrefix("patrol") })
    }

    @Test("is missed after all when the device has delivered everything")
    func synced() throws {
        var stage = PatrolStage(site)
        stage.disconnect(at: "02 21:00")
        stage.wait(until: "02 23:00")
        stage.connect(at: "03 07:00")
        #expect(try #require(stage.round()).status == .unproven)
        stage.sync(through: "03 07:00", at: "03 07:01")
        #expect(try #require(stage.round()).status == .missed)
        #expect(stage.alerts == ["patrol.round_missed night@2026-11-02T22:00:00+08:00"])
        #expect(stage.events("patrol.missed").count == 3)
        #expect(stage.events("patrol.revised").count == 1)
    }

    @Test("turns out unproven when it is heard later that the device was away")
    func awayAfterAll() throws {
        var stage = PatrolStage(site)
        stage.connect(at: "02 21:00")
        stage.wait(until: "02 23:00")
        stage.disconnect(at: "02 22:05", received: "03 07:00")
        #expect(try #require(stage.round()).status == .unproven)
        #expect(stage.alerts.last == "-patrol.round_missed night@2026-11-02T22:00:00+08:00 late-data")
    }

    @Test("is missed after all when the first word of the device was that it went away later")
    func firstWord() throws {
        var stage = PatrolStage(site)
        stage.connect(at: "02 23:30")
        stage.wait(until: "02 23:40")
        #expect(try #require(stage.round()).status == .unproven)
        stage.disconnect(at: "02 23:10", received: "03 07:00")
        #expect(try #require(stage.round()).status == .missed)
    }

    @Test("stays as it is when the device's word comes after the allowed lateness")
    func tooLate() throws {
        var stage = PatrolStage(site)
        stage.disconnect(at: "02 21:00")
        stage.sync(through: "04 07:00", at: "04 07:01")
        #expect(try #require(stage.round()).status == .unproven)
    }

    @Test("is nothing where one of the devices vouches, or where there is none of them")
    func another() throws {
        var stage = PatrolStage()
        stage.disconnect(at: "02 21:00")
        stage.connect("line", at: "02 21:00")
        stage.wait(until: "02 23:00")
        #expect(try #require(stage.round()).status == .missed)
        var none = PatrolStage(.patrolled(devices: []))
        none.wait(until: "02 23:00")
        #expect(try #require(none.round()).status == .missed)
    }
}
