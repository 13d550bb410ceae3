import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("Badges, people and sites that change")
struct RecordSiteTests {
    private func badges(_ owners: [String: String]) -> Site {
        Site.plant().with { site in
            for place in site.people.indices {
                site.people[place].badges = owners.filter { $0.value == site.people[place].id }.map(\.key)
            }
        }
    }

    @Test("The punches of an unknown badge are its person's as soon as it is given to one")
    func unknown() {
        var stage = RecordStage(badges([:]))
        stage.punch("E1", "2026-11-02 08:00")
        #expect(stage.records.allSatisfy { $0.counted == 0 })
        #expect(stage.unscheduled.isEmpty)
        stage.change(badges(["b-E1": "E2"]), at: "2026-11-02 09:00")
        #expect(stage.record("E2", "2026-11-02")?.punches == [1])
    }

    @Test("The badge decides by the site in force, unless it was another person's at the punch's time")
    func handedOver() {
        var stage = RecordStage(badges(["b-E1": "E1"]))
        stage.punch("E1", "2026-11-02 08:00")
        stage.punch("E1", "2026-11-02 12:00", received: "2026-11-02 08:30")
        stage.change(badges(["b-E1": "E2"]), at: "2026-11-02 10:00")
        // What was stamped before the change stays; what was stamped for later goes with the badge.
        #expect(stage.record("E1", "2026-11-02")?.punches == [1])
        #expect(stage.record("E2", "2026-11-02")?.punches == [2])
        stage.punch("E1", "2026-11-02 09:59", received: "2026-11-02 11:00")
        stage.punch("E1", "2026-11-02 10:00", received: "2026-11-02 11:00")
        #expect(stage.record("E1", "2026-11-02")?.punches == [1, 3])
        #expect(stage.record("E2", "2026-11-02")?.punches == [4, 2])
    }

    @Test("A new site's rules hold for what is open; what has closed keeps to its own until something late touches it")
    func rules() {
        let strict = Site.plant(shifts: [.plain("day", "07:30", "16:00"), .plain("late", "16:00", "24:00")])
        var stage = RecordStage()
        stage.punch("E1", "2026-11-02 08:00", "2026-11-02 16:00", "2026-11-03 08:00")
        stage.change(strict, at: "2026-11-03 09:00")
        #expect(stage.record("E1", "2026-11-02")?.lateMinutes == 0)
        #expect(stage.record("E1", "2026-11-03")?.lateMinutes == 30)
        stage.punch("E1", "2026-11-02 12:00", received: "2026-11-03 10:00")
        #expect(stage.record("E1", "2026-11-02")?.lateMinutes == 30)
        #expect(stage.record("E1", "2026-11-02")?.revision == 1)
        #expect(stage.record("E2", "2026-11-02")?.start == stage.at("2026-11-02 08:00"))
    }

    @Test("Somebody who leaves the site has no open record any more, somebody new has one from now on")
    func people() {
        var stage = RecordStage()
        stage.wait(until: "2026-11-03 09:00")
        let site = Site.plant().with { site in
            site.people.removeAll { $0.id == "E1" }
            site.people.append(Person(id: "E9", name: "New", department: "security", badges: ["b-E9"]))
        }
        stage.change(site, at: "2026-11-03 09:00")
        #expect(stage.records.filter { $0.person == "E1" }.map(\.date.day) == [2])
        #expect(stage.records.filter { $0.person == "E9" }.map(\.date.day).first == 3)
    }

    @Test("Schedule that no longer gives a closed date leaves its record, late punches included")
    func rotated() {
        var stage = RecordStage(.plant(schedule: .rows([.init(person: "E1", date: .of("2026-11-02"), shift: "day")])))
        stage.punch("E1", "2026-11-02 08:00")
        stage.wait(until: "2026-12-01 09:00")
        stage.change(
            .plant(schedule: .rows([.init(person: "E1", date: .of("2026-12-02"), shift: "day")])),
            at: "2026-12-01 09:00")
        stage.punch("E1", "2026-11-02 16:00", received: "2026-12-01 10:00")
        #expect(stage.status("E1", "2026-11-02") == ["present"])
    }

    @Test("Several changes of a record in one event are one change")
    func united() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 15:50", "2026-11-02 23:55")
        stage.wait(until: "2026-11-03 12:00")
        let before = stage.changes.count
        stage.punch("F1", "2026-11-02 08:10", received: "2026-11-03 12:00")
        let changes = stage.changes[before...]
        #expect(Set(changes.map(\.key)).count == changes.count)
        #expect(changes.contains { $0.kind == .withdrawn && $0.old?.shift == "late" })
        #expect(changes.contains { $0.kind == .closed && $0.new?.shift == "day" })
    }

    @Test("A record that closed because the next window cut it is open again when that window is no more")
    func reopened() {
        let shifts: [Shift] = [.plain("day", "08:00", "16:00"), .plain("late", "16:00", "24:00")]
        let rows = ["day", "late"].map { ScheduleRow(person: "E1", date: .of("2026-11-02"), shift: $0) }
        var stage = RecordStage(.plant(shifts: shifts, schedule: .rows(rows)))
        stage.punch("E1", "2026-11-02 08:00")
        stage.wait(until: "2026-11-02 17:00")
        #expect(stage.status("E1", "2026-11-02") == ["missing_out"])
        stage.assign("E1", "2026-11-02", "day", at: "2026-11-02 17:00")
        #expect(stage.status("E1", "2026-11-02") == ["present"])
        #expect(stage.record("E1", "2026-11-02")?.isClosed == false)
        stage.wait(until: "2026-11-02 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["missing_out"])
        #expect(stage.record("E1", "2026-11-02")?.revision == 1)
    }
}
