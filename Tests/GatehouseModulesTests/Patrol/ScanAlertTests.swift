import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import PatrolModule
import Testing

@Suite("Alerts of scans")
struct ScanAlertTests {
    @Test(
        "forged, unknown and stray scans are told of their device until the next day",
        arguments: [
            ("GH1.C.CP01.aaaa", "forged", "scan.forged_code"), ("nothing", "unknown", "scan.unknown_code"),
            ("N1", "registered", "scan.stray_condition"),
        ])
    func codes(code: String, authentic: String, alert: String) {
        var stage = PatrolStage()
        let scan = Fact.Scan(device: "wand", code: code, kind: "unknown", value: nil, authentic: authentic)
        let first = stage.hear("scan.recorded", .scan(scan), at: "02 22:05")
        stage.hear("scan.recorded", .scan(scan), at: "02 22:09")
        #expect(stage.alerts == ["\(alert) wand"])
        #expect(stage.evidence(alert) == [[first]])
        #expect(stage.rounds.first?.visited == [])
        stage.wait(until: "03 00:00")
        #expect(stage.alerts.last == "-\(alert) wand next-day")
    }

    @Test("a code that is turned off is never raised")
    func off() {
        var stage = PatrolStage(.patrolled(alerts: ["scan.unknown_guard": .off, "patrol.missed": .off]))
        stage.scan("C1", at: "02 22:05")
        stage.wait(until: "02 23:00")
        #expect(stage.alerts.isEmpty)
    }

    @Test("an unknown guard is told once the scan counts, and not for an extra scan")
    func unknownGuard() {
        var stage = PatrolStage()
        stage.scan("C1", at: "02 21:00")
        #expect(stage.alerts.isEmpty)
        stage.scan("C1", at: "02 22:00")
        #expect(stage.alerts == ["scan.unknown_guard wand"])
    }

    @Test("messages say it in both languages, with names and numbers")
    func messages() throws {
        for language in Site.Language.allCases {
            var site = Site.patrolled(travel: [Travel(from: "place-1", to: "place-2", atLeast: .seconds(240))])
            site.language = language
            var stage = PatrolStage(site)
            for (code, time) in [("P1", "02 22:00"), ("C1", "02 22:01"), ("C2", "02 22:02")] {
                stage.scan(code, at: time)
            }
            stage.wait(until: "02 23:00")
            let messages = stage.events("alert.raised").compactMap { $0.data()["message"]?.text }
            #expect(messages.count == 3)
            #expect(messages.first?.contains("Guard 1 (E1)") == true)
            #expect(messages.first?.contains("60") == true && messages.first?.contains("240") == true)
            #expect(messages.last?.contains("夜间巡检") == true && messages.last?.contains("CP03") == true)
            #expect((messages.last?.contains("missed") == true) == (language == .english))
        }
    }
}

@Suite("New rules")
struct PatrolRuleChangeTests {
    @Test("compute an open round anew")
    func open() throws {
        var stage = PatrolStage()
        stage.scan("P1", at: "02 22:00")
        stage.scan("C1", at: "02 22:05")
        stage.scan("C4", at: "02 22:06")
        stage.change(.patrolled(routes: [.night(checkpoints: ["CP04", "CP01"], duration: 60)]), at: "02 22:30")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP04", "CP01"])
        #expect(round.status == .complete)
        #expect(round.end == Moment("02 23:00"))
    }

    @Test("leave a closed round as it is, until something late touches it")
    func closed() throws {
        var stage = PatrolStage()
        stage.scan("P1", at: "02 22:00")
        stage.scan("C1", at: "02 22:05")
        stage.wait(until: "02 23:00")
        stage.change(.patrolled(routes: [.night(checkpoints: ["CP01", "CP02"])]), at: "03 06:00")
        #expect(try #require(stage.round()).missed == ["CP02", "CP03"])
        stage.scan("C2", at: "02 22:10", received: "03 07:00")
        let round = try #require(stage.round())
        #expect(round.visited == ["CP01", "CP02"])
        #expect(round.status == .complete)
        #expect(!stage.module.standingAlerts.contains { $0.code == "patrol.missed" })
        #expect(stage.figure("patrol.completion") == "2/2")
    }

    @Test("without the route let its open round end, and begin no more")
    func gone() throws {
        var stage = PatrolStage()
        stage.scan("C1", at: "02 22:05")
        stage.change(.patrolled(routes: []), at: "02 22:30")
        stage.wait(until: "05 00:00")
        #expect(stage.rounds.map(\.status) == [.incomplete])
    }
}
