public import GatehouseModel

/// Draws that are the same for the same seed with every Swift release: the standard library's `random(in:using:)` may
/// change the way it draws, and with it what every seed means.
extension SplitMix64 {
    /// A second generator whose numbers have nothing to do with this one's: one for each device or line, so that a new
    /// device does not change what befalls the others.
    public mutating func split() -> SplitMix64 {
        SplitMix64(seed: next() ^ 0x5851_F42D_4C95_7F2D)
    }

    /// A whole number between the bounds, both included.
    public mutating func number(in range: ClosedRange<Int>) -> Int {
        let width = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
        guard width < .max else { return Int(truncatingIfNeeded: next()) }
        return range.lowerBound &+ Int(truncatingIfNeeded: (width + 1).multipliedFullWidth(by: next()).high)
    }

    /// True once in `count` times, on average; never for 0.
    public mutating func oneIn(_ count: Int) -> Bool {
        precondition(count >= 0, "there is no chance of one in less than nothing")
        return count > 0 && number(in: 1...count) == 1
    }

    /// That many bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// A duration between the bounds, in whole milliseconds.
    public mutating func duration(in range: ClosedRange<Duration>) -> Duration {
        .milliseconds(number(in: Int(range.lowerBound.wholeMilliseconds)...Int(range.upperBound.wholeMilliseconds)))
    }
}
