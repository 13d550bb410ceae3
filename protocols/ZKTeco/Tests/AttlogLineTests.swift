import Testing
import ZKTecoWire

@Suite("ZKTeco attlog.dat line")
struct AttlogLineTests {
    @Test("P14: a user's line is read as the vendor orders it: state, then verification")
    func published() throws {
        let vector = try #require(Vector.named("usb-attlog-line").first)
        let line = try #require(AttlogLine(vector.text.utf8))
        #expect(line.userID == "200")
        #expect(line.time == vector.time)
        #expect(line.deviceNumber == "7" && line.state == 0 && line.verify == 1 && line.workCode == "53")
    }

    @Test("fewer columns leave the rest absent", arguments: ["200\t2020-08-26 23:08:49", "200\t2020-08-26 23:08:49\n"])
    func fewColumns(text: String) {
        let line = AttlogLine(text.utf8)
        #expect(line?.userID == "200")
        #expect(line?.state == nil && line?.verify == nil && line?.workCode == nil)
    }

    @Test(
        "trailers, empty lines and halves of lines are no punches",
        arguments: [
            "", "\r\n", "SN\tAF4C211360651", "CheckSum\t1234", "200", "200\t2020-02-30 23:08:49\t7",
            "\t2020-08-26 23:08:49",
            "1234567890123456789012345\t2020-08-26 23:08:49",
        ])
    func others(text: String) {
        #expect(AttlogLine(text.utf8) == nil)
    }

    @Test("a line written is the line read")
    func roundTrips() throws {
        let time = try #require(ZKTime(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5))
        let text = AttlogLine.text(
            ZKPunch(userID: "007", time: time, state: 1, verify: 15, workCode: 0), deviceNumber: 3)
        #expect(text == "      007\t2026-01-02 03:04:05\t3\t1\t15\t0\r\n")
        let line = try #require(AttlogLine(text.utf8))
        #expect(line.userID == "007" && line.time == time && line.state == 1 && line.verify == 15)
    }

    @Test("an encrypted file does not look like text")
    func encrypted() {
        #expect(AttlogLine.looksLikeText("  200\t2020-08-26 23:08:49\r\n".utf8))
        #expect(!AttlogLine.looksLikeText([0x13, 0x00, 0x81, 0x07]))
    }
}
