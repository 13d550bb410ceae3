import CFuzz
import GatehouseModel
import GatehouseSimulation

/// A wire's framer and its parsers of whole pieces.
struct WireSubject<Framer, Outcome>: Subject {
    /// How a framer is driven.
    struct Handles: Sendable {
        var make: @Sendable (inout SplitMix64) -> Framer
        var receive: @Sendable (inout Framer, [UInt8]) -> Void
        var next: @Sendable (inout Framer) -> Outcome?
        /// Tells the framer that nothing comes any more.
        var expire: (@Sendable (inout Framer) -> Void)?
        /// What else of the wire takes outside bytes, besides the framer.
        var parse: (@Sendable ([UInt8]) -> Void)?
    }

    let handles: Handles
    let hostile: Hostile
    /// How often a new framer is made, as after a lost link: once in so many inputs.
    let renewal: Int
    private var framer: Framer
    /// Bytes that this framer has had, and outcomes that it gave.
    private var fed = 0
    private var outcomes = 0

    init(_ handles: Handles, _ hostile: Hostile, _ random: inout SplitMix64) {
        self.handles = handles
        self.hostile = hostile
        renewal = random.pick([8, 40, 1000])
        framer = handles.make(&random)
    }

    mutating func take(_ course: inout Course) throws(Objection) {
        if course.random.oneIn(renewal) {
            framer = handles.make(&course.random)
            (fed, outcomes) = (0, 0)
        }
        let bytes = hostile.bytes(&course.random)
        course.note(bytes.hex)
        let isParsed = handles.parse != nil && course.random.oneIn(2)
        let isExpired = handles.expire != nil && course.random.oneIn(8)
        try owned { () throws(Objection) in
            let bytes = bytes.map { $0 }
            if isParsed { handles.parse?(bytes) }
            handles.receive(&framer, bytes)
            fed += bytes.count
            try drain()
            guard isExpired else { return }
            handles.expire?(&framer)
            fed += 1
            try drain()
        }
    }

    private mutating func drain() throws(Objection) {
        while handles.next(&framer) != nil {
            outcomes += 1
            // An outcome uses up a byte at the least; a few more are granted for ends of transmission.
            guard outcomes <= fed + 8 else { throw Objection(reason: "\(outcomes) outcomes from \(fed) bytes") }
        }
    }
}

extension Entry {
    /// The entry of a wire.
    ///
    /// - Parameters:
    ///   - corpus: What sound devices send on it.
    ///   - seal: See `Hostile`.
    ///   - expire: Tells the framer that nothing comes any more.
    ///   - parse: Calls every other function of the wire that takes outside bytes.
    static func wire<Framer, Outcome>(
        _ name: String, corpus: [[UInt8]], seal: Hostile.Seal? = nil,
        make: @escaping @Sendable (inout SplitMix64) -> Framer,
        receive: @escaping @Sendable (inout Framer, [UInt8]) -> Void,
        next: @escaping @Sendable (inout Framer) -> Outcome?,
        expire: (@Sendable (inout Framer) -> Void)? = nil, parse: (@Sendable ([UInt8]) -> Void)? = nil
    ) -> Entry {
        let hostile = Hostile(corpus: corpus, seal: seal)
        let handles = WireSubject<Framer, Outcome>.Handles(
            make: make, receive: receive, next: next, expire: expire, parse: parse)
        return Entry(name: "\(name)/wire") { random in WireSubject(handles, hostile, &random) }
    }

    /// The entry of a wire whose pieces come whole: nothing to cut, only to read.
    static func wire(
        _ name: String, corpus: [[UInt8]], seal: Hostile.Seal? = nil, parse: @escaping @Sendable ([UInt8]) -> Void
    ) -> Entry {
        let hostile = Hostile(corpus: corpus, seal: seal)
        return Entry(name: "\(name)/wire") { _ in ParserSubject(hostile: hostile, parse: parse) }
    }
}

/// Functions that read a piece as it is.
private struct ParserSubject: Subject {
    let hostile: Hostile
    let parse: @Sendable ([UInt8]) -> Void

    mutating func take(_ course: inout Course) throws(Objection) {
        let bytes = hostile.bytes(&course.random)
        course.note(bytes.hex)
        try owned { () throws(Objection) in parse(bytes.map { $0 }) }
    }
}

extension [UInt8] {
    /// In hexadecimal, long ones cut.
    var hex: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        let shown = prefix(4096).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: shown, as: UTF8.self) + (count > 4096 ? "… (\(count) bytes)" : "")
    }
}
