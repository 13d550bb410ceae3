import GatehouseWireKit
import HanvonWire
import Testing

@Suite("Hanvon key, messages and times")
struct HanvonKeyTests {
    @Test("hides GetDeviceInfo() as published", arguments: ["12345678", "00000000", "1234"])
    func vectors(digits: String) throws {
        let key = try #require(HanvonKey(digits: digits))
        let hidden = key.applied(to: HanvonMessage("GetDeviceInfo").bytes)
        #expect(Hex.text(hidden) == HanvonVectors.text("commkey_\(digits)"))
        #expect(key.applied(to: hidden) == Array(HanvonVectors.text("plain").utf8))
    }

    @Test("is 1 to 8 digits", arguments: ["", "123456789", "12a", "-1", "١"])
    func wrongKeys(digits: String) {
        #expect(HanvonKey(digits: digits) == nil)
    }

    @Test("the query is written as the vector has it, and a value cannot break out of its quotation marks")
    func writing() {
        let query = HanvonMessage(
            "GetRecord", [.init("start_time", "2026-11-22 00:00:00"), .init("end_time", "2026-11-22 23:59:59")])
        #expect(query.bytes == Array(HanvonVectors.text("record_query").utf8))
        #expect(HanvonMessage.failure("a\" b=\"c").bytes == Array("Return(result=\"failed\" reason=\"a b=c\")".utf8))
    }

    @Test(
        "times are read with and without leading zeros",
        arguments: [
            ("2026-11-22 08:30:00", [2026, 11, 22, 8, 30, 0]), ("2009-1-10 15:40:13", [2009, 1, 10, 15, 40, 13]),
            ("2026-1-2  3:4:5", [2026, 1, 2, 3, 4, 5]), ("2026-11-22 08:30", [2026, 11, 22, 8, 30, 0]),
        ])
    func times(text: String, numbers: [Int]) throws {
        let time = try #require(HanvonTime(Array(text.utf8)))
        #expect([time.year, time.month, time.day, time.hour, time.minute, time.second] == numbers)
    }

    @Test(
        "anything else is no time",
        arguments: ["", "2026-11-22", "2026-11 08:30:00", "2026-11-22 8", "2026-11-22 08:30:00 x", "20260-1-1 1:1:1"])
    func noTimes(text: String) {
        #expect(HanvonTime(Array(text.utf8)) == nil)
    }
}
