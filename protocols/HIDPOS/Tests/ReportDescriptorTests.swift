import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit
import HIDPOSWire
import Testing

@Suite("Report descriptors")
struct ReportDescriptorTests {
    @Test("the counted scanner's reports, field by field")
    func counted() throws {
        let descriptor = try ReportDescriptor(try #require(try HIDPOSVector.descriptors()["counted"]))
        #expect(descriptor.usesReportIDs)
        let fields = descriptor.fields.map { [$0.bitOffset, $0.bitSize, $0.count, $0.isConstant ? 1 : 0] }
        #expect(fields == [[0, 8, 1, 0], [8, 8, 3, 0], [32, 8, 56, 0], [480, 1, 1, 0], [481, 7, 1, 1]])
        #expect(descriptor.fields[0].usage(of: 0) == 0x01_003B)
        #expect((0..<4).map { descriptor.fields[1].usage(of: $0) } == [0x8C_00FB, 0x8C_00FC, 0x8C_00FD, 0x8C_00FD])
        #expect(descriptor.fields[2].usage(of: 55) == 0x8C_00FE)
        #expect(descriptor.bitLength(of: .input, id: 2) == 61 * 8 - 8 + 8)
        #expect(descriptor.bitLength(of: .feature, id: 2) == 0)
    }

    @Test("a keyboard's descriptor has ranges of usages, outputs and constants")
    func keyboard() throws {
        let descriptor = try ReportDescriptor(
            bytes(
                "05010906a1010507150025 0119e029e7750195088102 7508950181010508190129057501950591027503950191010507"
                    + "190029ff26ff00750895068100c0"))
        #expect(!descriptor.usesReportIDs)
        #expect(descriptor.fields.map(\.kind) == [.input, .input, .output, .output, .input])
        #expect(descriptor.fields[0].usage(of: 7) == 0x07_00E7)
        #expect(descriptor.bitLength(of: .input, id: 0) == 64)
        #expect(descriptor.bitLength(of: .output, id: 0) == 8)
    }

    @Test("a page of four bytes, pushed and popped states, and a long item")
    func rareItems() throws {
        // Usage 8C:FE with its own page; push, other sizes, pop; a long item of three bytes in between.
        let descriptor = try ReportDescriptor(
            bytes("0501 7508 9502 A4 7501 9504 8101 B4 FE 03 10 AABBCC 0BFE008C00 8102 093B 8102"))
        #expect(descriptor.fields.map(\.bitOffset) == [0, 4, 20])
        #expect(descriptor.fields[1].usage(of: 1) == 0x8C_00FE)
        #expect(descriptor.fields[2].usage(of: 0) == 0x01_003B)
    }

    @Test("a page declared after the usages holds for all; one declared between them only for those after it")
    func latePage() throws {
        let late = try ReportDescriptor(bytes("0501 09FE 058C 7508 9501 8102"))
        #expect(late.fields[0].usage(of: 0) == 0x8C_00FE)
        let between = try ReportDescriptor(bytes("0501 093B 058C 09FE 7508 9502 8102"))
        #expect(between.fields[0].usage(of: 0) == 0x01_003B)
        #expect(between.fields[0].usage(of: 1) == 0x8C_00FE)
    }

    @Test(
        "what no device says is refused, with where it stands",
        arguments: [
            ("05", .truncated(at: 0)), ("0501 8502 26FF", .truncated(at: 4)), ("FE", .truncated(at: 0)),
            ("FE0510AABB", .truncated(at: 0)), ("B4", .unreasonable(at: 0)), ("8500", .unreasonable(at: 0)),
            ("7508 97FFFFFFFF 8102", .unreasonable(at: 7)), ("77FFFFFFFF 9501 8102", .unreasonable(at: 7)),
            ("1905 2904", .unreasonable(at: 2)),
        ] as [(String, ReportDescriptor.Problem)])
    func refused(text: String, problem: ReportDescriptor.Problem) throws {
        let bytes = try bytes(text)
        #expect(throws: problem) { try ReportDescriptor(bytes) }
    }

    @Test("more than a device can need is refused: bytes, saved states, usages, fields")
    func bounded() {
        #expect(throws: ReportDescriptor.Problem.tooLong) { try ReportDescriptor(Array(repeating: 0, count: 4097)) }
        #expect(throws: ReportDescriptor.Problem.unreasonable(at: 16)) {
            try ReportDescriptor(Array(repeating: 0xA4, count: 17))
        }
        #expect(throws: ReportDescriptor.Problem.unreasonable(at: 512)) {
            try ReportDescriptor(Array(repeating: [0x09, 0xFE], count: 257).flatMap { $0 })
        }
        let field: [UInt8] = [0x81, 0x02]
        #expect(throws: ReportDescriptor.Problem.unreasonable(at: 4 + 512 * 2)) {
            try ReportDescriptor([0x75, 0x01, 0x95, 0x01] + Array(repeating: field, count: 513).flatMap { $0 })
        }
    }

    @Test("any bytes are a descriptor or a problem", arguments: 0..<50)
    func hostile(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let known = try HIDPOSVector.descriptors().sorted { $0.key < $1.key }.map(\.value)
        for _ in 0..<40 {
            var bytes = known[random.number(in: 0...known.count - 1)]
            for _ in 0...random.number(in: 0...6) {
                switch random.number(in: 0...3) {
                case 0: bytes[random.number(in: 0...bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.insert(contentsOf: random.bytes(2), at: random.number(in: 0...bytes.count))
                case 2: bytes.removeLast(random.number(in: 0...bytes.count / 4))
                default: bytes += random.bytes(random.number(in: 1...40))
                }
            }
            guard let layout = try? ScanLayout(descriptor: bytes) else { continue }
            var framer = HIDPOSFramer(layout: layout, longest: 256)
            for _ in 0..<6 {
                framer.receive(random.oneIn(2) ? [2] + random.bytes(61) : random.bytes(random.number(in: 1...80)))
                while let outcome = framer.next() {
                    if case .scan(let scan) = outcome { #expect((1...256).contains(scan.payload.count)) }
                }
                #expect(framer.pendingCount <= 256)
            }
        }
    }

    private func bytes(_ text: String) throws -> [UInt8] {
        try #require(Hex.bytes(text))
    }
}
