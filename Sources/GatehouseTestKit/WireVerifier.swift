import GatehouseModel
import GatehouseSimulation

/// Holds a framer to what every framer owes the line it hangs on: the same frames however the bytes are cut, nothing
/// invented from half a frame, no endless loop and no growing memory whatever comes, and never a trap.
///
/// ```swift
/// let verifier = WireVerifier(
///     make: { TallyFramer() }, receive: { $0.receive($1) }, next: { $0.next() },
///     isFrame: { if case .frame = $0 { true } else { false } },
///     pending: { ($0.pendingCount, 512) })
/// #expect(verifier.failures(in: samples, seed: 1) == [])
/// ```
public struct WireVerifier<Framer, Outcome: Equatable & Sendable> {
    /// How bytes reach the framer.
    public enum Delivery: Sendable {
        /// Cut anywhere, as on serial lines and TCP.
        case stream
        /// A whole packet or nothing, as on UDP.
        case datagrams
    }

    /// What a single wrong bit may do.
    public enum Protection: Sendable {
        /// Frames have no checksum: a wrong bit may make another frame.
        case none
        /// A wrong bit may lose frames, but must not make one that was never sent.
        case checksum
    }

    let make: () -> Framer
    let receive: (inout Framer, [UInt8]) -> Void
    let next: (inout Framer) -> Outcome?
    let isFrame: (Outcome) -> Bool
    let pending: (Framer) -> (held: Int, limit: Int)
    let delivery: Delivery
    let protection: Protection
    let failureLimit = 10

    /// - Parameters:
    ///   - make: A framer on a fresh line.
    ///   - receive: Hands the framer what one read gave.
    ///   - next: The next outcome, or nil when more bytes are needed.
    ///   - isFrame: Whether an outcome counts; noise does not.
    ///   - pending: How many bytes the framer holds back, and how many it may after all outcomes were taken.
    ///   - delivery: Whether reads may cut and join frames.
    ///   - protection: Whether the wire notices a wrong bit.
    public init(
        make: @escaping () -> Framer, receive: @escaping (inout Framer, [UInt8]) -> Void,
        next: @escaping (inout Framer) -> Outcome?, isFrame: @escaping (Outcome) -> Bool,
        pending: @escaping (Framer) -> (held: Int, limit: Int) = { _ in (0, 0) },
        delivery: Delivery = .stream, protection: Protection = .none
    ) {
        self.make = make
        self.receive = receive
        self.next = next
        self.isFrame = isFrame
        self.pending = pending
        self.delivery = delivery
        self.protection = protection
    }

    /// Runs every check on every sample, and random garbage from the seed; the first few failures, none when all is
    /// well.
    public func failures(in samples: [WireSample<Outcome>], seed: UInt64) -> [WireFailure] {
        precondition(!samples.isEmpty, "a verifier without samples proves nothing")
        var random = SplitMix64(seed: seed)
        var failures: [WireFailure] = []
        for sample in samples {
            failures += wholeAndCut(sample)
            failures += glued(sample, to: samples)
            failures += truncated(sample)
            failures += flipped(sample, random: &random)
        }
        failures += garbage(around: samples, seed: seed)
        return Array(failures.prefix(failureLimit))
    }

    /// Feeds the chunks to a fresh framer and takes everything that it says after each.
    func frames(of chunks: [[UInt8]]) throws(Runaway) -> [Outcome] {
        var framer = make()
        var frames: [Outcome] = []
        var fed = 0
        var outcomes = 0
        for chunk in chunks where !chunk.isEmpty {
            receive(&framer, chunk)
            fed += chunk.count
            while let outcome = next(&framer) {
                outcomes += 1
                // An outcome uses up a byte at the least; a few more are granted for ends of transmission.
                guard outcomes <= fed + 8 else { throw Runaway(reason: "\(outcomes) outcomes from \(fed) bytes") }
                if isFrame(outcome) { frames.append(outcome) }
            }
            let (held, limit) = pending(framer)
            guard held <= limit else { throw Runaway(reason: "holds back \(held) bytes, more than \(limit)") }
        }
        return frames
    }

    /// The framer does not stop, or hoards.
    struct Runaway: Error {
        var reason: String
    }
}
