/// Names that occur again and again, each as a small number: a million scans then take no million texts.
public struct NameTable: Sendable {
    private var names: [String] = []
    private var numbers: [String: Int32] = [:]

    public init() {}

    /// The number of a name, which it keeps.
    public mutating func number(of name: String) -> Int32 {
        if let known = numbers[name] { return known }
        let number = Int32(names.count)
        names.append(name)
        numbers[name] = number
        return number
    }

    /// The number of a name that has one already; nil otherwise.
    public func known(_ name: String) -> Int32? { numbers[name] }

    /// The name of a number that this table gave.
    public subscript(number: Int32) -> String { names[Int(number)] }

    public var count: Int { names.count }
}

extension NameTable: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(names)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        names = try unpacker.next()
        numbers = Dictionary(
            names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    }
}
