import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import PatrolModule
import Testing

@Suite("The figures of patrols")
struct PatrolFigureTests {
    private let site = Site.patrolled(routes: [.night(guards: .department("security"))])

    @Test(
        "count visits, rounds, lateness and misses for the site and the guards' department",
        arguments: [nil, "security"])
    func sums(department: String?) {
        var stage = PatrolStage(site)
        for (code, time) in [("P1", "02 22:00"), ("C1", "02 22:05"), ("C2", "02 22:45")] { stage.scan(code, at: time) }
        for (code, time) in [("C1", "03 22:05"), ("C2", "03 22:06"), ("C3", "03 22:45")] { stage.scan(code, at: time) }
        stage.wait(until: "03 23:00")
        #expect(stage.figure("patrol.completion", of: department) == "5/6")
        #expect(stage.figure("patrol.missed", of: department) == "1/6")
        #expect(stage.figure("patrol.punctuality", of: department) == "3/5")
        #expect(stage.figure("patrol.rounds", of: department) == "1/2")
    }

    @Test("of a route without a department are the site's only")
    func siteOnly() {
        var stage = PatrolStage(.patrolled(routes: [.night(guards: .people(["E1"]))]))
        stage.wait(until: "02 23:00")
        #expect(stage.module.figures(asOf: Moment("02 23:00")).allSatisfy { $0.department == nil })
        #expect(stage.figure("patrol.missed") == "3/3")
    }

    @Test("of an open round are its visits, as visited and required, and nothing else")
    func open() {
        var stage = PatrolStage(site)
        #expect(stage.figure("patrol.completion") == nil)
        stage.scan("P1", at: "02 22:05")
        stage.scan("C1", at: "02 22:05")
        #expect(stage.figure("patrol.completion") == "1/1")
        #expect(stage.figure("patrol.punctuality") == "0/0")
        #expect(stage.figure("patrol.rounds") == "0/0")
    }

    @Test("leave unproven rounds out of the rounds, and their visits out of the required")
    func unproven() {
        var stage = PatrolStage(site)
        for device in ["wand", "line", "own"] { stage.disconnect(device, at: "02 21:00") }
        stage.wait(until: "02 23:00")
        #expect(stage.figure("patrol.rounds") == "0/0")
        #expect(stage.figure("patrol.missed") == "0/0")
    }

    @Test("belong to the month in which the window ends")
    func month() {
        let routes = [Route.night(checkpoints: ["CP01"], starts: .at("23:20"), duration: 40, tolerance: 60)]
        var stage = PatrolStage(.patrolled(routes: routes), at: "2026-11-30T12:00:00+08:00")
        stage.wait(until: "2026-12-01T02:00:00+08:00")
        #expect(stage.figure("patrol.missed", "2026-12") == "1/1")
        #expect(stage.figure("patrol.missed", "2026-11") == nil)
    }

    @Test("change with late data, and are told at the next full minute")
    func late() {
        var stage = PatrolStage(site)
        stage.scan("P1", at: "02 22:00")
        stage.wait(until: "02 23:00")
        #expect(stage.figure("patrol.completion") == "0/3")
        stage.scan("C1", at: "02 22:05", received: "03 07:00:30")
        stage.wait(until: "03 07:01")
        #expect(stage.figure("patrol.completion") == "1/3")
        let told = stage.events("kpi.updated").filter { $0.time == Moment("03 07:01") }
        #expect(Set(told.map(\.subject)) == ["patrol.completion", "patrol.missed", "patrol.punctuality"])
    }

    @Test("come in the order of their names, departments and months")
    func order() {
        var stage = PatrolStage(site)
        stage.wait(until: "02 23:00")
        let keys = stage.module.figures(asOf: Moment("02 23:00")).map(\.key)
        #expect(keys == keys.sorted() && keys.count == 8)
    }
}
