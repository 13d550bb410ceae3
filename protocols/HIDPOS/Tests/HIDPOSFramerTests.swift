import GatehouseTestKit
import GatehouseWireKit
import HIDPOSWire
import Testing

@Suite("HID POS framer")
struct HIDPOSFramerTests {
    @Test("keeps every framer's promises with each descriptor", arguments: ["counted", "uncounted", "makers"])
    func verified(name: String) throws {
        let layout = try layout(name)
        let verifier = WireVerifier(
            make: { HIDPOSFramer(layout: layout, longest: 100) }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .scan = $0 { true } else { false } }, pending: { ($0.pendingCount, 100) },
            delivery: .datagrams)
        let samples = ["XF-0001", "二维码"].map { code in
            let data = Array(code.utf8)
            let scan = HIDPOSScan(payload: data, identifier: Array("]Q1".utf8))
            return WireSample(code, bytes: report(name, data), frames: [HIDPOSFramer.Outcome.scan(scan)])
        }
        #expect(verifier.failures(in: samples, seed: 20_261_124) == [])
    }

    @Test(
        "a descriptor says how its reports are counted",
        arguments: [
            ("counted", "report 2: counted, 56 bytes"), ("uncounted", "report 2: uncounted, 56 bytes"),
            ("makers", "report 2: counted by a maker's field, 56 bytes"),
        ])
    func summary(name: String, summary: String) throws {
        #expect(try layout(name).summary == summary)
        #expect(try !layout(name).hasEnableReport)
    }

    @Test(
        "a keyboard's descriptor, and none at all, are no scanner's",
        arguments: [
            "", "05010906a1010507150025 0119e029e775019508810275089506 8100c0",
        ])
    func noScanner(text: String) throws {
        let bytes = try #require(Hex.bytes(text))
        #expect(throws: ScanLayout.Problem.noDecodedData) { try ScanLayout(descriptor: bytes) }
    }

    @Test("a damaged descriptor is told apart from another device's")
    func damaged() throws {
        #expect(throws: ScanLayout.Problem.descriptor(.truncated(at: 0))) { try ScanLayout(descriptor: [0x06]) }
    }

    @Test("a report without a flag is a scan; a report without a number is read from its first byte")
    func bare() throws {
        let layout = try ScanLayout(descriptor: try #require(Hex.bytes("058c 0902 a101 7508 9504 09fe 8102 c0")))
        #expect(!layout.usesReportIDs)
        var framer = HIDPOSFramer(layout: layout)
        framer.receive([0x41, 0x42, 0, 0])
        framer.receive([0x43, 0x44, 0x45, 0x46])
        #expect(framer.next() == .scan(HIDPOSScan(payload: [0x41, 0x42])))
        #expect(framer.next() == .scan(HIDPOSScan(payload: [0x43, 0x44, 0x45, 0x46])))
        #expect(framer.next() == nil)
    }

    @Test("two kinds of report may carry parts of one scan")
    func twoKinds() throws {
        let flag = "2501 7501 9501 09ff 8102 9507 8103 26ff00"
        let layout = try ScanLayout(
            descriptor: try #require(
                Hex.bytes(
                    "058c 0902 a101 1500 26ff00 8501 7508 9502 09fe 8102 \(flag) 8504 7508 9504 09fe 8102 \(flag) c0")))
        #expect(layout.summary == "report 1: uncounted, 2 bytes; report 4: uncounted, 4 bytes")
        var framer = HIDPOSFramer(layout: layout)
        framer.receive([4, 0x41, 0x42, 0x43, 0x44, 1])
        #expect(framer.next() == nil)
        #expect(framer.isUnfinished)
        framer.receive([1, 0x45, 0, 0])
        #expect(framer.next() == .scan(HIDPOSScan(payload: Array("ABCDE".utf8))))
        #expect(!framer.isUnfinished)
    }

    @Test(
        "an AIM identifier is three characters of which the first is ]",
        arguments: [
            ("]Q1", "Q1"), ("]eA", "eA"), ("Q10", nil), ("]11", nil), ("]Q]", nil), ("]Q", nil), (nil, nil),
        ] as [(String?, String?)])
    func symbology(identifier: String?, symbology: String?) {
        #expect(HIDPOSScan(payload: [1], identifier: identifier.map { Array($0.utf8) }).symbology == symbology)
    }

    private func layout(_ name: String) throws -> ScanLayout {
        try ScanLayout(descriptor: try #require(try HIDPOSVector.descriptors()[name]))
    }

    private func report(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let filled = data + Array(repeating: 0, count: 56 - data.count)
        let head: [UInt8] = name == "uncounted" ? [2] : [2, UInt8(data.count)]
        return head + Array("]Q1".utf8) + filled + (name == "makers" ? [0, 0, 0] : [0])
    }
}
