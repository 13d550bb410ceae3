import GatehouseModel

/// One scan that was understood; of two at one time the one received first comes first.
struct ScanEntry: Comparable, Sendable {
    var time: Moment
    var sequence: Int64
    var received: Moment
    /// The number of the person's, checkpoint's or condition's name.
    var value: Int32

    static func < (left: ScanEntry, right: ScanEntry) -> Bool {
        left.time == right.time ? left.sequence < right.sequence : left.time < right.time
    }

    static func == (left: ScanEntry, right: ScanEntry) -> Bool {
        left.time == right.time && left.sequence == right.sequence
    }
}

/// Scans of one kind at one device, in the order of their times.
struct ScanLine: Sendable {
    private(set) var entries: [ScanEntry] = []

    init() {}

    var count: Int { entries.count }

    /// Puts a scan into its place; false where it is there already.
    mutating func add(_ entry: ScanEntry) -> Bool {
        guard let last = entries.last, !(last < entry) else {
            entries.append(entry)
            return true
        }
        let place = place(of: entry)
        guard entries[place] != entry else { return false }
        entries.insert(entry, at: place)
        return true
    }

    /// The value of the last scan up to another; nil where that was none, or too long ago.
    func value(through entry: ScanEntry, within length: Duration) -> Int32? {
        var place = entries.count
        // Nearly always the last one is the one that is looked for.
        if let last = entries.last, entry < last {
            place = self.place(of: entry)
            if entries[place] == entry { place += 1 }
        }
        guard place > 0, entry.time - entries[place - 1].time <= length else { return nil }
        return entries[place - 1].value
    }

    func last(before entry: ScanEntry) -> ScanEntry? {
        let place = place(of: entry)
        return place > 0 ? entries[place - 1] : nil
    }

    func first(after entry: ScanEntry) -> ScanEntry? {
        let place = place(of: entry)
        let next = place < entries.count && entries[place] == entry ? place + 1 : place
        return next < entries.count ? entries[next] : nil
    }

    /// The scans between two others, at most so long after the first.
    func entries(after first: ScanEntry, before end: ScanEntry?, within length: Duration) -> ArraySlice<ScanEntry> {
        entries[place(of: first)...].prefix { entry in
            end.map { entry < $0 } ?? true && entry.time - first.time <= length
        }
    }

    mutating func forget(receivedBefore moment: Moment, except kept: ScanEntry? = nil) {
        entries.removeAll { $0.received < moment && $0 != kept }
    }

    /// The first place whose entry is not before that one.
    private func place(of entry: ScanEntry) -> Int {
        guard let last = entries.last, !(last < entry) else { return entries.count }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ScanLine: Packed {
    func pack(into packer: inout Packer) {
        packer.add(entries)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        entries = try unpacker.next()
    }
}

extension ScanEntry: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence, received, value)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        time = try unpacker.next()
        sequence = try unpacker.next()
        received = try unpacker.next()
        value = try unpacker.next()
    }
}
