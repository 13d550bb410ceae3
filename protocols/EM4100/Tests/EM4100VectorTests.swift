import EM4100Wire
import GatehouseTestKit
import GatehouseWireKit
import Testing

@Suite("EM4100 vectors")
struct EM4100VectorTests {
    @Test("mean what the file says, in one piece and byte by byte", arguments: try FrameVector.all())
    func frames(_ vector: FrameVector) {
        #expect(vector.outcomes(of: [vector.bytes]) == vector.expected)
        let frames = vector.expected.filter { !$0.hasPrefix("noise") }
        #expect(vector.outcomes(of: vector.bytes.map { [$0] }).filter { !$0.hasPrefix("noise") } == frames)
    }

    @Test("each tag has its checksum and its five printed forms", arguments: try NumberVector.all())
    func numbers(_ vector: NumberVector) throws {
        let tag = try #require(EM4100Tag(vector.bytes))
        #expect(tag.checksum == vector.checksum)
        #expect(EM4100Number.allCases.map { $0.text(of: tag) } == vector.forms)
        #expect(tag.bytes == vector.bytes)
    }
}

/// One line of `Vectors/frames.txt`.
struct FrameVector: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var expected: [String]

    static func all() throws -> [FrameVector] {
        try Fields.lines("Vectors/frames.txt").map { line in
            try #require(line.fields.count == 2, "a vector has two parts: \(line.text)")
            return FrameVector(
                testDescription: line.text, bytes: try #require(Hex.bytes(line.fields[0])),
                expected: line.fields[1].split(separator: ",").map { Fields.trimmed($0) })
        }
    }

    func outcomes(of reads: [[UInt8]]) -> [String] {
        var framer = EM4100Framer()
        var outcomes: [String] = []
        for read in reads {
            framer.receive(read)
            while let outcome = framer.next() { outcomes.append(Self.text(outcome)) }
        }
        return outcomes
    }

    private static func text(_ outcome: EM4100Framer.Outcome) -> String {
        switch outcome {
        case .tag(let tag): "tag " + EM4100Number.hex10.text(of: tag)
        case .damaged(let bytes): "damaged " + Hex.text(bytes)
        case .noise(let count): "noise \(count)"
        }
    }
}

/// One line of `Vectors/numbers.txt`.
struct NumberVector: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var checksum: UInt8
    /// In the order of `EM4100Number.allCases`.
    var forms: [String]

    static func all() throws -> [NumberVector] {
        try Fields.lines("Vectors/numbers.txt").map { line in
            try #require(line.fields.count == 7, "a tag has seven parts: \(line.text)")
            return NumberVector(
                testDescription: line.text, bytes: try #require(Hex.bytes(line.fields[0])),
                checksum: try #require(UInt8(line.fields[1], radix: 16)), forms: Array(line.fields[2...]))
        }
    }
}

/// A line of a vector file, cut at its bars.
struct Fields {
    var text: String
    var fields: [String]

    static func lines(_ path: String) throws -> [Fields] {
        try Fixture.text(path).split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            Fields(
                text: String(line),
                fields: line.split(separator: "|", omittingEmptySubsequences: false).map { trimmed($0) })
        }
    }

    static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
