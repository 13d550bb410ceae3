import GatehouseTestKit
import LineScanWire
import Testing

@Suite("Line scan framer")
struct LineScanFramerTests {
    @Test("keeps every framer's promises in every format", arguments: LineScanFormat.Terminator.allCases, [4096, 12])
    func verified(terminator: LineScanFormat.Terminator, longest: Int) {
        let format = LineScanFormat(terminator: terminator, aim: true, longest: longest)
        let verifier = WireVerifier(
            make: { LineScanFramer(format: format) }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .stray = $0 { false } else { true } },
            pending: { ($0.pendingCount, longest + 1) })
        #expect(verifier.failures(in: samples(terminator), seed: 20_261_122) == [])
    }

    @Test("a scan split at any byte is still one scan", arguments: 1...8)
    func splitAnywhere(at cut: Int) {
        let bytes = Array("XF-0001\r\n".utf8)
        var framer = LineScanFramer()
        framer.receive(Array(bytes[..<cut]))
        let early = framer.next()
        framer.receive(Array(bytes[cut...]))
        #expect((early ?? framer.next()) == scan("XF-0001"))
        #expect(framer.next() == nil)
    }

    @Test("many scans in one read come out in order")
    func manyInOneRead() {
        var framer = LineScanFramer()
        framer.receive((1...5000).flatMap { Array("C\($0)\r\n".utf8) })
        for number in 1...5000 { #expect(framer.next() == scan("C\(number)")) }
        #expect(framer.next() == nil)
        #expect(framer.pendingCount == 0)
    }

    @Test("an overlong scan is reported once, however long it grows, and its tail is never a scan")
    func overlongOnce() {
        var framer = LineScanFramer()
        var outcomes: [LineScanFramer.Outcome] = []
        for _ in 0..<100 {
            framer.receive(Array(repeating: UInt8(ascii: "A"), count: 1000))
            while let outcome = framer.next() { outcomes.append(outcome) }
            #expect(framer.pendingCount <= 4096)
        }
        #expect(outcomes == [.overlong(beginning: Array(repeating: UInt8(ascii: "A"), count: 64))])
        framer.receive(Array("tail\rnext\r".utf8))
        #expect(framer.next() == scan("next"))
    }

    @Test("silence within an overlong scan does not make a scan of its tail")
    func silenceWithinOverlong() {
        var framer = LineScanFramer(format: LineScanFormat(longest: 8))
        framer.receive(Array("0123456789".utf8))
        #expect(framer.next() == .overlong(beginning: Array("01234567".utf8)))
        #expect(framer.next() == nil)
        #expect(framer.expire(.ends) == nil)
        framer.receive(Array("tail\rnext\r".utf8))
        #expect(framer.next() == scan("next"))
    }

    @Test("silence ends or drops what is under way, as told")
    func silence() {
        var framer = LineScanFramer()
        #expect(!framer.isUnfinished)
        framer.receive(Array("AB".utf8))
        #expect(framer.next() == nil)
        #expect(framer.isUnfinished)
        #expect(framer.expire(.ends) == scan("AB"))
        #expect(!framer.isUnfinished)
        #expect(framer.expire(.ends) == nil)
        framer.receive(Array("CD".utf8))
        #expect(framer.next() == nil)
        #expect(framer.expire(.drops) == .unfinished(Array("CD".utf8)))
        framer.receive(Array("EF\r".utf8))
        #expect(framer.next() == scan("EF"))
    }

    @Test("an STX without its ETX waits for silence too, even before its first byte")
    func startedFrame() {
        var framer = LineScanFramer(format: LineScanFormat(terminator: .stxEtx))
        framer.receive([0x02])
        #expect(framer.next() == nil)
        #expect(framer.isUnfinished)
        #expect(framer.expire(.drops) == nil)
        framer.receive([0x41, 0x03])
        #expect(framer.next() == .stray(count: 2))
    }

    @Test("the time is linear: a megabyte of scans in any reads is soon done", arguments: [1, 7, 4096, 65_536])
    func linear(read: Int) {
        let bytes = (0..<20_000).flatMap { Array("CODE-\($0)\r\n".utf8) }
        var framer = LineScanFramer()
        var scans = 0
        for start in stride(from: 0, to: bytes.count, by: read) {
            framer.receive(Array(bytes[start..<min(start + read, bytes.count)]))
            while framer.next() != nil { scans += 1 }
        }
        #expect(scans == 20_000)
    }

    private func scan(_ text: String) -> LineScanFramer.Outcome {
        .scan(LineScan(payload: Array(text.utf8)))
    }

    private func samples(_ terminator: LineScanFormat.Terminator) -> [WireSample<LineScanFramer.Outcome>] {
        func sample(_ name: String, _ texts: [String]) -> WireSample<LineScanFramer.Outcome> {
            let marked = texts.map { mark(Array($0.utf8), terminator) }
            return WireSample(name, bytes: Array(marked.joined()), frames: terminator == .none ? [] : texts.map(scan))
        }
        guard terminator != .none else { return [sample("a code", ["AB"])] }
        return [sample("a code", ["XF-0001"]), sample("three codes", ["A", "二维", "12345678"])]
    }

    private func mark(_ content: [UInt8], _ terminator: LineScanFormat.Terminator) -> [UInt8] {
        switch terminator {
        case .auto, .crlf: content + [0x0D, 0x0A]
        case .cr: content + [0x0D]
        case .lf: content + [0x0A]
        case .tab: content + [0x09]
        case .stxEtx: [0x02] + content + [0x03]
        case .none: content
        }
    }
}
