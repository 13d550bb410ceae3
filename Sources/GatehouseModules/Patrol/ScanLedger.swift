import GatehouseModel
import GatehouseModuleKit

/// The checkpoint scans that can still count, or could keep others from counting, and what became of each.
struct ScanLedger: Sendable {
    /// The order of scans: by their times, of one time in the order received.
    struct Key: Hashable, Comparable, Sendable {
        var time: Moment
        var sequence: Int64

        static func < (left: Key, right: Key) -> Bool {
            left.time == right.time ? left.sequence < right.sequence : left.time < right.time
        }
    }

    /// What a scan is to the rounds.
    enum Role: Int, Hashable, Sendable {
        /// No round wants it.
        case extra
        /// A visit that came too fast to count.
        case suspect
        /// A visit that came too fast and counts all the same.
        case suspectCounting
        case counting

        var counts: Bool { self == .counting || self == .suspectCounting }
        var isSuspect: Bool { self == .suspect || self == .suspectCounting }
        var isVisit: Bool { self != .extra }
    }

    /// What became of a scan.
    struct Outcome: Hashable, Sendable {
        var role = Role.extra
        /// The round of which it is a visit; -1: none.
        var round: Int32 = -1
        /// The guard who made the visit; -1: nobody was named, or it is no visit.
        var guardPerson: Int32 = -1
    }

    /// One scan. Names are numbers of the module's table.
    struct Entry: Sendable {
        var key: Key
        var checkpoint: Int32
        var device: Int32
        /// By the gateway's clock: rounds whose limit had passed by then do not want it.
        var received: Moment
        /// Who scanned, as far as was known then; -1: nobody was named.
        var guardPerson: Int32
        var outcome = Outcome()
        var told = Told()
    }

    /// Which alerts a scan has raised: each is raised by a scan once, however often late data turn it about.
    struct Told: Hashable, Sendable {
        /// Nobody was named.
        var isUnknown = false
        /// The guard who came too fast; -1: none.
        var tooFast: Int32 = -1
        /// The round in which it was out of order; -1: none.
        var outOfOrder: Int32 = -1
    }

    /// Who is known to have made a scan from a moment on, by the gateway's clock.
    fileprivate struct Naming: Sendable {
        var from: Moment
        var guardPerson: Int32
    }

    /// A guard's last visit among those that have been forgotten.
    fileprivate struct Former: Sendable {
        var key: Key
        var checkpoint: Int32
    }

    /// The scans by their numbers, in the order received.
    private var entries: [Entry] = []
    /// By checkpoint, in the order of keys.
    private var scans: [Int32: [Int32]] = [:]
    /// By guard, in the order of keys: those that are visits, suspect ones too.
    private var visits: [Int32: [Int32]] = [:]
    private var former: [Int32: Former] = [:]
    /// By scan: what persons' scans that came late say of it, in the order received.
    private var namings: [Int32: [Naming]] = [:]

    init() {}

    var count: Int { entries.count }

    /// Every scan, in the order received.
    var all: [Entry] { entries }

    /// The guards named by persons' scans that came late.
    var named: [Int32] { namings.values.flatMap { $0.map(\.guardPerson) } }

    subscript(scan: Int32) -> Entry { entries[Int(scan)] }

    func key(_ scan: Int32) -> Key { entries[Int(scan)].key }

    /// Puts a scan into its place; nil where it is there already.
    mutating func insert(_ entry: Entry) -> Int32? {
        let number = Int32(entries.count)
        let list = scans[entry.checkpoint] ?? []
        if let last = list.last, entry.key <= key(last) {
            let place = place(of: entry.key, in: list)
            guard key(list[place]) != entry.key else { return nil }
            scans[entry.checkpoint]?.insert(number, at: place)
        } else {
            scans[entry.checkpoint, default: []].append(number)
        }
        entries.append(entry)
        return number
    }

    /// The scan of a checkpoint with that key.
    func find(_ key: Key, checkpoint: Int32) -> Int32? {
        let list = scans[checkpoint] ?? []
        let place = place(of: key, in: list)
        return place < list.count && self.key(list[place]) == key ? list[place] : nil
    }

    /// The next scan of the same checkpoint.
    func next(after scan: Int32) -> Int32? {
        let list = scans[self[scan].checkpoint] ?? []
        let place = place(of: key(scan), in: list) + 1
        return place < list.count ? list[place] : nil
    }

    /// The first scan of a checkpoint from a moment on.
    func first(from moment: Moment, checkpoint: Int32) -> Int32? {
        let list = scans[checkpoint] ?? []
        let place = place(of: Key(time: moment, sequence: .min), in: list)
        return place < list.count ? list[place] : nil
    }

    /// Keeps which alerts a scan has raised.
    mutating func tell(_ scan: Int32, _ told: Told) { entries[Int(scan)].told = told }

    /// Names another guard from now on.
    mutating func name(_ guardPerson: Int32, of scan: Int32, at now: Moment) {
        namings[scan, default: []].append(Naming(from: now, guardPerson: guardPerson))
    }

