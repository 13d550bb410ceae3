import GatehouseModel
import IClockWire
import Testing

@Suite("iclock bodies")
struct IClockBodyTests {
    private func line(_ text: String) -> IClockAttlog? { IClockAttlog(Array(text.utf8)[...]) }

    @Test("the nine punches of the maker's document, 315 bytes")
    func document() throws {
        let vector = try IClockVector("adms-attlog-9")
        #expect(vector.bytes.count == vector.decoded["content_length"]?.integer)
        let lines = IClockText.lines(vector.bytes)
        #expect(lines.count == vector.decoded["lines"]?.integer)
        let first = try #require(IClockAttlog(lines[0]))
        #expect(first.pin == vector.decoded["first"]?["pin"]?.text)
        #expect(first.time == vector.decoded["first"]?["time"]?.text)
        #expect(lines.allSatisfy { IClockAttlog($0) != nil })
        #expect(lines.compactMap { IClockAttlog($0)?.line }.joined() == vector.text)
    }

    @Test(
        "lines of every length that occurs",
        arguments: [
            ("7\t2026-11-22 08:30:00", "7|2026-11-22 08:30:00|-|-|-"),
            ("7\t2026-11-22 08:30:00\t0\t1", "7|2026-11-22 08:30:00|0|1|-"),
            ("7\t2026-11-22 08:30:00\t0\t1\t5", "7|2026-11-22 08:30:00|0|1|5"),
            ("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0", "7|2026-11-22 08:30:00|1|15|0"),
            ("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t1\t36.5\t0", "7|2026-11-22 08:30:00|1|15|0"),
            ("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t1\t36.5\t0\t+28800", "7|2026-11-22 08:30:00|1|15|0"),
            ("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t1\t36.5\t0\t-12600\tx", "7|2026-11-22 08:30:00|1|15|0"),
            ("   007\t2026/11/22 08:30:00\t0\t1\t\t\t", "007|2026-11-22 08:30:00|0|1|-"),
            ("A7f\t2026-11-22T08:30:00\t255\t200\t0\t0\t0\t", "A7f|2026-11-22 08:30:00|255|200|0"),
            ("7 2026-11-22 08:30:00 0 1 0 0 0", "7|2026-11-22 08:30:00|0|1|0"),
            ("7 2026-11-22T8:5:0 0 1", "7|2026-11-22 08:05:00|0|1|-"),
            ("7\t2000-01-01 00:00:11\t0\t1\t0\t0\t0", "7|2000-01-01 00:00:11|0|1|0"),
        ])
    func forms(text: String, expected: String) throws {
        let punch = try #require(line(text))
        let parts = [punch.pin, punch.time, punch.status ?? "-", punch.verify ?? "-", punch.workCode ?? "-"]
        #expect(parts.joined(separator: "|") == expected)
    }

    @Test("an offset, a mask and a temperature are read where they stand; an identity check is none of attendance")
    func tails() throws {
        let twelve = try #require(line("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t1\t36.5\t0\t+19800\tx"))
        #expect(twelve.timeOffset == 19_800 && twelve.mask == "1" && twelve.temperature == "36.5")
        let eleven = try #require(line("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t0\t0\t0\tnote"))
        #expect(eleven.timeOffset == nil)
        let card = try #require(line("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t110101\t1"))
        #expect(card.isVerification)
        #expect(line("7\t2026-11-22 08:30:00\t1\t15\t0\t0\t0\t110101\t0")?.isVerification == false)
    }

    @Test(
        "what is no punch is none",
        arguments: [
            "", "\t", "7", "7\t", "\t2026-11-22 08:30:00", "7\t2026-11-22", "7\t08:30:00\t0", "7\tx-11-22 08:30:00",
            "7\t2026-11-22 08:30:000\t1", String(repeating: "7", count: 33) + "\t2026-11-22 08:30:00",
            "7\t2026-11-22 08:30:00\u{1}\t0", String(repeating: "7\t", count: 600),
        ])
    func refused(text: String) {
        #expect(line(text) == nil)
    }

    @Test("bodies end lines with LF, CR LF, NUL or nothing, and empty lines are none")
    func lineEnds() {
        let texts = IClockText.lines(Array("a\r\nb\n\n\r\nc\0".utf8)).map { String(decoding: $0, as: UTF8.self) }
        #expect(texts == ["a", "b", "c"])
    }

