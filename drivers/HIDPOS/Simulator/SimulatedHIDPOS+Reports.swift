extension SimulatedHIDPOS.Make {
    /// How many bytes of data a report has.
    var capacity: Int { self == .turnedRound ? 16 : 56 }

    /// The report descriptor, item by item.
    var descriptor: [UInt8] {
        let data: [UInt8] = [0x95, UInt8(capacity), 0x09, 0xFE, 0x82, 0x02, 0x01]
        let flag: [UInt8] = [0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x09, 0xFF, 0x81, 0x02, 0x95, 0x07, 0x81, 0x03]
        let bytes: [UInt8] = [0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08]
        let scanner: [UInt8] = [0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02]
        let numbered: [UInt8] = scanner + [0x85, 0x02] + bytes
        let identifier: [UInt8] = [0x95, 0x03, 0x05, 0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02]
        let count: [UInt8] = [0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02]
        let end: [UInt8] = [0xC0, 0xC0]
        switch self {
        case .counted: return numbered + count + identifier + data + flag + end
        case .uncounted: return numbered + identifier + data + flag + end
        case .honeywell:
            // A page of the maker's own: a letter, a spare byte; then the scanners' page again for the flag.
            let letter: [UInt8] = [0x95, 0x02, 0x06, 0x66, 0xFF, 0x09, 0x04, 0x09, 0x05, 0x81, 0x02, 0x05, 0x8C]
            let enable: [UInt8] = [
                0x85, 0xFE, 0x06, 0x66, 0xFF, 0x09, 0x10, 0x75, 0x08, 0x95, 0x01, 0xB1, 0x02,
            ]
            return numbered + count + identifier + data + letter + flag + [0xC0] + enable + [0xC0]
        case .turnedRound:
            // The identifier as a range of usages, and a count of five bits: nothing lies on a byte.
            let range: [UInt8] = [0x75, 0x08, 0x95, 0x03, 0x19, 0xFB, 0x29, 0xFD, 0x81, 0x02]
            let small: [UInt8] = [0x75, 0x05, 0x95, 0x01, 0x0B, 0x3B, 0x00, 0x01, 0x00, 0x81, 0x02]
            let bit: [UInt8] = [0x75, 0x01, 0x95, 0x01, 0x09, 0xFF, 0x81, 0x02]
            return scanner + bytes + bit + small + [0x75, 0x08] + data + range + end
        }
    }

    /// One report as the kernel gives it.
    func report(_ data: [UInt8], identifier: [UInt8], continues: Bool) -> [UInt8] {
        let filled = data + Array(repeating: 0, count: capacity - data.count)
        let flag: UInt8 = continues ? 1 : 0
        switch self {
        case .counted: return [2, UInt8(data.count)] + identifier + filled + [flag]
        case .uncounted: return [2] + identifier + filled + [flag]
        case .honeywell: return [2, UInt8(data.count)] + identifier + filled + [0x73, 0, flag]
        case .turnedRound: return Self.shifted(filled + identifier, below: flag | UInt8(data.count) << 1, bits: 6)
        }
    }

    /// The bytes moved up by some bits, with others below them.
    private static func shifted(_ bytes: [UInt8], below: UInt8, bits: UInt8) -> [UInt8] {
        var shifted: [UInt8] = []
        var carried = UInt16(below)
        for byte in bytes {
            carried |= UInt16(byte) << UInt16(bits)
            shifted.append(UInt8(carried & 0xFF))
            carried >>= 8
        }
        return shifted + [UInt8(carried)]
    }
}
