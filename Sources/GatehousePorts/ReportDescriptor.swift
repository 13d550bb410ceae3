/// As much of a HID report descriptor as tells what kind of device it is: the usage pages of its top-level
/// collections. (Device Class Definition for HID 1.11, section 6.2.2: a list of items, each a prefix byte and 0 to 4
/// bytes of data.)
struct ReportDescriptor: Sendable {
    /// In the order of the descriptor; of a damaged one those before the damage.
    private(set) var usagePages: [UInt16] = []

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        var page: UInt32 = 0
        var usagePage: UInt32?
        var depth = 0
        while let item = Self.next(&rest) {
            switch item.kind {
            case .usagePage: page = item.value
            // A usage of four bytes brings its own page along. The first before a collection is the collection's.
            case .usage: usagePage = usagePage ?? (item.size == 4 ? item.value >> 16 : page)
            case .collection:
                if depth == 0 { usagePages.append(UInt16(truncatingIfNeeded: usagePage ?? page)) }
                depth += 1
                usagePage = nil
            case .endOfCollection:
                depth = max(0, depth - 1)
                usagePage = nil
            case .otherMain: usagePage = nil
            case .other: break
            }
        }
    }

    private enum Kind {
        case usagePage, usage, collection, endOfCollection, otherMain, other

        init(prefix: UInt8) {
            switch prefix & 0xFC {
            case 0x04: self = .usagePage
            case 0x08: self = .usage
            case 0xA0: self = .collection
            case 0xC0: self = .endOfCollection
            case let other: self = other & 0x0C == 0 ? .otherMain : .other
            }
        }
    }

    private static func next(_ rest: inout ArraySlice<UInt8>) -> (kind: Kind, value: UInt32, size: Int)? {
        guard let prefix = rest.popFirst() else { return nil }
        // A long item: its length, its tag, its data. None is defined.
        if prefix == 0xFE {
            guard let length = rest.first, rest.count >= Int(length) + 2 else { return nil }
            rest.removeFirst(Int(length) + 2)
            return (.other, 0, 0)
        }
        let size = prefix & 3 == 3 ? 4 : Int(prefix & 3)
        guard rest.count >= size else { return nil }
        let value = rest.prefix(size).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        rest.removeFirst(size)
        return (Kind(prefix: prefix), value, size)
    }
}