    @Test("the operation and the users of the maker's document")
    func operations() throws {
        let operation = try #require(IClockText.lines(IClockVector("adms-oplog").bytes).first)
        #expect(
            IClockOperlogLine(operation)
                == .operation(IClockOperation(code: 4, admin: "14", time: "2015-07-30 10:22:34")))
        let users = IClockText.lines(try IClockVector("adms-user-2").bytes)
        #expect(users.map(IClockOperlogLine.init) == [.record("USER"), .record("USER")])
    }

    @Test(
        "kinds of lines that are counted",
        arguments: [
            ("FP PIN=7\tFID=1\tSize=4\tValid=1\tTMP=aa==", IClockOperlogLine.record("FP")),
            ("BIOPHOTO PIN=7\tFileName=7.jpg", .record("BIOPHOTO")), ("user\tPIN=1", .record("USER")),
            ("OPLOG", .unreadable), ("OPLOG x\t1\t2026-11-22 08:30:00", .unreadable),
            ("OPLOG 4\t1\tyesterday", .unreadable),
            ("=?", .unreadable), ("ABCDEFGHIJKLMNOPQ x", .unreadable),
        ])
    func kinds(text: String, expected: IClockOperlogLine) {
        #expect(IClockOperlogLine(Array(text.utf8)[...]) == expected)
    }

    @Test(
        "operations that somebody must hear of",
        arguments: [
            (21, ["0"], .timeChanged), (23, ["0"], .attendanceCleared), (13, ["0"], .dataCleared),
            (22, [], .factoryReset),
            (43, [], .clearedAfterExport), (80, [], .keyChanged), (82, [], .serverChanged), (32, ["7"], .duress),
            (3, ["54"], .doorForced), (3, ["3", "55"], .tampered), (3, ["58"], .invalidTries), (3, ["50"], nil),
            (4, ["54"], nil), (30, [], nil),
        ] as [(Int, [String], IClockOperation.Meaning?)])
    func meanings(code: Int, objects: [String], meaning: IClockOperation.Meaning?) {
        let operation = IClockOperation(code: code, admin: "1", time: "2026-11-22 08:30:00", objects: objects)
        #expect(operation.meaning == meaning)
    }

    @Test("the head of a photo is read, and none of its picture")
    func photo() throws {
        let vector = try IClockVector("adms-attphoto-head")
        let photo = try #require(IClockPhoto(vector.bytes + [0xFF, 0xD8, 0x0A] + Array("size=1\n".utf8)))
        #expect(photo.name == "20150731103012-123.jpg")
        #expect(photo.size == vector.decoded["size"]?.integer)
        #expect(IClockPhoto([0xFF, 0xD8, 0xFF]) == nil)
    }

    @Test("INFO of a question, and what is none")
    func info() throws {
        let vector = try IClockVector("adms-info")
        let text = vector.text.split(separator: "%20").joined(separator: " ")
        let info = try #require(IClockInfo(text))
        #expect(info.firmware == vector.decoded["firmware"]?.text)
        #expect(info.punches == 0 && info.users == 0 && info.address == "192.168.16.27")
        #expect(IClockInfo("a,b,c") == nil)
        #expect(IClockInfo("v,-1,x,99999999999999999999")?.punches == nil)
    }

    @Test("settings in commas, TABs or lines; a value keeps its later equals signs")
    func fields() {
        let bytes = Array("~DeviceName=MB460, FWVersion=Ver 8\tTMP=aa==\nnothing\n=x".utf8)
        let fields = IClockFields(bytes, separators: [0x2C, 9, 0x0A])
        #expect(fields["~devicename"] == "MB460")
        #expect(fields.first(of: "FirmVer", "FWVersion") == "Ver 8")
        #expect(fields["tmp"] == "aa==")
        #expect(fields.pairs.count == 3)
    }

    @Test("rows of the access flavour, live and from the table")
    func access() throws {
        let live =
            "time=2026-11-22 08:30:00\tpin=7\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=1\tverifytype=15\tindex=9"
        let row =
            "transaction Cardno=12\tPin=7\tVerified=15\tDoorID=1\tEventType=0\tInOutState=1\tTime_second=864289800"
        let first = try #require(IClockAccess(Array(live.utf8)[...]))
        let second = try #require(IClockAccess(Array(row.utf8)[...]))
        #expect(first.pin == "7" && first.time == "2026-11-22 08:30:00" && first.card == nil && first.door == "1")
        #expect(second.pin == "7" && second.timeCode == 864_289_800 && second.card == "12" && second.verify == "15")
        #expect(first.event == second.event && first.inOut == second.inOut)
        #expect(IClockAccess(Array("pin=7\tevent=0".utf8)[...]) == nil)
        #expect(IClockAccess(Array("time=2026-11-22 08:30:00\tpin=0\tevent=8".utf8)[...])?.pin == nil)
    }
}
