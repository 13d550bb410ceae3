import CFuzz
import GatehouseModel

/// A value under test with everything around it that one episode needs.
protocol Subject {
    /// Draws one hostile input, hands it to the value and judges what follows.
    mutating func take(_ course: inout Course) throws(Objection)
}

/// What is tested under one name.
struct Entry: Sendable {
    /// `zkteco/wire`, `zkteco/driver`.
    var name: String
    /// The most that the value under test may ever hold, its input and its effects included, in bytes.
    var memoryLimit = 1 << 20
    /// A new value for a new episode.
    var make: @Sendable (inout SplitMix64) -> any Subject
}

/// Why an input counts as a bug although nothing trapped.
struct Objection: Error {
    var reason: String
}

/// Where the drawing of inputs stands.
struct Course {
    var random: SplitMix64
    /// Whether to print each input before it is handed over.
    let isTraced: Bool

    func note(_ words: @autoclosure () -> String) {
        if isTraced { print(words()) }
    }
}

/// Runs what the value under test does; blocks made meanwhile are its own until they are freed.
func owned<Result>(_ work: () throws(Objection) -> Result) throws(Objection) -> Result {
    fuzz_own(1)
    defer { fuzz_own(0) }
    return try work()
}
