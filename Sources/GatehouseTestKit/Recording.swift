import Foundation
import GatehouseWireKit

/// A whole session on a line, both directions, as a text file:
///
/// ```
/// # Where it was recorded, and what happens next.
/// @ 0
/// > 5050827d08000000e80317fc00000000
/// @ 12
/// < 5050827d08000000d007…
/// ```
///
/// `>` is from the gateway to the device and `<` from the device to the gateway, in hexadecimal, white space between
/// digits ignored; one line is one read, or one datagram. `@` says how many milliseconds after the beginning the
/// following lines happened. `#` begins a comment.
public struct Recording: Hashable, Sendable {
    public enum Direction: Hashable, Sendable {
        case toDevice
        case fromDevice
    }

    /// Bytes that passed the line.
    public struct Step: Hashable, Sendable {
        /// Since the beginning of the recording.
        public var time: Duration
        public var direction: Direction
        public var bytes: [UInt8]
        /// The line of the file, from 1.
        public var line: Int
    }

    public var steps: [Step]

    /// Reads the text of a recording.
    public init(text: String) throws(RecordingProblem) {
        steps = []
        var time = Duration.zero
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == " " || $0 == "\t" }
            let rest = content.dropFirst()
            switch content.first {
            case nil, "#", "\r": continue
            case "@": time = try Self.time(rest, after: time, line: index + 1)
            case ">": steps.append(try Self.step(rest, .toDevice, at: time, line: index + 1))
            case "<": steps.append(try Self.step(rest, .fromDevice, at: time, line: index + 1))
            default: throw RecordingProblem(line: index + 1, reason: "begins with none of # @ > <")
            }
        }
        guard !steps.isEmpty else { throw RecordingProblem(line: 1, reason: "nothing passes the line") }
    }

    /// Finds and reads a recording or vector file that lies somewhere above the calling test, see `Fixture.path`.
    public init(_ path: String, near file: String = #filePath) throws {
        try self.init(text: Fixture.text(path, near: file))
    }

    /// Everything that the device said, in one piece.
    public var fromDevice: [UInt8] {
        steps.filter { $0.direction == .fromDevice }.flatMap(\.bytes)
    }

    /// Everything that the gateway said, in one piece.
    public var toDevice: [UInt8] {
        steps.filter { $0.direction == .toDevice }.flatMap(\.bytes)
    }

    private static func time(
        _ text: Substring, after earlier: Duration, line: Int
    ) throws(RecordingProblem) -> Duration {
        guard let milliseconds = Int(text.filter { !$0.isWhitespace }), milliseconds >= 0 else {
            throw RecordingProblem(line: line, reason: "@ needs whole milliseconds")
        }
        let time = Duration.milliseconds(milliseconds)
        guard time >= earlier else { throw RecordingProblem(line: line, reason: "time goes back") }
        return time
    }

    private static func step(
        _ text: Substring, _ direction: Direction, at time: Duration, line: Int
    ) throws(RecordingProblem) -> Step {
        guard let bytes = Hex.bytes(text), !bytes.isEmpty else {
            throw RecordingProblem(line: line, reason: "no hexadecimal bytes")
        }
        return Step(time: time, direction: direction, bytes: bytes, line: line)
    }
}

/// Why a file is no recording.
public struct RecordingProblem: Error, Hashable, Sendable {
    public var line: Int
    public var reason: String
}
