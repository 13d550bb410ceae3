import GatehouseTestKit
import Testing

@Suite("The wire verifier")
struct WireVerifierTests {
    let samples: [WireSample<[UInt8]>] = [
        WireSample(
            "two frames", bytes: CountedFramer.frame([9, 2, 3]) + CountedFramer.frame([]), frames: [[9, 2, 3], []]),
        WireSample("a long frame", bytes: CountedFramer.frame(Array(0..<200)), frames: [Array(0..<200)]),
    ]

    @Test("passes a framer that keeps its promises")
    func passesGoodFramer() {
        #expect(verifier(.none).failures(in: samples, seed: 1) == [])
    }

    @Test("finds each broken promise", arguments: CountedFramer.Defect.allCases.filter { $0 != .none })
    func findsDefect(_ defect: CountedFramer.Defect) {
        let failures = verifier(defect).failures(in: samples, seed: 1)
        #expect(!failures.isEmpty)
        #expect(failures.count <= 10, "the first few are enough to work with")
        #expect(failures.allSatisfy { $0.description.contains($0.check) && !$0.detail.isEmpty })
    }

    @Test("names the first promise that broke")
    func namesPromise() {
        let failures = verifier(.forgetsBetweenReads).failures(in: samples, seed: 1)
        #expect(failures.first?.check == "byte by byte")
        #expect(failures.first?.sample == "two frames")
    }

    @Test("does not cut datagrams")
    func datagramsStayWhole() {
        let verifier = WireVerifier<CountedFramer, [UInt8]>(
            make: { CountedFramer(defect: .forgetsBetweenReads) }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { _ in true }, delivery: .datagrams)
        #expect(verifier.failures(in: samples, seed: 1) == [])
    }

    @Test("gives the same failures for the same seed")
    func repeatable() {
        let verifier = verifier(.ignoresChecksum)
        #expect(verifier.failures(in: samples, seed: 7) == verifier.failures(in: samples, seed: 7))
    }

    private func verifier(_ defect: CountedFramer.Defect) -> WireVerifier<CountedFramer, [UInt8]> {
        WireVerifier(
            make: { CountedFramer(defect: defect) }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { $0 != CountedFramer.noise }, pending: { ($0.pending.count, 258) }, protection: .checksum)
    }
}

/// A toy wire: `AA`, a length, that many bytes, and two checks: their sum and their sum times position.
struct CountedFramer {
    enum Defect: CaseIterable {
        case none, forgetsBetweenReads, ignoresChecksum, neverStops, hoards, handsOutHalves, losesGlued
    }

    static let noise: [UInt8] = Array(repeating: 0xEE, count: 300)
    let defect: Defect
    var pending: [UInt8] = []

    static func frame(_ body: [UInt8]) -> [UInt8] {
        [0xAA, UInt8(body.count)] + body + checks(UInt8(body.count), body)
    }

    static func checks(_ count: UInt8, _ body: [UInt8]) -> [UInt8] {
        var (sum, weighted) = (count, count)
        for byte in body {
            sum = sum &+ byte
            weighted = weighted &+ sum
        }
        return [sum, weighted]
    }

    mutating func receive(_ bytes: [UInt8]) {
        if defect == .forgetsBetweenReads { pending = [] }
        pending += bytes
    }

    mutating func next() -> [UInt8]? {
        if defect == .neverStops { return pending }
        if defect == .hoards, pending.count > 40, pending.first != 0xAA { return nil }
        guard let start = pending.firstIndex(of: 0xAA) else { return discard(pending.count) }
        guard start == 0 else { return discard(start) }
        guard pending.count >= 2 else { return nil }
        let length = Int(pending[1]) + 4
        if defect == .handsOutHalves, pending.count > 3, pending.count < length { return discard(3, as: [9]) }
        guard pending.count >= length else { return nil }
        let body = Array(pending[2..<length - 2])
        guard defect == .ignoresChecksum || Self.checks(pending[1], body) == Array(pending[length - 2..<length]) else {
            return discard(1)
        }
        return discard(defect == .losesGlued ? pending.count : length, as: body)
    }

    private mutating func discard(_ count: Int, as outcome: [UInt8] = noise) -> [UInt8]? {
        guard count > 0 else { return nil }
        pending.removeFirst(count)
        return outcome
    }
}
