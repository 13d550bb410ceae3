import Testing
import ZKTecoWire

@Suite("ZKTeco attendance records")
struct ZKRecordLayoutTests {
    static let samples: [(layout: ZKRecordLayout, vector: Vector)] =
        Vector.named("att40").map { (.forty, $0) } + Vector.named("att16").map { (.sixteen, $0) }
        + Vector.named("att8").map { (.eightB, $0) } + Vector.named("att22").map { (.twentyTwo, $0) }

    @Test("P14: a recorded record is read as published, state and verification not swapped", arguments: Self.samples)
    func published(layout: ZKRecordLayout, vector: Vector) throws {
        let punch = try #require(layout.read(vector.bytes[...]))
        #expect(punch.time == vector.time)
        #expect(punch.userID == vector.string("user_id"))
        #expect(punch.uid.map { Int($0) } == vector.number("uid"))
        if let state = vector.number("state") { #expect(Int(punch.state) == state) }
        if let verify = vector.number("verify") { #expect(Int(punch.verify) == verify) }
    }

    @Test("the packed byte of an 8B record is state 0 by fingerprint", arguments: Vector.named("att8"))
    func packed(vector: Vector) throws {
        let punch = try #require(ZKRecordLayout.eightB.read(vector.bytes[...]))
        #expect(punch.state == 0 && punch.verify == 1)
    }

    @Test("what a layout can carry survives being written and read", arguments: ZKRecordLayout.allCases)
    func roundTrips(layout: ZKRecordLayout) throws {
        let time = try #require(ZKTime(year: 2026, month: 11, day: 22, hour: 8, minute: 30))
        let punch = ZKPunch(uid: 7, userID: "10023", time: time, state: 1, verify: 2, workCode: 53)
        let bytes = layout.bytes(punch)
        #expect(bytes.count == layout.size)
        let read = try #require(layout.read(bytes[...]))
        #expect(read.time == time && read.state == 1 && read.verify == 2)
        #expect(read.userID == (layout.needsUsers ? nil : "10023"))
        #expect(read.uid == (layout == .sixteen ? nil : 7))
    }

    @Test(
        "leading zeros and 24 characters of a user id survive", arguments: ["007", "ABCDEFGHIJKLMNOPQRSTUVWX", "A-1"])
    func userIDs(id: String) throws {
        let time = try #require(ZKTime(year: 2026, month: 1, day: 2))
        let bytes = ZKRecordLayout.forty.bytes(ZKPunch(uid: 1, userID: id, time: time, state: 0, verify: 1))
        #expect(ZKRecordLayout.forty.read(bytes[...])?.userID == id)
    }

    @Test("bytes behind the NUL of a user id are leftovers")
    func leftovers() throws {
        var bytes = try #require(Vector.named("att40").first).bytes
        bytes[12] = 0x41
        #expect(ZKRecordLayout.forty.read(bytes[...])?.userID == "999111333")
    }

    @Test("a record of the wrong size is none", arguments: ZKRecordLayout.allCases)
    func wrongSize(layout: ZKRecordLayout) {
        #expect(layout.read([UInt8](repeating: 0, count: layout.size - 1)[...]) == nil)
        #expect(layout.read([UInt8](repeating: 0, count: layout.size + 1)[...]) == nil)
    }

    @Test(
        "the two tables of verification codes clash where they should",
        arguments: [
            (0, ZKVerifyWay.password, ZKVerifyWay.other), (1, .fingerprint, .fingerprint), (2, .card, .password),
            (3, .other, .password), (4, .other, .card), (9, .other, .fingerprint), (15, .other, .face),
            (25, .other, .palm),
            (200, .other, .other),
        ] as [(UInt8, ZKVerifyWay, ZKVerifyWay)])
    func dialects(code: UInt8, old: ZKVerifyWay, new: ZKVerifyWay) {
        #expect(ZKVerifyWay(code: code, dialect: .old) == old)
        #expect(ZKVerifyWay(code: code, dialect: .new) == new)
    }
}
