import EM4100Wire
import GatehouseTestKit
import Testing

@Suite("EM4100 framer")
struct EM4100FramerTests {
    let tag = EM4100Tag(version: 0x01, number: 0x0063_E9AE)
    let other = EM4100Tag(version: 0x10, number: 0x0086_F444)

    @Test("keeps every framer's promises, and no wrong bit makes another tag", arguments: EM4100Style.allCases)
    func verified(style: EM4100Style) {
        let verifier = WireVerifier(
            make: { EM4100Framer() }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .tag = $0 { true } else { false } },
            pending: { ($0.pendingCount, 14) }, protection: .checksum)
        let samples = [
            WireSample("one tag", bytes: tag.frame(style), frames: [EM4100Framer.Outcome.tag(tag)]),
            WireSample(
                "two tags", bytes: tag.frame(style) + other.frame(style), frames: [.tag(tag), .tag(other)]),
        ]
        #expect(verifier.failures(in: samples, seed: 20_261_122) == [])
    }

    @Test("a frame begun at any byte is noise, and the next one is whole", arguments: 1...13)
    func beganInTheMiddle(at start: Int) {
        var framer = EM4100Framer()
        framer.receive(Array(tag.frame()[start...]) + other.frame())
        var outcomes: [EM4100Framer.Outcome] = []
        while let outcome = framer.next() { outcomes.append(outcome) }
        #expect(outcomes == [.noise(count: 14 - start), .tag(other)])
    }

    @Test("no more than five bytes are a tag", arguments: [0, 4, 6])
    func wrongSize(count: Int) {
        #expect(EM4100Tag(Array(repeating: 1, count: count)) == nil)
    }

    @Test("a megabyte of digits without an end is soon gone through and not kept")
    func bounded() {
        var framer = EM4100Framer()
        var damaged = 0
        for _ in 0..<256 {
            framer.receive([0x02] + Array(repeating: 0x30, count: 4095))
            while let outcome = framer.next() {
                if case .damaged(let bytes) = outcome {
                    damaged += 1
                    #expect(bytes.count == 15)
                }
            }
            #expect(framer.pendingCount == 0)
        }
        #expect(damaged == 256)
    }
}
