import AnvizWire
import GatehouseTestKit
import Testing

@Suite("Anviz framer")
struct AnvizFramerTests {
    static let names = [
        "get_time", "get_time_reply_2026_11_22_08_30_00", "set_time_2026_11_22_08_30_00", "set_time_reply",
        "record_info_reply_users_3_all_120_new_2", "download_reply_two_records", "download_reply_none",
        "real_time_record", "clear_2_new_flags", "clear_reply_2", "heartbeat_from_device", "heartbeat_reply",
        "fail_reply_to_get_time",
    ]

    static func frame(_ name: String) -> AnvizFrame? {
        var framer = AnvizFramer()
        framer.receive(AnvizVectors.bytes(name))
        guard case .frame(let frame) = framer.next() else { return nil }
        return framer.pendingCount == 0 ? frame : nil
    }

    @Test(
        "frames come out whole, byte by byte, glued, cut and damaged, and never one that was not sent",
        arguments: [1, 77])
    func verified(seed: UInt64) {
        let samples = Self.names.compactMap { name in
            Self.frame(name).map {
                WireSample(name, bytes: AnvizVectors.bytes(name), frames: [AnvizFramer.Outcome.frame($0)])
            }
        }
        #expect(samples.count == Self.names.count)
        let verifier = WireVerifier(
            make: { AnvizFramer() }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .frame = $0 { true } else { false } },
            pending: { ($0.pendingCount, AnvizFrame.sizeLimit) }, protection: .checksum)
        #expect(verifier.failures(in: samples, seed: seed).map(\.description) == [])
    }

    @Test("every vector is read and written as the same bytes", arguments: names)
    func roundTrip(name: String) throws {
        #expect(try #require(Self.frame(name)).bytes == AnvizVectors.bytes(name))
    }

    @Test("a false start that promises 600 bytes gives way when the line falls silent")
    func falseStart() throws {
        let reply = try #require(Self.frame("set_time_reply"))
        var framer = AnvizFramer()
        framer.receive([0xA5, 0, 0, 0, 1, 0xC0, 0, 0x02, 0x58])
        framer.receive(reply.bytes)
        #expect(framer.next() == nil)
        #expect(framer.expire() == .damaged)
        var found: [AnvizFramer.Outcome] = []
        while let outcome = framer.next() { found.append(outcome) }
        #expect(found.last == .frame(reply))
    }

    @Test("a megabyte of false starts is done with in a moment", .timeLimit(.minutes(1)))
    func falseStarts() {
        var framer = AnvizFramer()
        var damaged = 0
        for _ in 0..<16 {
            framer.receive([UInt8](repeating: AnvizFrame.start, count: 65_536))
            while framer.next() == .damaged { damaged += 1 }
            #expect(framer.pendingCount < AnvizFrame.sizeLimit)
        }
        #expect(damaged > 1_000_000)
    }

    @Test("a length over 600 is no frame")
    func overlong() {
        var framer = AnvizFramer()
        framer.receive([0xA5, 0, 0, 0, 1, 0x38, 0x02, 0x59])
        #expect(framer.next() == .damaged)
        #expect(framer.next() == .noise(discarded: 7))
        #expect(framer.next() == nil)
    }
}
