import CFuzz
import GatehouseModel

/// The inputs of one entry from one seed.
///
/// They come in episodes: each begins with a new value and draws from a generator of its own, so that an input deep in
/// the run is played again from the beginning of its episode.
struct Run {
    static let episode = 1000
    /// Processor time for one input after which it counts as a hang.
    static let patienceSeconds: Int32 = 20

    let entry: Entry
    let seed: UInt64
    let isTraced: Bool

    /// Takes the inputs of those numbers.
    /// - Returns: The most memory that the value ever held, in bytes.
    func take(_ inputs: Range<Int>) throws(Failure) -> Int {
        fuzz_watch(entry.name, seed, Self.patienceSeconds)
        var most = 0
        for first in stride(from: inputs.lowerBound, to: inputs.upperBound, by: Self.episode) {
            most = max(most, try episode(first..<min(first + Self.episode, inputs.upperBound)))
        }
        return most
    }

    private func episode(_ inputs: Range<Int>) throws(Failure) -> Int {
        fuzz_at(UInt64(inputs.lowerBound), UInt64(inputs.lowerBound))
        var course = Course(random: SplitMix64(seed: mixed(inputs.lowerBound)), isTraced: isTraced)
        let before = fuzz_owned()
        var subject = entry.make(&course.random)
        fuzz_forget_most()
        for input in inputs {
            fuzz_at(UInt64(input), UInt64(inputs.lowerBound))
            course.note("# \(input)")
            do throws(Objection) {
                try subject.take(&course)
                let held = fuzz_owned_most() - min(before, fuzz_owned_most())
                guard held <= entry.memoryLimit else { throw Objection(reason: "holds \(held) bytes") }
            } catch {
                throw Failure(
                    entry: entry.name, seed: seed, input: input, first: inputs.lowerBound, reason: error.reason)
            }
        }
        return Int(fuzz_owned_most() - min(before, fuzz_owned_most()))
    }

    /// Two names or two episodes have nothing in common, not even with neighbouring seeds.
    private func mixed(_ first: Int) -> UInt64 {
        var mixer = SplitMix64(seed: seed)
        for byte in entry.name.utf8 { mixer = SplitMix64(seed: mixer.next() ^ UInt64(byte)) }
        return mixer.next() ^ SplitMix64(seed: UInt64(first)).peek
    }
}

extension SplitMix64 {
    fileprivate var peek: UInt64 {
        var copy = self
        return copy.next()
    }
}

/// What a run ended with, and the words that play it again.
struct Failure: Error, CustomStringConvertible {
    var entry: String
    var seed: UInt64
    var input: Int
    var first: Int
    var reason: String

    var description: String {
        "\(entry): \(reason) at input \(input); "
            + "again: gatehouse-fuzz --seed \(seed) --only \(entry) --from \(first) --trace"
    }
}
