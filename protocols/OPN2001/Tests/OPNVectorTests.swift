import GatehouseTestKit
import GatehouseWireKit
import OPN2001Wire
import Testing

@Suite("OPN-2001 vectors")
struct OPNVectorTests {
    @Test("requests are made as published, and replies mean what the file says", arguments: try FrameVector.all())
    func frames(_ vector: FrameVector) throws {
        guard vector.isReply else {
            #expect(Hex.text(try vector.request.bytes) == Hex.text(vector.bytes))
            return
        }
        for reads in [[vector.bytes], vector.bytes.map { [$0] }] {
            var reader = OPNReader()
            reader.expect(try vector.request, serial: [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78])
            var found: [String] = []
            for read in reads {
                reader.receive(read)
                while let outcome = reader.next() { found.append(FrameVector.text(outcome)) }
            }
            #expect(found == [vector.meaning])
        }
    }

    @Test("a reply made of its meaning is the reply", arguments: try FrameVector.all().filter(\.isReply))
    func made(_ vector: FrameVector) throws {
        var reader = OPNReader()
        reader.expect(try vector.request, serial: [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78])
        reader.receive(vector.bytes)
        guard case .reply(let reply) = reader.next() else {
            Issue.record("no reply")
            return
        }
        #expect(reply.bytes == vector.bytes)
    }

    @Test("a scan's four bytes are its time, or none", arguments: try StampVector.all())
    func stamps(_ vector: StampVector) {
        let time = OPNTime(stamp: vector.stamp)
        #expect(time.map(Self.text) ?? "none" == vector.meaning)
        if let time { #expect(time.stamp == vector.stamp) }
    }

    static func text(_ time: OPNTime) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(time.year)-\(two(time.month))-\(two(time.day))T"
            + "\(two(time.hour)):\(two(time.minute)):\(two(time.second))"
    }
}

/// One line of `Vectors/frames.txt`.
struct FrameVector: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var isReply: Bool
    var name: String
    var bytes: [UInt8]
    var meaning: String

    static func all() throws -> [FrameVector] {
        try lines("Vectors/frames.txt", parts: 3).map { text, parts in
            let words = parts[0].split(separator: " ").map(String.init)
            return FrameVector(
                testDescription: text, isReply: words[0] == "reply", name: words[1],
                bytes: try #require(Hex.bytes(parts[1])), meaning: parts[2])
        }
    }

    /// The request of the name, with the time or parameter that its meaning gives.
    var request: OPNRequest {
        get throws {
            switch name {
            case "interrogate": return .interrogate
            case "clear": return .clear
            case "power-down": return .powerDown
            case "data": return .data
            case "time": return .time
            case "set-time": return .setTime(try Self.time(meaning.split(separator: " ")[1]))
            default:
                let number = try #require(UInt8(meaning.split(separator: " ")[1], radix: 16))
                return .parameter(OPNParameter(rawValue: number))
            }
        }
    }

    static func text(_ outcome: OPNReader.Outcome) -> String {
        switch outcome {
        case .reply(.identity(let identity)):
            "identity \(identity.serialText) \(String(decoding: identity.firmware, as: UTF8.self)) \(identity.status)"
        case .reply(.done): "done"
        case .reply(.time(let time)): "time " + (time.map(OPNVectorTests.text) ?? "none")
        case .reply(.parameter(let parameter, let value)): "parameter \(parameter.rawValue) \(value)"
        case .reply(.data(let dump)):
            "data \(dump.serialText) "
                + dump.scans(from: 0, limit: 100).scans.map { scan in
                    "\(scan.symbology) \(String(decoding: scan.code, as: UTF8.self)) "
                        + (scan.time.map(OPNVectorTests.text) ?? "none")
                }.joined(separator: ", ")
        case .damaged: "damaged"
        case .noise(let count): "noise \(count)"
        }
    }

    private static func time(_ text: Substring) throws -> OPNTime {
        let numbers = text.split { "-T:".contains($0) }.compactMap { Int($0) }
        try #require(numbers.count == 6)
        return try #require(
            OPNTime(
                year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
                second: numbers[5]))
    }

    static func lines(_ path: String, parts count: Int) throws -> [(text: String, parts: [String])] {
        try Fixture.text(path).split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "|", maxSplits: count - 1).map { part in
                String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            try #require(parts.count == count, "a vector has \(count) parts: \(line)")
            return (String(line), parts)
        }
    }
}

/// One line of `Vectors/stamps.txt`.
struct StampVector: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var stamp: UInt32
    var meaning: String

    static func all() throws -> [StampVector] {
        try FrameVector.lines("Vectors/stamps.txt", parts: 2).map { text, parts in
            StampVector(
                testDescription: text, stamp: try #require(UInt32(parts[0], radix: 16)), meaning: parts[1])
        }
    }
}
