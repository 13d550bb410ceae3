import GatehouseDriverKit
import GatehouseModel
import HanvonDriver
import Testing

@Suite("Hanvon settings")
struct HanvonSettingsTests {
    @Test(
        "a value that cannot be used names its key",
        arguments: [
            ("mode", "both"), ("line_end", "lf"), ("line_end", true), ("direction", "device"), ("method", "nose"),
            ("set_clock", "time"), ("poll", "0s"), ("poll", 10), ("overlap", "0m"), ("overlap", "10s"),
            ("full_read", "721h"), ("delete_up_to", "yes"), ("capacity", 0), ("encoding", "gbk"),
        ] as [(String, JSONValue)])
    func wrong(key: String, value: JSONValue) throws {
        let context = DriverContext(zone: .utc, settings: .object([.init(key, value)]))
        let problem = try #require(throws: SettingsProblem.self) { try Hanvon(context) }
        #expect(problem.key == key && !problem.reason.isEmpty)
    }

    @Test("every key may be left out, and every good value is taken")
    func right() throws {
        _ = try Hanvon(DriverContext(zone: .utc))
        _ = try Hanvon(
            DriverContext(
                zone: .utc, clearLog: .whenFull, secret: "12345678",
                settings: [
                    "mode": "push", "line_end": "crlf", "direction": "status", "method": "face",
                    "set_clock": "date_time", "poll": "60s", "overlap": "30m", "full_read": "never",
                    "delete_up_to": true, "capacity": 100_000,
                ]))
    }

    @Test("a key is 1 to 8 digits, and is never shown", arguments: ["123456789", "abc", ""])
    func secrets(secret: String) throws {
        let context = DriverContext(zone: .utc, secret: secret)
        let problem = try #require(throws: SettingsProblem.self) { try Hanvon(context) }
        #expect(problem.key == "secret" && (secret.isEmpty || !problem.reason.contains(secret)))
    }

    @Test("deleting needs a model that can delete up to a time, and the capacity")
    func deleting() throws {
        let bare = DriverContext(zone: .utc, clearLog: .whenFull)
        #expect(try #require(throws: SettingsProblem.self) { try Hanvon(bare) }.key == "delete_up_to")
        let half = DriverContext(zone: .utc, clearLog: .whenFull, settings: ["delete_up_to": true])
        #expect(try #require(throws: SettingsProblem.self) { try Hanvon(half) }.key == "capacity")
    }
}
