import Testing
import ZKTecoWire

@Suite("ZKTeco time code")
struct ZKTimeTests {
    static let real = Vector.named("time-").filter { $0.time != nil }
    static let unreal = Vector.named("time-invalid")

    @Test("a published code is the published time, both ways", arguments: Self.real)
    func published(vector: Vector) throws {
        let time = try #require(vector.time)
        let code = try #require(vector.number("u32").map { UInt32($0) })
        #expect(ZKTime(code: code) == time)
        #expect(time.code == code)
        #expect((0..<4).map { UInt8(truncatingIfNeeded: code >> UInt32(8 * $0)) } == vector.bytes)
    }

    @Test("a code of a date that does not exist is refused, not bent", arguments: Self.unreal)
    func invalid(vector: Vector) throws {
        #expect(ZKTime(code: UInt32(try #require(vector.number("u32")))) == nil)
    }

    @Test(
        "the code is the published pair",
        arguments: [(0x2368_B36B, "2018-06-25 17:50:35"), (0x2368_9BC2, "2018-06-25 16:09:38")])
    func pairs(code: UInt32, text: String) {
        #expect(ZKTime(code: code) == ZKTime(text: text[...]))
    }

    @Test("a time survives the code and the six bytes", arguments: (0..<43).map { 1 + UInt32($0) * 97_531_246 })
    func roundTrips(code: UInt32) {
        guard let time = ZKTime(code: code) else { return }
        #expect(time.code == code)
        #expect(ZKTime(six: time.six[...]) == time)
    }

    @Test(
        "no time is read from half a one",
        arguments: [
            "", "2026-11-22", "2026-11-22 08:30", "2026-13-01 00:00:00",
            "2026-02-30 12:00:00", "1999-12-31 23:59:59", "2026-11-22 08:30:61", "2026-11-22 08:30:00:00",
            "２026-11-22 08:30:00",
        ])
    func badText(text: String) {
        #expect(ZKTime(text: text[...]) == nil)
    }

    @Test(
        "six bytes that are no time are refused",
        arguments: [
            [26, 13, 1, 0, 0, 0], [26, 2, 30, 0, 0, 0], [26, 1, 1, 24, 0, 0],
            [255, 1, 1, 0, 0, 0], [26, 1, 1, 0, 0], [],
        ] as [[UInt8]])
    func badSix(bytes: [UInt8]) {
        #expect(ZKTime(six: bytes[...]) == nil)
    }
}

@Suite("ZKTeco comm key")
struct ZKCommKeyTests {
    @Test("a key scrambles to the published bytes", arguments: Vector.named("commkey-"))
    func published(vector: Vector) throws {
        let key = UInt32(try #require(vector.number("key")))
        let session = UInt16(try #require(vector.number("session")))
        #expect(ZKCommKey.scrambled(key, session: session) == vector.bytes)
    }

    @Test("a sum beyond 32 bits wraps")
    func wraps() {
        #expect(ZKCommKey.scrambled(0xFFFF_FFFF, session: 0xFFFF).count == 4)
        #expect(ZKCommKey.scrambled(12345, session: 1000) == [0x6D, 0xE1, 0x32, 0x7A])
    }
}
