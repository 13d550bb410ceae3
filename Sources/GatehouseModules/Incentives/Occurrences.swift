import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The events that must not happen, counted by topic, department and the month of their `time`, and what incidents
/// cost. Every stretch that a rule looks at begins and ends with a month.
struct Occurrences: Sendable {
    struct Count: Sendable {
        var count = 0
        /// The first of them.
        var sequences: [Int64] = []

        mutating func add(_ other: Count) {
            count += other.count
            sequences += other.sequences.prefix(max(0, Occurrences.listed - sequences.count))
        }
    }

    fileprivate static let listed = 20
    private var counts: [String: [String: [Int: Count]]] = [:]
    private var losses: [String: [Int: Fraction]] = [:]

    /// Takes an event of a department; nil: of nobody's.
    mutating func note(_ topic: Topic, department: String?, sequence: Int64, month: Int) {
        counts[topic.rawValue, default: [:]][department ?? "", default: [:]][month, default: Count()]
            .add(Count(count: 1, sequences: [sequence]))
    }

    /// Takes what an incident cost.
    mutating func note(loss: Fraction, department: String?, month: Int) {
        let known = losses[department ?? ""]?[month] ?? .zero
        losses[department ?? "", default: [:]][month] = known + loss
    }

    /// The events of a department, or all where none is named, in these months.
    func count(of topic: String, department: String?, in months: Range<Int>) -> Count {
        var sum = Count()
        for department in Self.names(department, in: counts[topic]) {
            guard let book = counts[topic]?[department] else { continue }
            for month in months {
                if let count = book[month] { sum.add(count) }
            }
        }
        return sum
    }

    /// What the incidents of these months cost, of a department, or of all where none is named.
    func loss(department: String?, in months: Range<Int>) -> Fraction {
        var sum = Fraction.zero
        for department in Self.names(department, in: losses) {
            guard let book = losses[department] else { continue }
            for month in months {
                if let loss = book[month] { sum = sum + loss }
            }
        }
        return sum
    }

    private static func names<Value>(_ department: String?, in book: [String: Value]?) -> [String] {
        department.map { [$0] } ?? (book?.keys.sorted() ?? [])
    }
}

extension Occurrences: Packed {
    func pack(into packer: inout Packer) {
        packer.add(counts, losses)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (counts, losses) = try unpacker.values()
    }
}

extension Occurrences.Count: Packed {
    func pack(into packer: inout Packer) {
        packer.add(count, sequences)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (count, sequences) = try unpacker.values()
    }
}
