/// What one report holds of a scan.
struct ScanPart {
    var data: [UInt8]
    /// Nil where the report has none, or zeros.
    var identifier: [UInt8]?
    var makers: [UInt8]
    /// Whether the scan goes on in the next report.
    var continues: Bool
}

extension ScanLayout.Report {
    /// What a report holds, its number taken off; nil when it is too short, or its count too large.
    func part(of report: ArraySlice<UInt8>) -> ScanPart? {
        guard report.count * 8 >= bitLength else { return nil }
        let continues = continues(report) ?? false
        let bytes = data.map { Self.byte($0, report) }
        guard let data = used(bytes, report, isLast: !continues) else { return nil }
        let identifier = identifier.map { Self.byte($0, report) }
        let makers = makers.map { Self.byte($0, report) }
        return ScanPart(
            data: data, identifier: identifier.contains { $0 != 0 } ? identifier : nil,
            makers: makers.contains { $0 != 0 } ? makers : [], continues: continues)
    }

    /// Whether the scan goes on in the next report; nil when the report is too short to say.
    func continues(_ report: ArraySlice<UInt8>) -> Bool? {
        guard let continued else { return false }
        guard report.count * 8 >= continued.offset + continued.size else { return nil }
        return Self.number(continued, report) & 1 == 1
    }

    /// The data that is meant: as many bytes as the count says; without a count all, but for the zeros that fill up
    /// the last report.
    private func used(_ bytes: [UInt8], _ report: ArraySlice<UInt8>, isLast: Bool) -> [UInt8]? {
        let zeros = bytes.reversed().prefix { $0 == 0 }.count
        switch count {
        case .declared(let bits):
            let number = Int(Self.number(bits, report))
            return number <= bytes.count ? Array(bytes.prefix(number)) : nil
        case .guessed(let bits):
            let number = Int(Self.number(bits, report))
            if number <= bytes.count, number >= bytes.count - zeros { return Array(bytes.prefix(number)) }
            return isLast ? bytes.dropLast(zeros) : bytes
        case .none: return isLast ? bytes.dropLast(zeros) : bytes
        }
    }

    private static func byte(_ bits: ScanLayout.Bits, _ report: ArraySlice<UInt8>) -> UInt8 {
        UInt8(truncatingIfNeeded: number(bits, report))
    }

    /// A field's bits as a number, the first bit the lowest (HID 1.11, section 8.1). The report is long enough.
    private static func number(_ bits: ScanLayout.Bits, _ report: ArraySlice<UInt8>) -> UInt32 {
        var number: UInt64 = 0
        let first = bits.offset / 8
        let last = (bits.offset + bits.size - 1) / 8
        for index in (first...last).reversed() {
            number = number << 8 | UInt64(report[report.startIndex + index])
        }
        let mask = (UInt64(1) << UInt64(bits.size)) - 1
        return UInt32(truncatingIfNeeded: number >> UInt64(bits.offset % 8) & mask)
    }
}
