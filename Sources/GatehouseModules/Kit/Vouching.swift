public import GatehouseModel

/// What each device could have told: for which time its silence means that nothing happened.
///
/// A device with memory vouches for all time up to its last `device.synced` `through`, and for every moment at which it
/// was connected and had not been disconnected since its last sync (or ever). One without memory vouches for the time
/// it was connected. Before the first word of it, a device was connected if that word is that it was disconnected. A
/// device of which there is no word at all vouches for everything.
public struct Vouching: Sendable {
    fileprivate enum Turn: Int, Hashable, Sendable {
        case connected = 0
        case disconnected = 1
        case synced = 2
    }

    fileprivate struct Word: Hashable, Sendable {
        var time: Moment
        var turn: Turn
    }

    /// What a device was from word to word, and the spans for which it stands that have ended.
    fileprivate struct Course: Hashable, Sendable {
        var hasMemory: Bool
        var isConnected = false
        /// It had not been disconnected since its last sync, or ever.
        var isComplete = true
        /// Since when it vouches; nil while it does not.
        var start: Moment?
        var spans: [Range<Moment>] = []
    }

    fileprivate struct Account: Hashable, Sendable {
        /// In the order of their times; of one time, in the order received.
        var words: [Word] = []
        /// The latest that any sync reached.
        var through: Moment?
        /// Whether any of the words is of its connection.
        var isKnown = false
        var withMemory = Course(hasMemory: true)
        var withoutMemory = Course(hasMemory: false)
    }

    private var accounts: [String: Account] = [:]

    public init() {}

    /// A `device.connected`, `device.disconnected` or `device.synced`, by its `time`; others change nothing. True where
    /// what is vouched for may be different now.
    @discardableResult
    public mutating func hear(_ fact: Fact) -> Bool {
        switch fact.content {
        case .connected(let device, _): note(Word(time: fact.time, turn: .connected), of: device)
        case .disconnected(let device, _): note(Word(time: fact.time, turn: .disconnected), of: device)
        case .synced(let device, let through):
            note(Word(time: fact.time, turn: .synced), of: device)
            let known = accounts[device]?.through
            accounts[device]?.through = known.map { max($0, through) } ?? through
        default: return false
        }
        return true
    }

    private mutating func note(_ word: Word, of device: String) {
        accounts[device, default: Account()].note(word)
    }

    /// Whether the device vouches for one moment.
    public func vouches(_ device: String, hasMemory: Bool, at moment: Moment) -> Bool {
        vouches(device, hasMemory: hasMemory, from: moment, through: moment)
    }

    /// Whether the device vouches for at least one moment from `first` to `last`, both included.
    public func vouches(_ device: String, hasMemory: Bool, from first: Moment, through last: Moment) -> Bool {
        guard first <= last else { return false }
        // Of its connection there is no word: it vouches for everything.
        guard let account = accounts[device], account.isKnown else { return true }
        if hasMemory, let through = account.through, first <= through { return true }
        return (hasMemory ? account.withMemory : account.withoutMemory).stands(from: first, through: last)
    }

    /// The parts of a range for which the device vouches, in order, none touching the next.
    public func spans(of device: String, hasMemory: Bool, in range: Range<Moment>) -> [Range<Moment>] {
        guard !range.isEmpty else { return [] }
        guard let account = accounts[device], account.isKnown else { return [range] }
        var spans = (hasMemory ? account.withMemory : account.withoutMemory).all
        if hasMemory, let through = account.through {
            // Up to and with that moment.
            spans.append(Course.beginning..<Moment(milliseconds: through.milliseconds + 1))
        }
        return Self.union(spans, within: range)
    }

    /// The parts of a range for which at least one of the spans stands.
    public static func union(_ spans: [Range<Moment>], within range: Range<Moment>) -> [Range<Moment>] {
        var result: [Range<Moment>] = []
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let part = span.clamped(to: range)
            guard !part.isEmpty else { continue }
            if let last = result.last, part.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, part.upperBound)
            } else {
                result.append(part)
            }
        }
        return result
    }
}

extension Vouching.Account {
    fileprivate mutating func note(_ word: Vouching.Word) {
        let isLast = words.last.map { $0.time <= word.time } ?? true
        var place = words.endIndex
        while place > 0, words[place - 1].time > word.time { place -= 1 }
        words.insert(word, at: place)
        // Nearly every word is the latest: the others are then what they were.
        if isLast, isKnown {
            withMemory.take(word)
            withoutMemory.take(word)
        } else if isKnown || word.turn != .synced {
            follow()
        }
    }

    /// Follows the words from the first on.
    fileprivate mutating func follow() {
        let first = words.first { $0.turn != .synced }
        isKnown = first != nil
        withMemory = Vouching.Course(hasMemory: true)
        withoutMemory = Vouching.Course(hasMemory: false)
        if first?.turn == .disconnected {
            // Before the first word it was connected if that word is that it was disconnected.
            withMemory.beginConnected()
            withoutMemory.beginConnected()
        }
        for word in words {
            withMemory.take(word)
            withoutMemory.take(word)
        }
    }
}

extension Vouching.Course {
    fileprivate static let beginning = Moment(milliseconds: .min)
    private static let end = Moment(milliseconds: .max)

    /// When it vouched and still does; with memory, while it had not been disconnected since its last sync, or ever.
    fileprivate var all: [Range<Moment>] { start.map { spans + [$0..<Self.end] } ?? spans }

    fileprivate mutating func beginConnected() {
        (isConnected, start) = (true, Self.beginning)
    }

    /// The next word, later than those before.
    fileprivate mutating func take(_ word: Vouching.Word) {
        switch word.turn {
        case .connected: isConnected = true
        case .disconnected: (isConnected, isComplete) = (false, false)
        case .synced: isComplete = true
        }
        let stands = isConnected && (isComplete || !hasMemory)
        if stands, start == nil { start = word.time }
        guard !stands, let begun = start else { return }
        if begun < word.time { spans.append(begun..<word.time) }
        start = nil
    }

    /// Whether it stands at any moment from `first` to `last`.
    fileprivate func stands(from first: Moment, through last: Moment) -> Bool {
        if let start, start <= last { return true }
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].upperBound <= first { low = middle + 1 } else { high = middle }
        }
        return low < spans.count && spans[low].lowerBound <= last
    }
}

extension Vouching: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(accounts)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        accounts = try unpacker.next()
    }
}

extension Vouching.Account: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.addRow(words)
        packer.add(through)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        words = try unpacker.nextRow()
        through = try unpacker.next()
        follow()
    }
}

extension Vouching.Word: PackedInRow {
    fileprivate func pack(after last: Self?, into packer: inout Packer) {
        packer.step(time.milliseconds, from: last?.time.milliseconds ?? 0)
        packer.add(turn)
    }

    fileprivate init(after last: Self?, from unpacker: inout Unpacker) throws(PackProblem) {
        time = Moment(milliseconds: try unpacker.step(from: last?.time.milliseconds ?? 0))
        turn = try unpacker.next()
    }
}

extension Vouching.Turn: Packed {}