    /// Who made a scan, by all that was received up to a moment.
    func guardPerson(of scan: Int32, asOf moment: Moment) -> Int32 {
        guard !namings.isEmpty, let later = namings[scan]?.last(where: { $0.from <= moment }) else {
            return entries[Int(scan)].guardPerson
        }
        return later.guardPerson
    }

    /// The guard's visit before a scan: when and where, and its sequence.
    func visit(of guardPerson: Int32, before key: Key) -> (key: Key, checkpoint: Int32)? {
        let list = visits[guardPerson] ?? []
        var place = list.count
        if let last = list.last, key <= self.key(last) { place = self.place(of: key, in: list) }
        let known = place > 0 ? self[list[place - 1]] : nil
        // A visit of a long round is kept longer than a later one of a short round.
        if let old = former[guardPerson], old.key < key, known.map({ $0.key < old.key }) ?? true {
            return (old.key, old.checkpoint)
        }
        return known.map { ($0.key, $0.checkpoint) }
    }

    /// Says what became of a scan. Gives the visits for which another visit is the guard's previous one now.
    mutating func settle(_ scan: Int32, as outcome: Outcome) -> [Int32] {
        let old = entries[Int(scan)].outcome
        entries[Int(scan)].outcome = outcome
        let (was, becomes) = (Self.walker(old), Self.walker(outcome))
        guard was != becomes else { return [] }
        var followers: [Int32] = []
        let key = key(scan)
        if let was, var list = visits.removeValue(forKey: was) {
            let place = place(of: key, in: list)
            if place < list.count, list[place] == scan { list.remove(at: place) }
            if place < list.count { followers.append(list[place]) }
            visits[was] = list
        }
        if let becomes {
            var list = visits.removeValue(forKey: becomes) ?? []
            var place = list.count
            if let last = list.last, key < self.key(last) { place = self.place(of: key, in: list) }
            list.insert(scan, at: place)
            if place + 1 < list.count { followers.append(list[place + 1]) }
            visits[becomes] = list
        }
        return followers
    }

    /// The guard in whose list of visits it is.
    private static func walker(_ outcome: Outcome) -> Int32? {
        outcome.role.isVisit && outcome.guardPerson >= 0 ? outcome.guardPerson : nil
    }

    private func place(of key: Key, in list: [Int32]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if self.key(list[middle]) < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ScanLedger {
    /// Forgets the scans that can matter no more, except each guard's last visit. Gives the new numbers of those that
    /// stay; -1 for the others.
    mutating func forget(_ isDone: (Entry) -> Bool) -> [Int32] {
        var numbers = [Int32](repeating: -1, count: entries.count)
        var kept: [Entry] = []
        for (number, entry) in entries.enumerated() {
            if isDone(entry) {
                remember(entry)
            } else {
                numbers[number] = Int32(kept.count)
                kept.append(entry)
            }
        }
        entries = kept
        namings = Dictionary(
            uniqueKeysWithValues: namings.filter { numbers[Int($0.key)] >= 0 }.map { (numbers[Int($0.key)], $0.value) })
        index()
        return numbers
    }

    private mutating func remember(_ entry: Entry) {
        guard let walker = Self.walker(entry.outcome) else { return }
        if let known = former[walker], known.key > entry.key { return }
        former[walker] = Former(key: entry.key, checkpoint: entry.checkpoint)
    }

    private mutating func index() {
        scans = [:]
        visits = [:]
        let order = entries.indices.sorted { entries[$0].key < entries[$1].key }
        for number in order {
            let entry = entries[number]
            scans[entry.checkpoint, default: []].append(Int32(number))
            if let walker = Self.walker(entry.outcome) { visits[walker, default: []].append(Int32(number)) }
        }
    }
}

extension ScanLedger: Packed {
    func pack(into packer: inout Packer) {
        packer.add(entries, former, namings)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (entries, former, namings) = try unpacker.values()
        guard namings.keys.allSatisfy({ entries.indices.contains(Int($0)) }) else { throw .unreadable("a scan") }
        index()
    }
}

extension ScanLedger.Key: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, sequence) = try unpacker.values()
    }
}

extension ScanLedger.Entry: Packed {
    func pack(into packer: inout Packer) {
        packer.add(key, checkpoint, device, received, guardPerson, outcome, told)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (key, checkpoint, device, received, guardPerson, outcome, told) = try unpacker.values()
    }
}

extension ScanLedger.Role: Packed {}

extension ScanLedger.Outcome: Packed {
    func pack(into packer: inout Packer) {
        packer.add(role, round, guardPerson)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (role, round, guardPerson) = try unpacker.values()
    }
}

extension ScanLedger.Told: Packed {
    func pack(into packer: inout Packer) {
        packer.add(isUnknown, tooFast, outOfOrder)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (isUnknown, tooFast, outOfOrder) = try unpacker.values()
    }
}

extension ScanLedger.Former: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(key, checkpoint)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (key, checkpoint) = try unpacker.values()
    }
}

extension ScanLedger.Naming: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(from, guardPerson)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (from, guardPerson) = try unpacker.values()
    }
}
