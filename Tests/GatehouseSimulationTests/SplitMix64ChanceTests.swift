import GatehouseModel
import GatehouseSimulation
import Testing

@Suite("Chance")
struct SplitMix64ChanceTests {
    @Test("the same seed draws the same, for ever")
    func stable() {
        var random = SplitMix64(seed: 4711)
        #expect((0..<5).map { _ in random.number(in: 0...99) } == [52, 30, 74, 45, 99])
        #expect(random.bytes(3).count == 3)
    }

    @Test("numbers stay within their bounds and reach both", arguments: [0...0, 1...6, -3...3, Int.min...Int.max])
    func bounds(_ range: ClosedRange<Int>) {
        var random = SplitMix64(seed: 1)
        let numbers = (0..<1000).map { _ in random.number(in: range) }
        #expect(numbers.allSatisfy { range.contains($0) })
        if range.upperBound < 10 { #expect(Set(numbers) == Set(range)) }
    }

    @Test("once in five is about a fifth, once in one is always, once in none is never")
    func oneIn() {
        var random = SplitMix64(seed: 2)
        let hits = (0..<10_000).count { _ in random.oneIn(5) }
        #expect((1800...2200).contains(hits))
        #expect((0..<100).allSatisfy { _ in random.oneIn(1) })
        #expect(!(0..<100).contains { _ in random.oneIn(0) })
    }

    @Test("a split generator goes its own way")
    func split() {
        var random = SplitMix64(seed: 3)
        var other = random.split()
        #expect(random.next() != other.next())
    }

    @Test("durations stay within their bounds")
    func durations() {
        var random = SplitMix64(seed: 4)
        for _ in 0..<100 {
            let duration = random.duration(in: .milliseconds(5)...(.milliseconds(9)))
            #expect(duration >= .milliseconds(5) && duration <= .milliseconds(9))
        }
    }
}
