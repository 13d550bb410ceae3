import Testing
import ZKTecoWire

@Suite("ZKTeco counters and options")
struct ZKCountersTests {
    @Test("the published counters of a unit in access-control mode are read")
    func published() throws {
        let vector = try #require(Vector.named("h5l-free-sizes").first)
        let sizes = try #require(ZKFreeSizes(vector.bytes))
        let expected = ZKFreeSizes(
            users: 567, fingerprints: 2, records: 0, operations: 373, userCapacity: 10_000, recordCapacity: 200_000)
        #expect(sizes == expected)
    }

    @Test("each known length is written and read", arguments: [80, 92, 112])
    func roundTrips(size: Int) {
        let sizes = ZKFreeSizes(
            users: 3, fingerprints: 4, records: 5, operations: 6, userCapacity: 7, recordCapacity: 8)
        #expect(sizes.bytes(size: size).count == size)
        #expect(ZKFreeSizes(sizes.bytes(size: size)) == sizes)
    }

    @Test("a short answer and a negative count are none")
    func bad() {
        #expect(ZKFreeSizes([UInt8](repeating: 0, count: 79)) == nil)
        #expect(ZKFreeSizes([4, 0, 0, 0]) == nil)
        var bytes = ZKFreeSizes(users: 1, records: 1).bytes()
        bytes[35] = 0x80
        #expect(ZKFreeSizes(bytes) == nil)
    }

    @Test(
        "a published option answer is read",
        arguments: Vector.all.filter { $0.string("value") != nil && $0.name.hasPrefix("opt-") })
    func options(vector: Vector) throws {
        let (packet, _) = try #require(ZKPacket.read(vector.bytes[...]))
        let option = try #require(ZKOption(packet.data))
        #expect(option.name == vector.string("option"))
        #expect(option.value == vector.string("value"))
        #expect(option.bytes == packet.data)
    }

    @Test("a published option request is written", arguments: Vector.all.filter { $0.number("command") == 11 })
    func requests(vector: Vector) throws {
        let name = try #require(vector.string("option"))
        #expect(ZKOption.request(name) == Array(vector.bytes[8...]))
    }

    @Test("an option's value is cut at the NUL, split at the first =, and cleaned of control characters")
    func oddOptions() {
        #expect(ZKOption(Array("A=b=c\u{7}\0junk".utf8))?.value == "b=c")
        #expect(ZKOption(Array("nothing".utf8)) == nil)
        #expect(ZKOption([]) == nil)
    }
}
