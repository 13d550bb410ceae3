import AnvizDriver
import GatehouseDriverKit
import GatehouseModel
import Testing

@Suite("Anviz settings")
struct AnvizSettingsTests {
    @Test(
        "a value that cannot be used names its key",
        arguments: [
            ("id", -1), ("id", "1"), ("id", 4_294_967_296), ("epoch", "2000-01-03"), ("poll", "0s"), ("poll", "5"),
            ("poll", "241s"), ("full_read", "0h"), ("full_read", 24), ("directions", "in"),
            ("directions", ["16": "in"]), ("directions", ["0": "inwards"]), ("user", ""),
            ("user", "thirteen-long"), ("capacity", 0), ("baud", 9600),
        ] as [(String, JSONValue)])
    func wrong(key: String, value: JSONValue) throws {
        let context = DriverContext(zone: .utc, settings: .object([.init(key, value)]))
        let problem = try #require(throws: SettingsProblem.self) { try Anviz(context) }
        #expect(problem.key == key && !problem.reason.isEmpty)
    }

    @Test("every key may be left out, and every good value is taken")
    func right() throws {
        _ = try Anviz(DriverContext(zone: .utc))
        _ = try Anviz(
            DriverContext(
                zone: .utc, clearLog: .whenFull, secret: "12345",
                settings: [
                    "id": 0, "epoch": "2000-01-01", "poll": "240s", "full_read": "24h", "capacity": 50_000,
                    "directions": ["0": "out", "15": "break_in"], "user": "admin",
                ]))
    }

    @Test("a secret is never shown, and erasing needs the capacity")
    func secrets() throws {
        let long = DriverContext(zone: .utc, secret: "much-too-long-for-it")
        let problem = try #require(throws: SettingsProblem.self) { try Anviz(long) }
        #expect(problem.key == "secret" && !problem.reason.contains("much"))
        let erasing = DriverContext(zone: .utc, clearLog: .whenFull)
        #expect(try #require(throws: SettingsProblem.self) { try Anviz(erasing) }.key == "capacity")
    }

    @Test("the family is found by a question that changes nothing, on a reply whose checksum holds")
    func probes() throws {
        let probe = try #require(Anviz.family.probes.first)
        let line = SerialLine()
        #expect(probe.question == [0xA5, 0, 0, 0, 1, 0x24, 0, 0] + probe.question.suffix(2))
        let reply: [UInt8] = [0xFF, 0xA5, 0, 0, 0, 1, 0xB9, 0, 0, 0, 0x55, 0x9C]
        let found = try #require(probe.recognise(reply, line))
        #expect(found.settings == ["id": 1] && found.isCertain)
        #expect(probe.recognise(Array(reply.dropLast()), line) == nil)
        #expect(probe.recognise(probe.question, line) == nil)
    }
}
