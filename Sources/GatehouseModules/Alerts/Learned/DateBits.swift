import GatehouseModuleKit

/// A set of dates, as far as they are among the 128 up to the latest: a bit for each.
struct DateBits: Hashable, Sendable {
    /// The latest date, as days since 1970.
    private(set) var latest: Int32
    /// Bit n: the date n days before it.
    private(set) var bits: UInt128 = 0

    init(latest: Int32 = 0) {
        self.latest = latest
    }

    /// Whether that put in something new.
    @discardableResult
    mutating func insert(_ day: Int32) -> Bool {
        if day > latest {
            bits = day - latest < 128 ? bits << UInt128(day - latest) : 0
            latest = day
        }
        guard latest - day < 128 else { return false }
        let bit = UInt128(1) << UInt128(latest - day)
        guard bits & bit == 0 else { return false }
        bits |= bit
        return true
    }

    /// The same dates, seen from another latest one; those after it are left out.
    func bits(from day: Int32) -> UInt128 {
        let ahead = Int64(day) - Int64(latest)
        if ahead <= -128 || ahead >= 128 { return 0 }
        return ahead >= 0 ? bits << UInt128(ahead) : bits >> UInt128(-ahead)
    }

    /// The lowest `count` bits that are set: of a set of dates, the last so many.
    static func last(_ count: Int, of bits: UInt128) -> UInt128 {
        var (rest, taken) = (bits, UInt128(0))
        for _ in 0..<count where rest != 0 {
            let lowest = rest & (~rest &+ 1)
            taken |= lowest
            rest ^= lowest
        }
        return taken
    }
}

extension DateBits: Packed {
    func pack(into packer: inout Packer) {
        packer.add(latest, UInt64(truncatingIfNeeded: bits), UInt64(truncatingIfNeeded: bits >> 64))
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        let (low, high): (UInt64, UInt64)
        (latest, low, high) = try unpacker.values()
        bits = UInt128(low) | UInt128(high) << 64
    }
}
