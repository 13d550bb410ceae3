import GatehouseModel

/// How long to wait before trying a device again: longer each time, never quite the same for two devices, and short
/// again only after a session that lasted.
struct Backoff: Sendable {
    static let first: Duration = .milliseconds(500)
    static let longest: Duration = .seconds(60)
    /// After a refusal that the next try would only repeat.
    static let refused: Duration = .seconds(300)
    /// A session at least this long shows that the line is sound.
    static let lasting: Duration = .seconds(30)

    private var failures = 0
    private var generator: SplitMix64

    init(generator: SplitMix64) {
        self.generator = generator
    }

    /// A session ended after so long.
    mutating func sessionEnded(after length: Duration) {
        if length >= Self.lasting { failures = 0 }
    }

    /// Something changed that makes trying at once worth while: the device was plugged in.
    mutating func reset() {
        failures = 0
    }

    /// The pause before the next try: doubling from half a second to a minute, a quarter more or less by chance.
    mutating func next() -> Duration {
        let doubled = Self.first * (1 << min(failures, 7))
        failures += 1
        return jittered(min(doubled, Self.longest))
    }

    /// The pause after a refusal.
    mutating func afterRefusal() -> Duration {
        jittered(Self.refused)
    }

    private mutating func jittered(_ pause: Duration) -> Duration {
        pause * Int.random(in: 75...125, using: &generator) / 100
    }
}
