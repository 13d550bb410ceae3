import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Testing

@testable import GatehouseRuntime

@Suite("Site plan: what the site file means for the devices")
struct SitePlanTests {
    @Test("a clock on the network is tried at the maker's ports, in the family's order")
    func network() throws {
        let claim = try claim(#"{"id":"gate","driver":"zkteco","match":{"host":"192.168.1.201"}}"#)
        #expect(claim.targets.map(\.address) == ["tcp://192.168.1.201:4370", "udp://192.168.1.201:4370"])
    }

    @Test("a port in the site file counts for each transport")
    func networkPort() throws {
        let claim = try claim(#"{"id":"gate","driver":"zkteco","match":{"host":"192.168.1.201:5005"}}"#)
        #expect(claim.targets.map(\.address) == ["tcp://192.168.1.201:5005", "udp://192.168.1.201:5005"])
    }

    @Test("the driver hears of the device's rules and its secret")
    func context() throws {
        let plan = try plan(
            #"{"id":"gate","driver":"zkteco","match":{"host":"h","serial":"A8N5"},"clock":"sync","#
                + #""clear_log":"when_full","#
                + #""secret":"key"}"#,
            secrets: ["key": "123456"])
        let recipe = try recipe(of: plan)
        #expect(recipe.context.clock == .sync)
        #expect(recipe.context.clearLog == .whenFull)
        #expect(recipe.context.secret == "123456")
        #expect(recipe.context.expectedSerial == "A8N5")
        #expect(recipe.profile.source == "/sites/sh1/devices/gate")
        #expect(recipe.profile.hasMemory)
    }

    @Test("a device of which this build has no driver has no recipe, and still its rules")
    func noDriver() throws {
        let plan = try plan(#"{"id":"door","driver":"osdp","match":{"tty":"/dev/ttyUSB0"}}"#)
        let claim = try #require(plan.directory.plan(for: []).claims.first)
        #expect(plan.recipe(for: claim) == nil)
        #expect(plan.profile(of: "door")?.driver == "osdp")
        #expect(plan.profile(of: "window") == nil)
    }

    @Test("a code that a checkpoint and a badge share is the checkpoint's")
    func sharedCode() throws {
        let json = try JSONValue(
            parsing: #"""
                {"site":"sh1","timezone":"Asia/Shanghai",
                 "people":[{"id":"E1","name":"a","badges":["X1","10001"]}],
                 "checkpoints":[{"id":"CP1","name":"b","code":"X1"}],
                 "devices":[{"id":"s","driver":"zkteco","match":{"host":"h"}}]}
                """#.utf8)
        let site = try #require(SiteReader.read(json: json).site)
        let plan = SitePlan(site: site, secrets: [:], families: [family])
        let recipe = try recipe(of: plan)
        #expect(recipe.scans.codes["X1"] == RegisteredCode(kind: .checkpoint, value: "CP1"))
        #expect(recipe.scans.codes["10001"] == RegisteredCode(kind: .person, value: "E1"))
    }

    @Test("a change of the rules makes another recipe, the same rules the same one")
    func sameness() throws {
        func recipe(_ clock: String) throws -> SessionRecipe {
            let plan = try plan(#"{"id":"gate","driver":"zkteco","match":{"host":"h"},"clock":"\#(clock)"}"#)
            return try self.recipe(of: plan)
        }
        #expect(try recipe("sync").isSame(as: try recipe("sync")))
        #expect(try !recipe("sync").isSame(as: try recipe("report")))
    }

    private func recipe(of plan: SitePlan) throws -> SessionRecipe {
        let claim = try #require(plan.directory.plan(for: []).claims.first)
        return try #require(plan.recipe(for: claim))
    }

    private func claim(_ device: String) throws -> DeviceDirectory.Claim {
        let plan = try plan(device)
        return try #require(plan.directory.plan(for: []).claims.first)
    }

    private func plan(_ device: String, secrets: [String: String] = [:]) throws -> SitePlan {
        let text = #"{"site":"sh1","timezone":"Asia/Shanghai","devices":[\#(device)]}"#
        let reading = SiteReader.read(json: try JSONValue(parsing: text.utf8))
        let site = try #require(reading.site, "\(reading.problems.map(\.text))")
        return SitePlan(site: site, secrets: secrets, families: [family])
    }

    private var family: DriverFamily {
        DriverFamily(
            name: "zkteco", hasMemory: true, network: [NetworkDoor(.tcp, port: 4370), NetworkDoor(.udp, port: 4370)]
        ) { _ in MuteDriver() }
    }
}

/// Says and does nothing.
struct MuteDriver: DeviceDriver {
    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] { [] }
}
