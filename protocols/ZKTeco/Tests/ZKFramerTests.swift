import GatehouseTestKit
import Testing
import ZKTecoWire

@Suite("ZKTeco TCP framer")
struct ZKFramerTests {
    /// The checksum cannot see that a NUL at the end is missing, so packets that end in one are no samples.
    static let samples = Vector.packets.filter { $0.bytes.last != 0 }.prefix(6).compactMap { vector in
        ZKPacket.read(vector.bytes[...]).map { packet, check in
            WireSample(vector.name, bytes: packet.frame, frames: [ZKFramer.Outcome.packet(packet, check)])
        }
    }

    @Test(
        "frames come out whole, byte by byte, glued, cut and damaged, and never one that was not sent",
        arguments: [1, 77])
    func verified(seed: UInt64) {
        let verifier = WireVerifier(
            make: { ZKFramer() }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .packet(_, .right) = $0 { true } else { false } },
            pending: { ($0.pendingCount, ZKFramer.packetLimit + ZKFramer.prefixSize) }, protection: .checksum)
        #expect(verifier.failures(in: Self.samples, seed: seed).map(\.description) == [])
    }

    @Test("the frame of a published CONNECT is the published one")
    func publishedFrame() {
        let connect = ZKPacket(.connect, session: 0, replyID: 0)
        #expect(connect.frame == Vector.named("chk-connect-tcp").first?.bytes)
    }

    @Test("a stream of the encrypted dialect is named as such, however it is cut", arguments: 1...8)
    func encrypted(cut: Int) {
        let bytes = ZKFramer.encryptedMagic + [16, 0, 0, 0, 1, 2, 3, 4]
        var framer = ZKFramer()
        framer.receive(bytes.prefix(cut))
        let early = framer.next()
        framer.receive(bytes.dropFirst(cut))
        #expect((early ?? framer.next()) == .encryptedDialect)
        #expect(framer.next() == nil)
    }

    @Test("an impossible length ends the stream", arguments: [0, 7, 1 << 20 + 1, 0xFFFF_FFFF] as [UInt32])
    func impossibleLength(length: UInt32) {
        var framer = ZKFramer()
        framer.receive(ZKFramer.magic + (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(8 * $0)) })
        guard case .garbled = framer.next() else {
            Issue.record("a length of \(length) was believed")
            return
        }
        framer.receive(ZKPacket(.ok, session: 0, replyID: 0).frame)
        #expect(framer.next() == nil)
        #expect(framer.pendingCount == 0)
    }

    @Test(
        "P3: four megabytes in 64 KB frames pass in reads of any size", .timeLimit(.minutes(1)),
        arguments: [1460, 65_536])
    func longTransfer(read: Int) {
        let packet = ZKPacket(.data, session: 0, replyID: 9, data: [UInt8](repeating: 0x50, count: 65_472))
        let stream = (0..<64).flatMap { _ in packet.frame }
        var framer = ZKFramer()
        var found = 0
        var most = 0
        for start in stride(from: 0, to: stream.count, by: read) {
            framer.receive(stream[start..<min(start + read, stream.count)])
            while case .packet(packet, .right) = framer.next() { found += 1 }
            most = max(most, framer.pendingCount)
        }
        #expect(found == 64)
        #expect(most <= packet.frame.count + read)
    }
}
