/// What the items before a field have said of it (HID 1.11, sections 6.2.2.7 and 6.2.2.8).
struct DescriptorState {
    /// What stays until it is said anew, and can be saved and fetched back.
    private struct Globals {
        var page: UInt32 = 0
        var reportID: UInt8 = 0
        var bitSize: UInt32 = 0
        var count: UInt32 = 0
    }

    /// A usage as it was said, and whether with a page of its own.
    private struct Said {
        var first: UInt32
        var last: UInt32
        var hasOwnPage: Bool
    }

    private(set) var usesReportIDs = false
    private var globals = Globals()
    private var saved: [Globals] = []
    private var said: [Said] = []
    private var minimum: Said?
    private var lengths: [ReportDescriptor.Kind: [UInt8: Int]] = [:]
    private var total = 0

    /// False for what no true device says.
    mutating func takeGlobal(_ item: DescriptorItem) -> Bool {
        switch item.tag {
        case 0x0: globals.page = item.value & 0xFFFF
        case 0x7: globals.bitSize = item.value
        case 0x8:
            guard (1...0xFF).contains(item.value) else { return false }
            globals.reportID = UInt8(item.value)
            usesReportIDs = true
        case 0x9: globals.count = item.value
        case 0xA:
            guard saved.count < ReportDescriptor.savedLimit else { return false }
            saved.append(globals)
        case 0xB:
            guard let last = saved.popLast() else { return false }
            globals = last
        default: break
        }
        return true
    }

    /// False for more usages than can be.
    mutating func takeLocal(_ item: DescriptorItem) -> Bool {
        guard said.count < ReportDescriptor.usagesLimit else { return false }
        let hasOwnPage = item.size == 4
        let usage = hasOwnPage ? item.value : globals.page << 16 | item.value
        switch item.tag {
        case 0x0: said.append(Said(first: usage, last: usage, hasOwnPage: hasOwnPage))
        case 0x1: minimum = Said(first: usage, last: usage, hasOwnPage: hasOwnPage)
        case 0x2:
            guard let low = minimum else { return true }
            minimum = nil
            // The page of a range is its minimum's.
            let last = low.first & 0xFFFF_0000 | usage & 0xFFFF
            guard last >= low.first else { return false }
            said.append(Said(first: low.first, last: last, hasOwnPage: low.hasOwnPage))
        default: break
        }
        return true
    }

    /// The field that a main item makes; nil when it is too large.
    mutating func field(_ kind: ReportDescriptor.Kind, isConstant: Bool) -> ReportDescriptor.Field? {
        guard globals.bitSize <= 256, globals.count <= UInt32(ReportDescriptor.bitsLimit) else { return nil }
        let (bitSize, count) = (Int(globals.bitSize), Int(globals.count))
        total += bitSize * count
        guard total <= ReportDescriptor.bitsLimit else { return nil }
        let offset = lengths[kind, default: [:]][globals.reportID, default: 0]
        lengths[kind, default: [:]][globals.reportID] = offset + bitSize * count
        return ReportDescriptor.Field(
            kind: kind, reportID: globals.reportID, bitOffset: offset, bitSize: bitSize, count: count,
            usages: usages(), isConstant: isConstant)
    }

    mutating func endMain() {
        said = []
        minimum = nil
    }

    /// The usages with their pages. A page that is declared after all of them holds for all of them; else each keeps
    /// the one before it, as Linux has it.
    private func usages() -> [ClosedRange<UInt32>] {
        var complete = said
        for index in complete.indices.reversed() where !complete[index].hasOwnPage {
            if complete[index].first >> 16 == globals.page { break }
            complete[index].first = globals.page << 16 | complete[index].first & 0xFFFF
            complete[index].last = globals.page << 16 | complete[index].last & 0xFFFF
        }
        return complete.map { $0.first...$0.last }
    }
}
