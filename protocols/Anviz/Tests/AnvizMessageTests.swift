import AnvizWire
import Testing

@Suite("Anviz messages")
struct AnvizMessageTests {
    @Test("the checksum of 123456789 is the published one")
    func checksum() {
        #expect(AnvizChecksum.of("123456789".utf8) == 0x6F91)
    }

    @Test(
        "commands are the vectors' bytes",
        arguments: [
            ("get_time", AnvizFrame.command(.getTime, device: 1)),
            ("record_info", .command(.counts, device: 1)),
            ("download_new_first_25", .command(.download, device: 1, data: AnvizDownload(.new).data)),
            ("download_next_25", .command(.download, device: 1, data: AnvizDownload(.next).data)),
            ("download_again", .command(.download, device: 1, data: AnvizDownload(.again).data)),
            ("clear_2_new_flags", .command(.clear, device: 1, data: AnvizClearing.oldestMarks(2).data)),
            ("heartbeat_reply", .reply(to: .heartbeat, device: 1)),
            ("fail_reply_to_get_time", .reply(to: .getTime, device: 1, result: .failed)),
        ])
    func commands(name: String, frame: AnvizFrame) {
        #expect(frame.bytes == AnvizVectors.bytes(name))
    }

    @Test("the two records of a packet have the user, time and method that the vectors say")
    func records() throws {
        let frame = try #require(AnvizFramerTests.frame("download_reply_two_records"))
        let records = try #require(AnvizDownload.records(frame.data))
        try #require(records.count == 2)
        #expect(records[0].user == 1234 && records[0].isCard && !records[0].isFinger && records[0].type == 128)
        #expect(records[1].user == 1235 && records[1].isFinger && records[1].state == 1)
        #expect(records[1].workCode == 258)
        // 2026-11-22 08:30:00 is 1795336200 seconds after 1970 on its own clock.
        #expect(Int64(records[0].seconds) + AnvizEpoch.january2.secondsSince1970 == 1_795_336_200)
        #expect(AnvizDownload.packet(records) == frame.data)
        #expect(records[0].bytes == frame.data[1..<15].map { $0 })
    }

    @Test("a packet whose count does not agree with its bytes is refused", arguments: [[], [1], [2, 0], [26]])
    func wrongPackets(data: [UInt8]) {
        #expect(AnvizDownload.records(data) == nil)
        #expect(AnvizDownload.records(data + [UInt8](repeating: 0, count: 14)) == nil || data == [1])
    }

    @Test("five user bytes and three work code bytes survive the wire")
    func widths() throws {
        let record = AnvizRecord(
            user: 0xFF_1234_5678, seconds: 0xFFFF_FFFF, backup: 1, type: 0x8F, workCode: 0xABCDEF)
        #expect(try #require(AnvizRecord(record.bytes)) == record)
        #expect(record.user == 1_095_522_080_376)
        #expect(AnvizRecord(record.bytes.dropLast()) == nil)
    }

    @Test("the counts of the vector are 3 users, 120 records and 2 new ones")
    func counts() throws {
        let frame = try #require(AnvizFramerTests.frame("record_info_reply_users_3_all_120_new_2"))
        let counts = try #require(AnvizCounts(frame.data))
        #expect(counts.users == 3 && counts.records == 120 && counts.newRecords == 2)
        #expect(counts.data == frame.data)
        #expect(AnvizCounts([1, 2, 3]) == nil)
        #expect(AnvizNumber.data(-5) == [0, 0, 0] && AnvizNumber.data(1 << 30) == [255, 255, 255])
    }

    @Test("the clock's six numbers are read and written")
    func time() throws {
        let frame = try #require(AnvizFramerTests.frame("get_time_reply_2026_11_22_08_30_00"))
        let time = try #require(AnvizTime(frame.data))
        #expect(time.year == 2026 && time.month == 11 && time.day == 22 && time.hour == 8 && time.minute == 30)
        #expect(AnvizTime.data(year: 2026, month: 11, day: 22, hour: 8, minute: 30, second: 0) == frame.data)
        #expect(AnvizTime.data(year: 1999, month: 1, day: 1, hour: 0, minute: 0, second: 0) == nil)
    }

    @Test("a login is padded to 24 bytes, and one too long is cut")
    func login() {
        #expect(AnvizLogin.data(user: "admin", password: "12345").count == 24)
        #expect(AnvizLogin.data(user: "admin", password: "12345").prefix(6) == [97, 100, 109, 105, 110, 0])
        #expect(AnvizLogin.data(user: "a very long user", password: "").count == 24)
    }

    @Test("what a command asks for is read back", arguments: [0, 1, 2, 0x10] as [UInt8])
    func downloads(mode: UInt8) throws {
        #expect(try #require(AnvizDownload([mode, 200])).count == 25)
        #expect(AnvizDownload([9, 25]) == nil && AnvizDownload([mode]) == nil)
        #expect(AnvizClearing([2, 0, 1, 0]) == .oldestMarks(256))
        #expect(AnvizClearing([3, 0, 0, 0]) == nil && AnvizClearing([2, 0, 0]) == nil && AnvizClearing([]) == nil)
    }
}
