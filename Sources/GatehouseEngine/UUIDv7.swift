public import GatehouseModel

/// Makes identifiers that sort by the time they were made: RFC 9562, version 7.
///
/// Within one millisecond a counter keeps them increasing; a clock that is set back goes on from the last one.
public struct UUIDv7Source: Sendable {
    private var generator: SplitMix64
    private var last: Int64 = 0
    private var counter: UInt64 = 0

    public init(generator: SplitMix64) {
        self.generator = generator
    }

    /// The next identifier, as 36 lower-case characters.
    public mutating func next(at moment: Moment) -> String {
        if moment.milliseconds > last {
            last = moment.milliseconds
            counter = generator.next() & 0x7FF
        } else {
            counter += 1
            if counter > 0xFFF {
                last += 1
                counter = 0
            }
        }
        let high = UInt64(max(0, last)) << 16 | 0x7000 | counter
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return Self.text(high: high, low: low)
    }

    private static func text(high: UInt64, low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = digit < 16 ? high : low
                let nibble = UInt8(word >> UInt64(60 - digit % 16 * 4) & 15)
                buffer[position] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
                position += 1
            }
            return position
        }
    }
}
