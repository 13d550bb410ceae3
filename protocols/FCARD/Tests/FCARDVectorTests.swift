import FCARDWire
import GatehouseTestKit
import GatehouseWireKit
import Testing

@Suite("FCARD vectors")
struct FCARDVectorTests {
    @Test("requests are made as the file has them", arguments: try FrameVector.all().filter { !$0.isReply })
    func requests(_ vector: FrameVector) throws {
        #expect(Hex.text(try vector.request.frame(address: 1, infoCode: 0x1234).bytes) == Hex.text(vector.bytes))
    }

    @Test("replies mean what the file says, in one piece and byte by byte", arguments: try FrameVector.all())
    func replies(_ vector: FrameVector) throws {
        for reads in [[vector.bytes], vector.bytes.map { [$0] }] {
            var framer = FCARDFramer()
            var frames: [FCARDFrame] = []
            for read in reads {
                framer.receive(read)
                while let outcome = framer.next() { if case .frame(let frame) = outcome { frames.append(frame) } }
            }
            let frame = try #require(frames.first)
            #expect(frames.count == 1 && frame.address == 1 && frame.infoCode == 0x1234)
            #expect(frame.bytes == vector.bytes)
            if vector.isReply {
                #expect(try FrameVector.text(FCARDReply(frame, to: vector.request)) == vector.meaning)
            }
        }
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
        try Fixture.text("Vectors/frames.txt").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "|").map { part in
                String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            try #require(parts.count == 3, "a vector has three parts: \(line)")
            let words = parts[0].split(separator: " ").map(String.init)
            return FrameVector(
                testDescription: String(line), isReply: words[0] == "reply", name: words[1],
                bytes: try #require(Hex.bytes(parts[1])), meaning: parts[2])
        }
    }

    /// The request of the name, with the numbers that its meaning gives.
    var request: FCARDRequest {
        get throws {
            let numbers = meaning.split { !"0123456789".contains($0) }.compactMap { UInt32($0) }
            switch name {
            case "counts": return .counts
            case "records":
                return isReply ? .records(first: 1, count: 1) : .records(first: numbers[0], count: numbers[1])
            case "set-read-index": return .setReadIndex(numbers.first ?? 0)
            default:
                let fields = numbers.map { Int($0) }
                let time = FCARDTime(
                    year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4],
                    second: fields[5])
                return .setTime(try #require(time))
            }
        }
    }

    static func text(_ reply: FCARDReply?) -> String {
        switch reply {
        case .counts(let counts):
            "counts \(counts.capacity) \(counts.write) \(counts.read) \(counts.isWrapped ? "wrapped" : "unwrapped"), "
                + "\(counts.unread) new after \(counts.start)"
        case .records(let records):
            "records "
                + records.map { "\($0.serial) \($0.staff) \(text($0.time)) \($0.state) \($0.card)" }
                .joined(separator: ", ")
        case .recordsEnd(let total): "end \(total)"
        case .done: "done"
        case .checksumError: "checksum error"
        default: "something else"
        }
    }

    static func text(_ time: FCARDTime?) -> String {
        guard let time else { return "none" }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(time.year)-\(two(time.month))-\(two(time.day))T"
            + "\(two(time.hour)):\(two(time.minute)):\(two(time.second))"
    }
}
