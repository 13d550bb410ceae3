/// Where a scanner's reports have what, as its descriptor says (HID Point of Sale usage tables 1.02, page 8C).
public struct ScanLayout: Hashable, Sendable {
    /// Why a descriptor is no scanner's.
    public enum Problem: Error, Hashable, Sendable {
        case descriptor(ReportDescriptor.Problem)
        /// No report has decoded data.
        case noDecodedData
    }

    /// Bits of a report, counted from the first one after its number.
    struct Bits: Hashable, Sendable {
        var offset: Int
        var size: Int
    }

    /// How the number of data bytes is known.
    enum Count: Hashable, Sendable {
        /// The data fills the report up with zeros.
        case none
        /// A field that says so (Generic Desktop, byte count).
        case declared(Bits)
        /// A maker's own field in front of the data that may be it. Believed where the rest of the data is zero.
        case guessed(Bits)
    }

    /// One kind of report that carries a scan, or a part of one.
    struct Report: Hashable, Sendable {
        var count: Count
        /// The three characters of the AIM identifier; empty where there are none.
        var identifier: [Bits]
        var data: [Bits]
        /// Whether the scan goes on in the next report; nil where a report is a scan.
        var continued: Bits?
        /// The maker's other fields, such as a symbology letter of its own.
        var makers: [Bits]
        var bitLength: Int
    }

    let reports: [UInt8: Report]
    /// Whether each report begins with its number.
    public let usesReportIDs: Bool
    /// Whether the device has the feature report by which Honeywell's scanners are made to send.
    public let hasEnableReport: Bool

    /// How the data's length is known, for people: `counted`, `counted by a maker's field`, `uncounted`.
    public var summary: String {
        let kinds = reports.sorted { $0.key < $1.key }.map { id, report in
            let name =
                switch report.count {
                case .none: "uncounted"
                case .declared: "counted"
                case .guessed: "counted by a maker's field"
                }
            return "report \(id): \(name), \(report.data.count) bytes"
        }
        return kinds.joined(separator: "; ")
    }

    /// The number of Honeywell's feature report.
    public static let enableReportID: UInt8 = 0xFE

    public init(descriptor bytes: [UInt8]) throws(Problem) {
        let descriptor: ReportDescriptor
        do throws(ReportDescriptor.Problem) {
            descriptor = try ReportDescriptor(bytes)
        } catch {
            throw .descriptor(error)
        }
        usesReportIDs = descriptor.usesReportIDs
        hasEnableReport = descriptor.fields.contains { $0.kind == .feature && $0.reportID == Self.enableReportID }
        var builders: [UInt8: Builder] = [:]
        for field in descriptor.fields where field.kind == .input && !field.isConstant {
            builders[field.reportID, default: Builder()].add(field)
        }
        reports = builders.compactMapValues(\.report)
        guard !reports.isEmpty else { throw .noDecodedData }
    }

    /// Collects one report's fields.
    private struct Builder {
        /// More fields of the maker's are of no interest.
        static let makersLimit = 8

        var declared: Bits?
        var identifier: [UInt32: Bits] = [:]
        var data: [Bits] = []
        var continued: Bits?
        var makersBefore: [Bits] = []
        var makersAfter: [Bits] = []
        var end = 0

        mutating func add(_ field: ReportDescriptor.Field) {
            end = max(end, field.bitOffset + field.bitSize * field.count)
            guard field.bitSize <= 32 else { return }
            for element in 0..<field.count {
                let bits = Bits(offset: field.bitOffset + element * field.bitSize, size: field.bitSize)
                guard let usage = field.usage(of: element) else { return }
                switch usage {
                case 0x8C_00FB, 0x8C_00FC, 0x8C_00FD: identifier[usage] = identifier[usage] ?? bits
                case 0x8C_00FE: if bits.size == 8 { data.append(bits) }
                case 0x8C_00FF: continued = continued ?? bits
                case 0x01_003B: declared = declared ?? bits
                case 0xFF00_0000...:
                    guard makersBefore.count + makersAfter.count < Self.makersLimit else { break }
                    if data.isEmpty { makersBefore.append(bits) } else { makersAfter.append(bits) }
                default: break
                }
            }
        }

        var report: Report? {
            guard !data.isEmpty else { return nil }
            let count: Count
            var makers = makersBefore + makersAfter
            if let declared {
                count = .declared(declared)
            } else if makersBefore.count == 1, makersBefore[0].size >= 8 {
                count = .guessed(makersBefore[0])
                makers = makersAfter
            } else {
                count = .none
            }
            let characters = [0x8C_00FB, 0x8C_00FC, 0x8C_00FD].compactMap { identifier[$0] }
            return Report(
                count: count, identifier: characters.count == 3 ? characters : [], data: data, continued: continued,
                makers: makers, bitLength: end)
        }
    }
}
