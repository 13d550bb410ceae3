/// Cuts a line's bytes into frames, of either direction. It never reads, waits or throws.
///
/// The start byte is not escaped in data. After a frame whose checksum is wrong only that start byte is certainly
/// wrong, so the search goes on at the next byte. A false start may wait for bytes that never come: who has waited long
/// enough for a frame says so with `expire`.
public struct AnvizFramer: Sendable {
    /// What the bytes turned out to be.
    public enum Outcome: Hashable, Sendable {
        case frame(AnvizFrame)
        /// Bytes that belong to no frame.
        case noise(discarded: Int)
        /// A start byte followed by what is no frame: a damaged frame, mostly. One byte is discarded.
        case damaged
    }

    private var pending: [UInt8] = []
    /// How many of them are done with; they go when more are taken.
    private var consumed = 0

    public init() {}

    /// How many bytes wait for the rest of their frame: less than one frame once `next` has said nil.
    public var pendingCount: Int { pending.count - consumed }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: some Sequence<UInt8>) {
        pending.removeFirst(consumed)
        consumed = 0
        pending.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        let rest = pending[consumed...]
        guard let start = rest.firstIndex(of: AnvizFrame.start) else { return noise(rest.count) }
        guard start == consumed else { return noise(start - consumed) }
        switch AnvizFrame.read(rest) {
        case .short: return nil
        case .wrong:
            consumed += 1
            return .damaged
        case .frame(let frame, let size):
            consumed += size
            return .frame(frame)
        }
    }

    /// The line has been silent for longer than any frame takes: gives up the start byte that waits. Call `next` again
    /// after it.
    public mutating func expire() -> Outcome? {
        guard pendingCount > 0 else { return nil }
        consumed += 1
        return .damaged
    }

    private mutating func noise(_ count: Int) -> Outcome? {
        guard count > 0 else { return nil }
        consumed += count
        return .noise(discarded: count)
    }
}
