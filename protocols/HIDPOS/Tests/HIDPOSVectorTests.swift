import GatehouseTestKit
import GatehouseWireKit
import HIDPOSWire
import Testing

@Suite("HID POS vectors")
struct HIDPOSVectorTests {
    @Test("mean what the file says", arguments: try HIDPOSVector.all())
    func vector(_ vector: HIDPOSVector) throws {
        #expect(try vector.outcomes() == vector.expected)
    }
}

/// One line of `Vectors/reports.txt`.
struct HIDPOSVector: Sendable, CustomTestStringConvertible {
    var line: String
    var descriptor: [UInt8]
    var longest: Int
    var reports: [[UInt8]]
    var expected: [String]

    var testDescription: String { line }

    /// The descriptors that the file names.
    static func descriptors() throws -> [String: [UInt8]] {
        var descriptors: [String: [UInt8]] = [:]
        for line in try Fixture.text("Vectors/reports.txt").split(separator: "\n") where line.hasPrefix("= ") {
            let words = line.split(separator: " ")
            let bytes: [UInt8] = try #require(Hex.bytes(words[2]))
            descriptors[String(words[1])] = bytes
        }
        return descriptors
    }

    static func all() throws -> [HIDPOSVector] {
        let descriptors = try descriptors()
        let lines = try Fixture.text("Vectors/reports.txt").split(separator: "\n")
        return try lines.filter { !$0.hasPrefix("#") && !$0.hasPrefix("=") }.map { line in
            let parts = line.split(separator: "|").map(trimmed)
            try #require(parts.count == 3, "a vector has three parts: \(line)")
            let words = parts[0].split(separator: " ")
            let longest = words.compactMap { $0.hasPrefix("longest=") ? Int($0.dropFirst(8)) : nil }.first
            return HIDPOSVector(
                line: String(line), descriptor: try #require(descriptors[String(words[words.count - 1])]),
                longest: longest ?? 4096,
                reports: try parts[1].split(separator: " ").map { try #require(Hex.bytes($0)) },
                expected: parts[2].split(separator: ",").map(trimmed))
        }
    }

    func outcomes() throws -> [String] {
        var framer = HIDPOSFramer(layout: try ScanLayout(descriptor: descriptor), longest: longest)
        var outcomes: [String] = []
        for report in reports {
            framer.receive(report)
            while let outcome = framer.next() { outcomes.append(Self.text(outcome)) }
        }
        if let last = framer.expire() { outcomes.append(Self.text(last)) }
        return outcomes
    }

    private static func text(_ outcome: HIDPOSFramer.Outcome) -> String {
        switch outcome {
        case .scan(let scan):
            "scan \(scan.symbology ?? "-") \(Hex.text(scan.payload))"
                + (scan.makers.isEmpty ? "" : " [\(Hex.text(scan.makers))]")
        case .overlong(let beginning): "overlong \(Hex.text(beginning))"
        case .unfinished(let bytes): "unfinished \(Hex.text(bytes))"
        case .malformed: "malformed"
        case .other(let id): "other \(id)"
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
