import GatehouseDriverKit
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("What a clock could not tell")
struct RecordClockTests {
    /// One clock, with memory or without.
    private func site(hasMemory: Bool) -> Site {
        Site.plant(hasMemory: hasMemory).with { $0.devices.removeLast() }
    }

    @Test("Without any word of a clock it vouches for everything")
    func silent() {
        var stage = RecordStage(site(hasMemory: true))
        stage.wait(until: "2026-11-02 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
    }

    @Test("An instance stays pending, beside what it would be, while a clock with memory does not vouch for its end")
    func pending() {
        var stage = RecordStage(site(hasMemory: true))
        stage.hear(.connected(device: "gate-1", driver: ""), at: "2026-11-01 00:00")
        stage.hear(.disconnected(device: "gate-1", reason: ""), at: "2026-11-02 12:00")
        stage.punch("E2", "2026-11-02 08:10")
        stage.wait(until: "2026-11-02 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent", "pending"])
        #expect(stage.status("E2", "2026-11-02") == ["late", "missing_out", "pending"])
        #expect(stage.record("E2", "2026-11-02")?.isClosed == false)
        // Up to 19:59:59 is not the window's end; up to 20:00 is.
        stage.hear(.synced(device: "gate-1", through: stage.at("2026-11-02 19:59:59")), at: "2026-11-02 21:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent", "pending"])
        stage.hear(.synced(device: "gate-1", through: stage.at("2026-11-02 20:00")), at: "2026-11-02 22:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
        #expect(stage.changes.last?.kind == .closed)
    }

    @Test("A pending record whose punch arrives closes at once")
    func completed() {
        var stage = RecordStage(site(hasMemory: true))
        stage.hear(.disconnected(device: "gate-1", reason: ""), at: "2026-11-02 12:00")
        stage.punch("E1", "2026-11-02 08:00")
        stage.wait(until: "2026-11-02 20:00")
        stage.punch("E1", "2026-11-02 16:00", received: "2026-11-02 23:00")
        #expect(stage.status("E1", "2026-11-02") == ["present"])
        #expect(stage.changes.last?.kind == .closed)
    }

    @Test("What has closed is pending again where it turns out that a clock may yet tell, and closes with a revision")
    func again() {
        var stage = RecordStage(site(hasMemory: true))
        stage.wait(until: "2026-11-02 21:00")
        #expect(stage.record("E1", "2026-11-02")?.isClosed == true)
        stage.hear(
            .disconnected(device: "gate-1", reason: ""), at: "2026-11-02 19:00", received: "2026-11-02 22:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent", "pending"])
        #expect(stage.changes.last?.kind == .updated)
        stage.wait(until: "2026-11-03 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
        #expect(stage.record("E1", "2026-11-02")?.revision == 1)
    }

    @Test("It waits for allowed_lateness; then what no clock could tell is unproven")
    func lateness() {
        var stage = RecordStage(site(hasMemory: true))
        stage.hear(.disconnected(device: "gate-1", reason: ""), at: "2026-11-02 07:29:59")
        stage.wait(until: "2026-11-03 19:59:59")
        #expect(stage.status("E1", "2026-11-02") == ["absent", "pending"])
        stage.wait(until: "2026-11-03 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["unproven"])
        #expect(stage.record("E1", "2026-11-02")?.isClosed == true)
        // Read out at last: they were absent after all.
        stage.hear(.synced(device: "gate-1", through: stage.at("2026-11-02 20:00")), at: "2026-11-05 09:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
        #expect(stage.changes.last?.new?.revision == 1)
    }

    @Test("A late is unproven unless some clock vouches for a moment from S' − 30 min to S' + grace_in")
    func unproven() {
        for (gone, back, status) in [
            ("07:30:00", "08:05:01", ["unproven"]), ("07:30:01", "08:05:01", ["late"]),
            ("07:30:00", "08:05:00", ["late"]),
        ] {
            var stage = RecordStage(site(hasMemory: false))
            stage.hear(.connected(device: "gate-1", driver: ""), at: "2026-11-01 00:00")
            stage.hear(.disconnected(device: "gate-1", reason: ""), at: "2026-11-02 \(gone)")
            stage.hear(.connected(device: "gate-1", driver: ""), at: "2026-11-02 \(back)")
            stage.punch("E1", "2026-11-02 08:10", "2026-11-02 16:00")
            stage.wait(until: "2026-11-03 00:00")
            #expect(stage.status("E1", "2026-11-02") == status, "\(gone) to \(back)")
            #expect(stage.record("E1", "2026-11-02")?.lateMinutes == (status == ["late"] ? 10 : 0))
        }
    }

    @Test(
        "An early is unproven unless some clock vouches for a moment from E' − grace_out to E' + 30 min; a late stands")
    func early() {
        var stage = RecordStage(site(hasMemory: false))
        stage.punch("E1", "2026-11-02 08:10", "2026-11-02 15:00")
        stage.hear(.disconnected(device: "gate-1", reason: ""), at: "2026-11-02 16:00")
        stage.hear(.connected(device: "gate-1", driver: ""), at: "2026-11-02 16:30:01")
        stage.wait(until: "2026-11-03 00:00")
        #expect(stage.status("E1", "2026-11-02") == ["late", "unproven"])
        #expect(stage.record("E1", "2026-11-02")?.earlyMinutes == 0)
    }

    @Test("One clock that vouches is enough to be blamed, one with memory that does not is enough to wait")
    func several() {
        var stage = RecordStage(.plant(hasMemory: true))
        stage.hear(.connected(device: "yard-1", driver: ""), at: "2026-11-01 00:00")
        stage.hear(.disconnected(device: "gate-1", reason: ""), at: "2026-11-02 06:00")
        stage.wait(until: "2026-11-02 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent", "pending"])
        stage.wait(until: "2026-11-03 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
    }

    @Test("A device that no site file calls a clock is none")
    func patrol() {
        let site = site(hasMemory: true).with { $0.devices[0].role = .patrol }
        var stage = RecordStage(site)
        stage.hear(.disconnected(device: "gate-1", reason: ""), at: "2026-11-02 06:00")
        stage.wait(until: "2026-11-02 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
    }
}
