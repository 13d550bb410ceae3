import GatehouseTestKit
import GatehouseWireKit
import LineScanWire
import Testing

@Suite("Line scan vectors")
struct LineScanVectorTests {
    @Test("mean what the file says, in one piece and byte by byte", arguments: try LineScanVector.all())
    func vector(_ vector: LineScanVector) {
        #expect(vector.outcomes(byteByByte: false) == vector.expected)
        if !vector.expected.contains("stray 2") {
            #expect(vector.outcomes(byteByByte: true) == vector.expected)
        }
    }
}

/// One line of `Vectors/lines.txt`.
struct LineScanVector: Sendable, CustomTestStringConvertible {
    var line: String
    var format: LineScanFormat
    /// The bytes between silences.
    var bursts: [[UInt8]]
    var expected: [String]

    var testDescription: String { line }

    static func all() throws -> [LineScanVector] {
        try Fixture.text("Vectors/lines.txt").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(trimmed)
            try #require(parts.count == 3, "a vector has three parts: \(line)")
            return LineScanVector(
                line: String(line), format: try format(parts[0]),
                bursts: try parts[1].split(separator: "/silence/", omittingEmptySubsequences: false).map {
                    try #require(Hex.bytes($0), "not hexadecimal: \(line)")
                },
                expected: parts[2].split(separator: ",").map(trimmed))
        }
    }

    func outcomes(byteByByte: Bool) -> [String] {
        var framer = LineScanFramer(format: format)
        var outcomes: [String] = []
        for (index, burst) in bursts.enumerated() {
            if index > 0, let end = framer.expire(format.terminator == .none ? .ends : .drops) {
                outcomes.append(Self.text(end))
            }
            for chunk in byteByByte ? burst.map({ [$0] }) : [burst] {
                framer.receive(chunk)
                while let outcome = framer.next() { outcomes.append(Self.text(outcome)) }
            }
        }
        return outcomes
    }

    private static func format(_ text: String) throws -> LineScanFormat {
        let words = text.split(separator: " ")
        let longest = words.compactMap { $0.hasPrefix("longest=") ? Int($0.dropFirst(8)) : nil }.first
        return LineScanFormat(
            terminator: try #require(words.first.flatMap { .init(rawValue: String($0)) }),
            aim: words.contains("aim"), longest: longest ?? 4096)
    }

    private static func text(_ outcome: LineScanFramer.Outcome) -> String {
        switch outcome {
        case .scan(let scan): "scan " + (scan.symbology.map { $0 + " " } ?? "") + Hex.text(scan.payload)
        case .overlong(let beginning): "overlong " + Hex.text(beginning)
        case .unfinished(let bytes): "unfinished " + Hex.text(bytes)
        case .stray(let count): "stray \(count)"
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
