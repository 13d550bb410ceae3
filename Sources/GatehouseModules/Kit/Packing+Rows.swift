/// Something of which there are hundreds of thousands, each much like the one before it: only what is different is
/// packed.
public protocol PackedInRow {
    func pack(after last: Self?, into packer: inout Packer)
    init(after last: Self?, from unpacker: inout Unpacker) throws(PackProblem)
}

extension Packer {
    /// Packs each as what is different from the one before it.
    @inlinable
    public mutating func addRow<Item: PackedInRow>(_ items: [Item]) {
        add(items.count)
        var last: Item?
        for item in items {
            item.pack(after: last, into: &self)
            last = item
        }
    }

    /// By how much a number is more than another. It may be any number: what overflows comes back when it is read.
    @inlinable
    public mutating func step(_ value: Int64, from other: Int64) {
        number(value &- other)
    }
}

extension Unpacker {
    @inlinable
    public mutating func nextRow<Item: PackedInRow>() throws(PackProblem) -> [Item] {
        let count = try count()
        var items: [Item] = []
        items.reserveCapacity(Swift.min(count, 1 << 16))
        while items.count < count { items.append(try Item(after: items.last, from: &self)) }
        return items
    }

    @inlinable
    public mutating func step(from other: Int64) throws(PackProblem) -> Int64 {
        other &+ (try number())
    }
}
