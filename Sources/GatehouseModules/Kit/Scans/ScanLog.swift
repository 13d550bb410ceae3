import GatehouseModel

/// The scans of one device that were understood, each list in the order of the scans' times.
struct ScanLog: Sendable {
    /// One scan; of two at one time the one received first comes first.
    struct Entry: Comparable, Sendable {
        var time: Moment
        var sequence: Int64
        var received: Moment
        /// The number of the person's, checkpoint's or condition's name.
        var value: Int32

        static func < (left: Entry, right: Entry) -> Bool {
            left.time == right.time ? left.sequence < right.sequence : left.time < right.time
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.time == right.time && left.sequence == right.sequence
        }
    }

    var people: [Entry] = []
    var checkpoints: [Entry] = []
    var conditions: [Entry] = []
    /// So many entries make it worth looking for those that can be forgotten.
    private var patience = 512

    /// Puts a scan into its place; false where it is there already.
    mutating func add(_ entry: Entry, to path: WritableKeyPath<ScanLog, [Entry]>) -> Bool {
        guard let last = self[keyPath: path].last, !(last < entry) else {
            self[keyPath: path].append(entry)
            return true
        }
        let place = Self.place(of: entry, in: self[keyPath: path])
        guard self[keyPath: path][place] != entry else { return false }
        self[keyPath: path].insert(entry, at: place)
        return true
    }

    /// Who had scanned last; nil where that was nobody, or too long ago.
    func person(at entry: Entry, within session: Duration) -> Int32? {
        value(in: people, through: entry, within: session)
    }

    /// The last checkpoint scanned before a condition.
    func checkpoint(of entry: Entry, within window: Duration) -> Int32? {
        value(in: checkpoints, through: entry, within: window)
    }

    func last(before entry: Entry, in path: KeyPath<ScanLog, [Entry]>) -> Entry? {
        let list = self[keyPath: path]
        let place = Self.place(of: entry, in: list)
        return place > 0 ? list[place - 1] : nil
    }

    func first(after entry: Entry, in path: KeyPath<ScanLog, [Entry]>) -> Entry? {
        let list = self[keyPath: path]
        let place = Self.place(of: entry, in: list)
        let next = place < list.count && list[place] == entry ? place + 1 : place
        return next < list.count ? list[next] : nil
    }

    /// The scans between two others, at most so long after the first.
    func entries(
        after first: Entry, before end: Entry?, within length: Duration, in path: KeyPath<ScanLog, [Entry]>
    ) -> ArraySlice<Entry> {
        let list = self[keyPath: path]
        return list[Self.place(of: first, in: list)...].prefix { entry in
            end.map { entry < $0 } ?? true && entry.time - first.time <= length
        }
    }

    /// Forgets what was received before a moment, except who scanned last. Now and then is enough.
    mutating func forget(receivedBefore moment: Moment) {
        guard people.count + checkpoints.count + conditions.count > patience else { return }
        let last = people.last
        people.removeAll { $0.received < moment && $0 != last }
        checkpoints.removeAll { $0.received < moment }
        conditions.removeAll { $0.received < moment }
        patience = 512 + 2 * (people.count + checkpoints.count + conditions.count)
    }

    private func value(in list: [Entry], through entry: Entry, within length: Duration) -> Int32? {
        var place = list.count
        // Nearly always the last one is the one that is looked for.
        if let last = list.last, entry < last {
            place = Self.place(of: entry, in: list)
            if list[place] == entry { place += 1 }
        }
        guard place > 0, entry.time - list[place - 1].time <= length else { return nil }
        return list[place - 1].value
    }

    /// The first place whose entry is not before that one.
    private static func place(of entry: Entry, in list: [Entry]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ScanLog: Packed {
    func pack(into packer: inout Packer) {
        packer.add(people, checkpoints, conditions, patience)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (people, checkpoints, conditions, patience) = try unpacker.values()
    }
}

extension ScanLog.Entry: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence, received, value)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, sequence, received, value) = try unpacker.values()
    }
}
