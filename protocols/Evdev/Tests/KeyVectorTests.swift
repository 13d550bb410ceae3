import EvdevWire
import GatehouseTestKit
import GatehouseWireKit
import Testing

@Suite("Key vectors")
struct KeyVectorTests {
    @Test("mean what the file says, read at once and event by event", arguments: try KeyVector.all())
    func vector(_ vector: KeyVector) {
        #expect(vector.outcomes(readAtOnce: true) == vector.expected)
        #expect(vector.outcomes(readAtOnce: false) == vector.expected)
    }
}

/// One line of `Vectors/keys.txt`.
struct KeyVector: Sendable, CustomTestStringConvertible {
    var line: String
    var manner: KeyboardManner
    var format: WedgeFormat
    var events: [InputEvent]
    var expected: [String]

    var testDescription: String { line }

    static func all() throws -> [KeyVector] {
        try Fixture.text("Vectors/keys.txt").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(trimmed)
            try #require(parts.count == 3, "a vector has three parts: \(line)")
            let words = parts[0].split(separator: " ").map(String.init)
            return KeyVector(
                line: String(line), manner: try manner(words), format: try format(words),
                events: try events(parts[1].split(separator: " ")),
                expected: parts[2].split(separator: ",").map(trimmed))
        }
    }

    func outcomes(readAtOnce: Bool) -> [String] {
        var framer = WedgeFramer(manner: manner, format: format)
        var outcomes: [String] = []
        let reads = readAtOnce ? [events.flatMap(\.bytes)] : events.map(\.bytes)
        for read in reads {
            framer.receive(read)
            while let outcome = framer.next() { outcomes.append(Self.text(outcome)) }
        }
        if let last = framer.expire(format.onPause) { outcomes.append(Self.text(last)) }
        return outcomes
    }

    private static func manner(_ words: [String]) throws -> KeyboardManner {
        KeyboardManner(
            layout: try #require(words.first.flatMap { KeyboardLayout(rawValue: $0) }),
            capsLock: try value("caps", words).map { try #require(.init(rawValue: $0)) } ?? .followed,
            altCodes: try value("alt", words).map { try #require(.init(rawValue: $0)) } ?? .unicode,
            hasDeadKeys: !words.contains("nodead"))
    }

    private static func format(_ words: [String]) throws -> WedgeFormat {
        WedgeFormat(
            terminator: try value("terminator", words).map { try #require(.init(rawValue: $0)) } ?? .auto,
            onPause: words.contains("drop") ? .drops : .ends,
            shortest: value("shortest", words).flatMap { Int($0) } ?? 1,
            longest: value("longest", words).flatMap { Int($0) } ?? 4096)
    }

    private static func value(_ name: String, _ words: [String]) -> String? {
        words.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    private static func events(_ tokens: [Substring]) throws -> [InputEvent] {
        var events: [InputEvent] = []
        var time: Int64 = 1_000_000
        for token in tokens {
            if token == "!" {
                events.append(.dropped(at: time))
                continue
            }
            let sign = token.first.flatMap { "+-*=".contains($0) ? $0 : nil }
            let number = try #require(UInt16(sign == nil ? token : token.dropFirst()), "not a key: \(token)")
            guard sign != "=" else {
                time += Int64(number) * 1000
                continue
            }
            let values: [Int32] = sign == "+" ? [1] : sign == "-" ? [0] : sign == "*" ? [2] : [1, 0]
            for value in values {
                events.append(InputEvent(time: time, kind: InputEvent.Kind.key, code: number, value: value))
                events.append(.report(at: time))
                time += 4000
            }
        }
        return events
    }

    private static func text(_ outcome: WedgeFramer.Outcome) -> String {
        switch outcome {
        case .scan(let code): "scan \(Hex.text(code))"
        case .short(let characters): "short \(characters)"
        case .overlong(let beginning): "overlong \(Hex.text(beginning))"
        case .unreadable(let key, let beginning): "unreadable \(key) \(Hex.text(beginning))"
        case .unfinished(let bytes): "unfinished \(Hex.text(bytes))"
        case .lost(let pending): "lost \(pending)"
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
