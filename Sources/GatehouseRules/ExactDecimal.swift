/// A decimal number as it was written, never binary floating point: money, rates and KPI values.
public struct ExactDecimal: Hashable, Comparable, Sendable {
    /// The number is `unscaled` divided by ten to the `scale`, for example 12345 and 2 for 123.45.
    public let unscaled: Int64
    /// From 0 to 9; never larger than the number needs.
    public let scale: Int

    /// The number `unscaled / 10^scale`. Noughts at the end of its decimals are dropped, so equal numbers are equal
    /// values.
    public init(unscaled: Int64, scale: Int = 0) {
        precondition((0...9).contains(scale), "a decimal has 0 to 9 decimals")
        var (unscaled, scale) = (unscaled, scale)
        while scale > 0, unscaled % 10 == 0 {
            unscaled /= 10
            scale -= 1
        }
        self.unscaled = unscaled
        self.scale = scale
    }

    /// Reads `-12.50`: at most 9 digits before the point and 9 after it; no exponent, no blank, no separator of
    /// thousands.
    public init?(_ text: some StringProtocol) {
        let isNegative = text.first == "-"
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ (1...9).contains($0.utf8.count) }) else { return nil }
        let digits = parts.joined()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits) else { return nil }
        self.init(unscaled: isNegative ? -number : number, scale: parts.count == 2 ? parts[1].utf8.count : 0)
    }

    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let places = max(left.scale, right.scale)
        return left.widened(to: places) < right.widened(to: places)
    }

    /// The shortest decimal text, for example `12.5`.
    public var text: String {
        guard scale > 0 else { return String(unscaled) }
        let digits = String(unscaled.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return (unscaled < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }

    /// The number as that many of its `places`-th decimals; `places` is at least the scale.
    public func widened(to places: Int) -> Int128 {
        (scale..<places).reduce(Int128(unscaled)) { number, _ in number * 10 }
    }
}

/// A figure of a KPI or of a rule, with what it is a figure of: `95%` is a rate, `3` is anything else.
public struct Figure: Hashable, Sendable {
    /// The number as written, before the percent sign: 95 for `95%`.
    public var number: ExactDecimal
    /// Whether a percent sign stood behind it.
    public var isPercentage: Bool

    public init(number: ExactDecimal, isPercentage: Bool) {
        self.number = number
        self.isPercentage = isPercentage
    }

    /// Reads `95%` or `3.5`.
    public init?(_ text: some StringProtocol) {
        let isPercentage = text.last == "%"
        guard let number = ExactDecimal(text.dropLast(isPercentage ? 1 : 0)) else { return nil }
        self.init(number: number, isPercentage: isPercentage)
    }

    /// As it is written in the site file.
    public var text: String {
        number.text + (isPercentage ? "%" : "")
    }
}
