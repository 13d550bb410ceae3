/// One stretch of a wire and what a framer must make of it.
public struct WireSample<Outcome: Equatable & Sendable>: Sendable {
    /// What it is, for the failure's text.
    public var name: String
    /// The bytes as they pass the wire; whole frames only.
    public var bytes: [UInt8]
    /// The frames in them, in order. Noise is not listed: how many pieces it is reported in may depend on the reads.
    public var frames: [Outcome]

    public init(_ name: String, bytes: [UInt8], frames: [Outcome]) {
        self.name = name
        self.bytes = bytes
        self.frames = frames
    }
}

/// A promise of `WireVerifier` that a framer broke.
public struct WireFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which promise, for example `byte by byte` or `bit 3 of byte 17 flipped`.
    public var check: String
    /// The name of the sample, or the seed of the garbage.
    public var sample: String
    /// What came out and what should have.
    public var detail: String

    public init(check: String, sample: String, detail: String) {
        self.check = check
        self.sample = sample
        self.detail = detail
    }

    public var description: String { "\(sample), \(check): \(detail)" }
}
