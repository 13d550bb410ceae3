import GatehouseWireKit

/// A HID report descriptor taken apart: which fields a device's reports have, and where (HID 1.11, section 6.2.2).
///
/// It comes from the device and may hold anything; its size, its fields and its reports are bounded.
public struct ReportDescriptor: Hashable, Sendable {
    /// Why a descriptor cannot be used.
    public enum Problem: Error, Hashable, Sendable {
        /// More than 4096 bytes, which Linux does not take either.
        case tooLong
        /// An item goes on beyond the end; where it begins.
        case truncated(at: Int)
        /// Reports, fields or usages beyond all reason, or saved states that were never saved.
        case unreasonable(at: Int)
    }

    /// Which way a field goes.
    public enum Kind: Hashable, Sendable {
        case input, output, feature
    }

    /// Neighbouring elements of one size.
    public struct Field: Hashable, Sendable {
        public var kind: Kind
        /// 0 where reports have no numbers.
        public var reportID: UInt8
        /// From the first bit after the report's number.
        public var bitOffset: Int
        /// Of one element.
        public var bitSize: Int
        public var count: Int
        /// What the elements mean, page in the upper half; in the order of the elements, the last for all that follow.
        public var usages: [ClosedRange<UInt32>]
        /// Whether it is only there to fill up.
        public var isConstant: Bool

        /// What one element means; nil where nothing is said.
        public func usage(of element: Int) -> UInt32? {
            var rest = element
            for range in usages {
                guard rest > Int(range.upperBound - range.lowerBound) else {
                    return range.lowerBound + UInt32(rest)
                }
                rest -= Int(range.upperBound - range.lowerBound) + 1
            }
            return usages.last?.upperBound
        }
    }

    /// The largest descriptor, as in the Linux kernel.
    public static let lengthLimit = 4096
    /// All reports together, in bits.
    static let bitsLimit = 65_536
    static let fieldsLimit = 512
    static let usagesLimit = 256
    static let savedLimit = 16

    public private(set) var fields: [Field] = []
    /// Whether each report begins with its number.
    public private(set) var usesReportIDs = false

    public init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= Self.lengthLimit else { throw .tooLong }
        var state = DescriptorState()
        var cursor = ByteCursor(bytes)
        while let prefix = cursor.u8() {
            let position = bytes.count - cursor.count - 1
            guard let item = DescriptorItem(prefix, &cursor) else { throw .truncated(at: position) }
            switch item.type {
            case .main: try add(item, &state, at: position)
            case .global: guard state.takeGlobal(item) else { throw .unreasonable(at: position) }
            case .local: guard state.takeLocal(item) else { throw .unreasonable(at: position) }
            case .reserved: break
            }
        }
        usesReportIDs = state.usesReportIDs
    }

    /// How many bits a report has after its number.
    public func bitLength(of kind: Kind, id: UInt8) -> Int {
        fields.filter { $0.kind == kind && $0.reportID == id }.map { $0.bitOffset + $0.bitSize * $0.count }.max() ?? 0
    }

    private mutating func add(_ item: DescriptorItem, _ state: inout DescriptorState, at position: Int) throws(Problem)
    {
        let kind: Kind
        switch item.tag {
        case 0x8: kind = .input
        case 0x9: kind = .output
        case 0xB: kind = .feature
        default:
            // Collections have usages, but no fields.
            state.endMain()
            return
        }
        guard let field = state.field(kind, isConstant: item.value & 1 == 1), fields.count < Self.fieldsLimit else {
            throw .unreasonable(at: position)
        }
        if field.bitSize * field.count > 0 { fields.append(field) }
        state.endMain()
    }
}

/// One item of a descriptor.
struct DescriptorItem {
    enum ItemType: UInt8 {
        case main, global, local, reserved
    }

    var type: ItemType
    var tag: UInt8
    var value: UInt32
    /// Of the value, in bytes.
    var size: Int

    /// Reads what follows an item's first byte; nil when it is not all there.
    init?(_ prefix: UInt8, _ cursor: inout ByteCursor) {
        if prefix == 0xFE {
            // A long item: its size, its tag, its data. None has ever been given a meaning.
            guard let size = cursor.u8(), cursor.skip(1), cursor.skip(Int(size)) else { return nil }
            (type, tag, value, self.size) = (.reserved, 0, 0, 0)
            return
        }
        size = [0, 1, 2, 4][Int(prefix & 3)]
        guard let data = cursor.bytes(size), let type = ItemType(rawValue: prefix >> 2 & 3) else { return nil }
        self.type = type
        tag = prefix >> 4
        value = data.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
