import Testing
import ZKTecoWire

@Suite("ZKTeco attendance log")
struct ZKAttendanceLogTests {
    let start = UInt32(864_265_368)

    /// Punches a minute apart from 2026-11-22 01:42:48 on.
    func punches(_ count: Int) -> [ZKPunch] {
        (0..<count).compactMap { index in
            ZKTime(code: start + UInt32(index) * 60).map {
                ZKPunch(uid: UInt16(index % 50 + 1), userID: "\(10_000 + index % 50)", time: $0, state: 0, verify: 1)
            }
        }
    }

    func dataset(_ punches: [ZKPunch], _ layout: ZKRecordLayout) -> [UInt8] {
        ZKDataset.bytes(punches.map(layout.bytes))
    }

    @Test("P1: each record size is found by dividing", arguments: ZKRecordLayout.allCases)
    func dividing(layout: ZKRecordLayout) throws {
        let punches = punches(120)
        let latest = ZKTime(year: 2026, month: 11, day: 23)
        let log = try ZKAttendanceLog.read(dataset(punches, layout), count: 120, latest: latest)
        #expect(log.layout == layout)
        #expect(log.punches.map(\.time) == punches.map(\.time))
        #expect(log.unreadable == [])
    }

    @Test("P1: a count that does not divide is refused", arguments: [1, 39, 41, 80, 0])
    func notDividing(count: Int) {
        let dataset = dataset(punches(40), .forty)
        #expect(throws: ZKAttendanceLog.Refusal.self) { try ZKAttendanceLog.read(dataset, count: count) }
    }

    @Test("P1: 49-byte records are not cut by 40 though both divide")
    func fortyNotFortyNine() throws {
        let punches = punches(40)
        #expect(
            try ZKAttendanceLog.read(dataset(punches, .fortyNine), count: 40).punches.map(\.time) == punches.map(\.time)
        )
        #expect(throws: ZKAttendanceLog.Refusal.self) {
            try ZKAttendanceLog.read(dataset(punches, .fortyNine), count: 49)
        }
    }

    @Test("P1: real 8B records are not taken for 8A", arguments: [("att8-zem500", 2016), ("att8-ma300", 2020)])
    func realEightB(prefix: String, year: Int) throws {
        let records = Vector.named(prefix).map(\.bytes)
        let latest = ZKTime(year: year, month: 6, day: 18)
        let log = try ZKAttendanceLog.read(ZKDataset.bytes(records), count: records.count, latest: latest)
        #expect(log.layout == .eightB)
        #expect(log.punches.map(\.time) == Vector.named(prefix).compactMap(\.time))
    }

    @Test("P1: a single 8B record read as 8A would carry a state that no terminal has")
    func singleEight() throws {
        let record = try #require(Vector.named("att8-ma300").first).bytes
        let log = try ZKAttendanceLog.read(
            ZKDataset.bytes([record]), count: 1, latest: ZKTime(year: 2026, month: 11, day: 22))
        #expect(log.layout == .eightB)
    }

    @Test("the site's word overrules what makes sense")
    func override() throws {
        let records = Vector.named("att8-ma300").map(\.bytes)
        let log = try ZKAttendanceLog.read(ZKDataset.bytes(records), count: records.count, eight: .eightA)
        #expect(log.layout == .eightA)
    }

    @Test(
        "P11: punches of a clock that stood at 2000 are read where later ones show the layout, and never guessed at alone"
    )
    func unsetClock() throws {
        let unset = ZKPunch(uid: 1, time: try #require(ZKTime(year: 2000, month: 1, day: 1)), state: 0, verify: 1)
        let real = ZKPunch(
            uid: 2, time: try #require(ZKTime(year: 2026, month: 11, day: 20, hour: 8)), state: 0, verify: 1)
        let latest = ZKTime(year: 2026, month: 11, day: 22)
        let alone = ZKDataset.bytes([ZKRecordLayout.eightB.bytes(unset)])
        #expect(throws: ZKAttendanceLog.Refusal.neitherEight) {
            try ZKAttendanceLog.read(alone, count: 1, latest: latest)
        }
        #expect(try ZKAttendanceLog.read(alone, count: 1, eight: .eightB).punches == [unset])
        let both = ZKDataset.bytes([unset, real].map(ZKRecordLayout.eightB.bytes))
        #expect(try ZKAttendanceLog.read(both, count: 2, latest: latest).punches == [unset, real])
    }

    @Test("eight-byte records without sense in either way are refused")
    func neitherEight() throws {
        let old = try #require(ZKTime(year: 2001, month: 1, day: 1))
        let records = [ZKRecordLayout.eightB.bytes(ZKPunch(uid: 1, time: old, state: 0, verify: 1))]
        #expect(throws: ZKAttendanceLog.Refusal.neitherEight) {
            try ZKAttendanceLog.read(ZKDataset.bytes(records), count: 1, latest: ZKTime(year: 2026, month: 11, day: 22))
        }
    }

    @Test("one garbled record among many good ones is set aside, not the log")
    func garbledRecord() throws {
        var records = punches(200).map(ZKRecordLayout.forty.bytes)
        records[17].replaceSubrange(27..<31, with: [0xC0, 0xEE, 0x1E, 0x32])
        let log = try ZKAttendanceLog.read(ZKDataset.bytes(records), count: 200)
        #expect(log.punches.count == 199)
        #expect(log.unreadable == [records[17]])
    }

    @Test(
        "a date that does not exist refuses a short log, and every log without text",
        arguments: [
            (ZKRecordLayout.forty, 20), (.sixteen, 500),
        ])
    func implausible(layout: ZKRecordLayout, count: Int) {
        var records = punches(count).map(layout.bytes)
        let offset = layout == .forty ? 27 : 4
        records[3].replaceSubrange(offset..<offset + 4, with: [0x40, 0xFD, 0x71, 0x32])
        #expect(throws: ZKAttendanceLog.Refusal.implausible(record: 3, layout: layout)) {
            try ZKAttendanceLog.read(ZKDataset.bytes(records), count: count)
        }
    }

    @Test("the byte count in front must be that of the bytes")
    func lengthMismatch() {
        let dataset = dataset(punches(3), .forty)
        #expect(throws: ZKAttendanceLog.Refusal.lengthMismatch) {
            try ZKAttendanceLog.read(Array(dataset.dropLast()), count: 3)
        }
        #expect(throws: ZKAttendanceLog.Refusal.lengthMismatch) { try ZKAttendanceLog.read([1, 2], count: 0) }
    }

    @Test("an empty log is empty, with its byte count or without", arguments: [[], [0, 0, 0, 0]] as [[UInt8]])
    func empty(dataset: [UInt8]) throws {
        #expect(try ZKAttendanceLog.read(dataset, count: 0).punches == [])
    }
}
