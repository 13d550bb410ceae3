extension Array: Packed where Element: Packed {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.number(Int64(count))
        for element in self { packer.add(element) }
    }

    @inlinable
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let count = try unpacker.count()
        self.init()
        reserveCapacity(Swift.min(count, 1 << 16))
        for _ in 0..<count { append(try unpacker.next()) }
    }
}

extension Optional: Packed where Wrapped: Packed {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.number(self == nil ? 0 : 1)
        if let self { self.pack(into: &packer) }
    }

    @inlinable
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self = try unpacker.number() == 0 ? nil : try unpacker.next(Wrapped.self)
    }
}

/// In the order of the keys, so that the same knowledge is the same bytes.
extension Dictionary: Packed where Key: Packed & Comparable, Value: Packed {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.number(Int64(count))
        for (key, value) in sorted(by: { $0.key < $1.key }) { packer.add(key, value) }
    }

    @inlinable
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let count = try unpacker.count()
        self.init(minimumCapacity: Swift.min(count, 1 << 16))
        for _ in 0..<count {
            let key: Key = try unpacker.next()
            // A table may hold nil under a key.
            updateValue(try unpacker.next(), forKey: key)
        }
    }
}

extension Set: Packed where Element: Packed & Comparable {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.add(sorted())
    }

    @inlinable
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init(try unpacker.next([Element].self))
    }
}

extension Range: Packed where Bound: Packed {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.add(lowerBound, upperBound)
    }

    @inlinable
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let (from, to): (Bound, Bound) = try unpacker.values()
        guard from <= to else { throw .unreadable("a range") }
        self = from..<to
    }
}
