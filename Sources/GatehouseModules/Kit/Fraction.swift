import BigInt
public import GatehouseModel
public import GatehouseRules

/// An exact number: a fraction of whole numbers of any size, in lowest terms. Money and rates are computed in it, and
/// rounded once, when they are shown.
public struct Fraction: Hashable, Comparable, Sendable {
    private let numerator: BigInt
    /// Above 0.
    private let denominator: BigInt

    public static let zero = Fraction(0)
    public static let one = Fraction(1)

    private init(_ numerator: BigInt, _ denominator: BigInt) {
        precondition(denominator != 0, "nothing is divided by zero")
        // Nearly all are small, and for those the machine's own numbers are ten times as fast.
        if let small = Int64(exactly: numerator), let below = Int64(exactly: denominator), below > 0, small > .min {
            let common = Self.commonDivisor(small.magnitude, below.magnitude)
            guard common != 1 else {
                self.numerator = numerator
                self.denominator = denominator
                return
            }
            self.numerator = BigInt(small / Int64(common))
            self.denominator = BigInt(below / Int64(common))
            return
        }
        let divisor = numerator.greatestCommonDivisor(with: denominator)
        let sign: BigInt = denominator < 0 ? -1 : 1
        self.numerator = numerator / divisor * sign
        self.denominator = denominator / divisor * sign
    }

    /// The second is above 0.
    private static func commonDivisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var (left, right) = (second, first % second)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }

    public init(_ number: some BinaryInteger) {
        numerator = BigInt(number)
        denominator = 1
    }

    /// `numerator / denominator`; the denominator is not 0.
    public init(_ numerator: some BinaryInteger, over denominator: some BinaryInteger) {
        self.init(BigInt(numerator), BigInt(denominator))
    }

    public init(_ decimal: ExactDecimal) {
        self.init(BigInt(decimal.unscaled), BigInt(10).power(decimal.scale))
    }

    /// Reads `numerator/denominator`, as `exactText` writes it, or a decimal.
    public init?(_ text: String?) {
        guard let text else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let numerator = BigInt(parts[0]), let denominator = BigInt(parts[1]), denominator > 0 else {
                return nil
            }
            self.init(numerator, denominator)
        } else {
            self.init(decimal: text)
        }
    }

    /// Reads `-12.50`: digits, and a point between them.
    init?(decimal text: some StringProtocol) {
        let digits = text.drop { $0 == "-" }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count - digits.utf8.count <= 1, (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let number = BigInt(parts.joined())
        else { return nil }
        let isNegative = text.utf8.count != digits.utf8.count
        self.init(isNegative ? -number : number, BigInt(10).power(parts.count == 2 ? parts[1].utf8.count : 0))
    }

    /// Reads a JSON number.
    init?(_ json: JSONValue?) {
        guard case .number(let text) = json else { return nil }
        self.init(decimal: text)
    }

    public var isZero: Bool { numerator == 0 }

    /// Whether it can be written as a decimal to the last digit.
    public var isDecimal: Bool { decimals != nil }

    /// So many decimals are enough; nil where no number of them is.
    private var decimals: Int? {
        var (rest, twos, fives) = (denominator, 0, 0)
        while rest % 2 == 0 { (rest, twos) = (rest / 2, twos + 1) }
        while rest % 5 == 0 { (rest, fives) = (rest / 5, fives + 1) }
        return rest == 1 ? max(twos, fives) : nil
    }

    /// The shortest decimal; rounded to 6 decimals where there is none.
    public var text: String {
        decimals.map { rounded(to: $0) } ?? rounded(to: 6)
    }

    /// `numerator/denominator`, or the whole number.
    public var exactText: String {
        denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
    }

    /// Rounded half up (away from zero below it too) to so many decimals, all of them written: `0.666667`.
    public func rounded(to places: Int) -> String {
        let scaled = numerator.magnitude * BigUInt(10).power(places)
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: denominator.magnitude)
        let units = rest * 2 >= denominator.magnitude ? whole + 1 : whole
        let digits = String(units)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = numerator < 0 && units != 0 ? "-" : ""
        return places == 0 ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// Rounded half up to so many decimals, as a number.
    public func roundedValue(to places: Int) -> Fraction {
        Fraction(decimal: rounded(to: places)) ?? self
    }

    /// The largest whole number that is not above it; nil where that has no room.
    public var floor: Int? {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        return Int(exactly: remainder < 0 ? quotient - 1 : quotient)
    }

    public static func + (left: Fraction, right: Fraction) -> Fraction {
        Fraction(
            left.numerator * right.denominator + right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    public static func - (left: Fraction, right: Fraction) -> Fraction {
        left + -right
    }

    public static prefix func - (value: Fraction) -> Fraction {
        Fraction(-value.numerator, value.denominator)
    }

    public static func * (left: Fraction, right: Fraction) -> Fraction {
        Fraction(left.numerator * right.numerator, left.denominator * right.denominator)
    }

    /// The divisor is not 0.
    public static func / (left: Fraction, right: Fraction) -> Fraction {
        Fraction(left.numerator * right.denominator, left.denominator * right.numerator)
    }

    public static func < (left: Fraction, right: Fraction) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }
}

extension Fraction: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(exactText)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let text: String = try unpacker.next()
        guard let value = Fraction(text) else { throw .unreadable("a fraction") }
        self = value
    }
}
