import Testing
import ZKTecoWire

@Suite("ZKTeco packet")
struct ZKPacketTests {
    @Test("the vectors are there")
    func vectorsAreThere() {
        #expect(Vector.all.count == 62)
        #expect(Vector.packets.count == 26)
    }

    @Test("a published packet is read field by field and its checksum is right", arguments: Vector.packets)
    func readsPublished(vector: Vector) throws {
        let (packet, check) = try #require(ZKPacket.read(vector.bytes[...]))
        #expect(check == .right)
        #expect(Int(packet.command.rawValue) == vector.number("command"))
        #expect(Int(packet.session) == vector.number("session"))
        #expect(Int(packet.replyID) == vector.number("reply_id"))
        #expect(Int(ZKPacket.checksum(vector.bytes[...])) == vector.number("checksum"))
    }

    @Test("a published packet is written again byte for byte", arguments: Vector.packets)
    func writesPublished(vector: Vector) throws {
        let (packet, _) = try #require(ZKPacket.read(vector.bytes[...]))
        #expect(packet.bytes == vector.bytes)
        #expect(packet.frame == ZKFramer.magic + [UInt8(vector.bytes.count), 0, 0, 0] + vector.bytes)
    }

    @Test("the checksum does not depend on where in a buffer the packet lies")
    func checksumOfSlice() {
        let bytes = Vector.packets[0].bytes
        let shifted = [1, 2, 3] + bytes
        #expect(ZKPacket.checksum(shifted[3...]) == ZKPacket.checksum(bytes[...]))
    }

    @Test("a checksum one too small is told from a right and from a wrong one")
    func offByOne() {
        var bytes = ZKPacket(.ok, session: 1, replyID: 2).bytes
        bytes[2] -= 1
        #expect(ZKPacket.read(bytes[...])?.check == .offByOne)
        bytes[2] -= 1
        #expect(ZKPacket.read(bytes[...])?.check == .wrong)
    }

    @Test("fewer bytes than a header are no packet", arguments: 0..<8)
    func tooShort(count: Int) {
        #expect(ZKPacket.read(Vector.packets[0].bytes.prefix(count)) == nil)
    }

    @Test("reply ids go from 65533 over 65534 to 0")
    func replyIDsWrap() {
        var counter = ZKReplyCounter(startingAt: 65533)
        #expect([counter.next(), counter.next(), counter.next(), counter.next()] == [65533, 65534, 0, 1])
        var fresh = ZKReplyCounter()
        #expect(fresh.next() == 0)
    }
}
