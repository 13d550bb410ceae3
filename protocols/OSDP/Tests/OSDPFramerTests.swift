import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import OSDPWire
import Testing

@Suite("OSDP framer")
struct OSDPFramerTests {
    @Test("keeps every framer's promises", arguments: [1440, 256])
    func verified(longest: Int) throws {
        let verifier = WireVerifier(
            make: { OSDPFramer(longest: longest) }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .frame = $0 { true } else { false } },
            pending: { ($0.pendingCount, longest - 1) }, protection: .checksum)
        #expect(verifier.failures(in: try samples(), seed: 20_261_124) == [])
    }

    @Test("idle bytes before a frame are nothing, other bytes are noise")
    func idle() throws {
        var framer = OSDPFramer()
        let poll = OSDPVector.exchanges(of: "plain_crc")[2].command
        framer.receive([0xFF] + poll + [0xFF, 0xFF] + poll + [0x00, 0xFF, 0x01] + poll)
        let frame = try frame(poll)
        #expect(framer.next() == .frame(frame))
        #expect(framer.next() == .frame(frame))
        #expect(framer.next() == .noise(count: 2))
        #expect(framer.next() == .frame(frame))
        #expect(framer.next() == nil)
    }

    @Test("a frame whose check is wrong is told with its beginning, and one inside it is found")
    func damaged() throws {
        let poll = OSDPVector.exchanges(of: "plain_crc")[2].command
        var framer = OSDPFramer()
        framer.receive([0x53, 0x01, 0x0A, 0x00] + poll)
        guard case .damaged(let beginning) = framer.next() else {
            Issue.record("no damaged frame")
            return
        }
        #expect(beginning == [0x53, 0x01, 0x0A, 0x00] + poll.prefix(6))
        var found: [OSDPFramer.Outcome] = []
        while let outcome = framer.next() { found.append(outcome) }
        #expect(found.last == .frame(try frame(poll)))
    }

    @Test("silence frees a frame that a stray start byte held back")
    func expire() throws {
        let poll = OSDPVector.exchanges(of: "plain_crc")[2].command
        var framer = OSDPFramer()
        framer.receive([0x53, 0x00, 0x00, 0x02] + poll)
        #expect(framer.next() == nil)
        #expect(expire(&framer))
        var found: [OSDPFramer.Outcome] = []
        while let outcome = framer.next() { found.append(outcome) }
        #expect(found.last == .frame(try frame(poll)))
        #expect(!expire(&framer))
        framer.receive(Array(poll.prefix(5)))
        #expect(framer.next() == nil)
        framer.reset()
        framer.receive(Array(poll.dropFirst(5)))
        while let outcome = framer.next() { if case .frame = outcome { Issue.record("a frame out of two halves") } }
    }

    @Test("whatever comes, framer, replies and handshakes end and hold little", arguments: 1...20)
    func hostile(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let known = OSDPVector.all.compactMap(\.reply)
        var framer = OSDPFramer()
        for _ in 0..<2000 {
            var bytes =
                random.oneIn(3)
                ? random.bytes(random.number(in: 1...80)) : known[random.number(in: 0...known.count - 1)]
            if random.oneIn(2) { bytes[random.number(in: 0...bytes.count - 1)] = UInt8(random.number(in: 0...255)) }
            // Half of what is damaged gets a right check, so that it is looked into.
            if random.oneIn(2), bytes.count > 8 {
                let body = Array(bytes.dropLast(2))
                bytes = body + OSDPCheck.crc16.bytes(over: body)
            }
            framer.receive(bytes)
            while let outcome = framer.next() {
                guard case .frame(let frame) = outcome else { continue }
                _ = OSDPReply(code: frame.code, data: frame.data)
                var handshake = OSDPHandshake(key: .installation, random: random.bytes(8), cipher: cipher)
                _ = try? handshake.answered(frame)
                _ = try? handshake.accepted(frame)
            }
            #expect(framer.pendingCount < 1440)
            if random.oneIn(10) { while framer.expire() { while framer.next() != nil {} } }
        }
    }

    private func expire(_ framer: inout OSDPFramer) -> Bool { framer.expire() }

    private func samples() throws -> [WireSample<OSDPFramer.Outcome>] {
        let chosen = ["ID, sequence 0", "POLL idle", "KEYSET type 1 length 16", "POLL -> KEYPAD 1234#", "CHLNG"]
        var samples = try chosen.map { note -> WireSample<OSDPFramer.Outcome> in
            let vector = try #require(OSDPVector.all.last { $0.note == note })
            return WireSample(
                note, bytes: vector.command + (vector.reply ?? []),
                frames: [.frame(try frame(vector.command)), .frame(try frame(vector.reply ?? []))])
        }
        let checksum = OSDPVector.exchanges(of: "plain_checksum")[0].command
        // No idle byte behind it: a length that is one too large takes it in, and the checksum does not notice.
        samples.append(
            WireSample("idle bytes", bytes: [0xFF, 0xFF] + checksum, frames: [.frame(try frame(checksum))]))
        return samples
    }
}
