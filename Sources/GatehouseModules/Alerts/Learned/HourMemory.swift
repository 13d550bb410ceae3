import GatehouseModuleKit
import RealModule

/// What one hour of the day has been like for one device or department.
struct HourMemory: Sendable {
    static let (datesKept, fewestDates) = (20, 4)
    static let (errorsKept, fewestErrors) = (25, 8)
    /// The weight of what is supposed of the spread before anything is learned, in errors.
    static let priorWeight = 8.0
    /// The hours that a level must have lasted before it is normal.
    static let newNormal = 4

    /// How many readings a group gave, on the last dates on which it was expected.
    struct Share: Sendable {
        var days: [Int32] = []
        var heads: [Int32] = []
        var readings: [Int32] = []
        private(set) var allHeads = 0
        private(set) var allReadings = 0

        mutating func learn(_ day: Int32, heads count: Int, readings given: Int) {
            days.append(day)
            heads.append(Int32(clamping: count))
            readings.append(Int32(clamping: given))
            (allHeads, allReadings) = (allHeads + count, allReadings + given)
            guard days.count > HourMemory.datesKept else { return }
            days.removeFirst()
            allHeads -= Int(heads.removeFirst())
            allReadings -= Int(readings.removeFirst())
        }

        /// A reading of a date that has been learned came late.
        mutating func addLate(_ day: Int32) {
            guard let place = days.lastIndex(of: day) else { return }
            readings[place] += 1
            allReadings += 1
        }

        /// Readings a head; nil while there are too few dates.
        var rate: Double? {
            days.count >= HourMemory.fewestDates && allHeads > 0 ? Double(allReadings) / Double(allHeads) : nil
        }
    }

    var shares: [Int32: Share] = [:]
    /// The last squared errors, each in units of the spread that is supposed for its expectation.
    private(set) var errors: [Double] = []
    /// How many hours have been held against an expectation, up to as many as are needed.
    private(set) var compared = 0
    /// How many unusual hours there have been in a row.
    var streak = 0

    /// What the counts are supposed to scatter by before anything is learned of it: like a count of people who decide
    /// for themselves, and a little.
    static func supposed(_ expected: Double) -> Double { 1 + 0.15 * expected }

    mutating func learnError(_ count: Int, expected: Double) {
        compared = min(compared + 1, Self.fewestErrors)
        // An hour in which nothing is expected and nothing comes says nothing of how counts scatter.
        guard expected >= 1 || count > 0 else { return }
        let error = Double(count) - expected
        errors.append(error * error / Self.supposed(expected))
        if errors.count > Self.errorsKept { errors.removeFirst() }
    }

    /// What is expected by the heads of each group today; nil where no group is old enough to say.
    func forecast(_ heads: [Int32: Int]) -> Forecast? {
        var (sum, unknown) = (0.0, [Int32]())
        for (group, count) in heads.sorted(by: { $0.key < $1.key }) {
            guard let rate = shares[group]?.rate else {
                unknown.append(group)
                continue
            }
            sum += Double(count) * rate
        }
        return unknown.count == heads.count ? nil : Forecast(count: sum, unknown: unknown)
    }

    /// The spread s² for an expectation; nil where too little is known.
    func spread(_ expected: Double) -> Double? {
        guard compared >= Self.fewestErrors else { return nil }
        let learned = errors.reduce(Self.priorWeight, +) / (Self.priorWeight + Double(errors.count))
        return Self.supposed(expected) * learned
    }

    /// Whether a count is unusual, and by which standard. A high count is held against an expectation of one at least:
    /// of an hour in which nobody ever comes nothing is known of how many come when somebody does.
    func verdict(_ count: Int, expected: Double) -> Verdict? {
        let off = Double(count) - expected
        let mean = off > 0 ? max(expected, 1) : expected
        guard off.magnitude >= Verdict.leastDifference, var spread = spread(mean) else { return nil }
        if off > 0 { spread = max(spread, mean) }
        let distance = (Double(count) - mean).magnitude / spread.squareRoot()
        guard distance > 4 else { return nil }
        let freedom = Double(errors.count) + Self.priorWeight
        guard Tails.student(distance, freedom: freedom) < Verdict.rarest else { return nil }
        if off > 0, Tails.count(atLeast: count, mean: mean, variance: spread) >= Verdict.rarest { return nil }
        return Verdict(isHigh: off > 0, expected: expected, deviation: spread.squareRoot())
    }

    /// What is expected of the groups that are known; the others are left out on both sides of the comparison.
    struct Forecast: Sendable {
        var count: Double
        var unknown: [Int32]

        /// How many of the readings are held against it.
        func counted(_ readings: [Int32: Int], total: Int) -> Int {
            unknown.reduce(total) { $0 - (readings[$1] ?? 0) }
        }
    }

    struct Verdict: Sendable {
        static let leastDifference = 10.0
        static let rarest = 0.00001

        var isHigh: Bool
        var expected: Double
        var deviation: Double
    }
}

extension HourMemory: Packed {
    func pack(into packer: inout Packer) {
        packer.add(shares, errors, compared, streak)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (shares, errors, compared, streak) = try unpacker.values()
    }
}

extension HourMemory.Forecast: Packed {
    func pack(into packer: inout Packer) {
        packer.add(count, unknown)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (count, unknown) = try unpacker.values()
    }
}

extension HourMemory.Share: Packed {
    func pack(into packer: inout Packer) {
        packer.add(days, heads, readings)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        let days: [Int32] = try unpacker.next()
        let heads: [Int32] = try unpacker.next()
        let readings: [Int32] = try unpacker.next()
        guard days.count == heads.count, days.count == readings.count else { throw .unreadable("a share") }
        for index in days.indices { learn(days[index], heads: Int(heads[index]), readings: Int(readings[index])) }
    }
}
