public import GatehouseModel

extension JSONValue {
    /// A place in the journal as events write it: 20 decimal digits.
    public static func sequence(_ sequence: Int64) -> JSONValue {
        var digits: [UInt8] = []
        digits.appendDecimal(Int(max(0, sequence)), width: 20)
        return .string(String(decoding: digits, as: UTF8.self))
    }

    /// Places in the journal; of very many the first thousand.
    public static func sequences(_ sequences: [Int64]) -> JSONValue {
        .array(sequences.prefix(1000).map { .sequence($0) })
    }

    /// The place in the journal that stands there, as digits or as a number; nil where it is neither.
    public var sequence: Int64? {
        text.flatMap { Int64($0) } ?? integer.map { Int64($0) }
    }
}
