import GatehouseModuleKit

/// Small numbers for the ids of people, devices and groups: there are few of them, and they come by the million.
struct Interner: Sendable {
    private(set) var names: [String] = []
    private var numbers: [String: Int32] = [:]

    /// The number of a name, a new one where it has not been met.
    mutating func number(_ name: String) -> Int32 {
        if let known = numbers[name] { return known }
        let number = Int32(names.count)
        names.append(name)
        numbers[name] = number
        return number
    }

    /// The number of a name that has been met.
    func known(_ name: String) -> Int32? { numbers[name] }

    func name(_ number: Int32) -> String { names[Int(number)] }

    var count: Int { names.count }
}

extension Interner: Packed {
    func pack(into packer: inout Packer) {
        packer.add(names)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        names = try unpacker.next()
        numbers = Dictionary(
            names.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { first, _ in first })
    }
}
