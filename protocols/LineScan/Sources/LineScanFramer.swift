/// Cuts what a scanner sends into scans. It never reads, never waits and never throws: bytes that are no scan are an
/// outcome like any other.
///
/// Every byte is looked at once, and moved at most once more when a read ends within a scan, so the time is linear in
/// what comes, however it is cut.
public struct LineScanFramer: Sendable {
    /// What the bytes turned out to be.
    public enum Outcome: Hashable, Sendable {
        case scan(LineScan)
        /// More than the longest scan without an end; the first bytes of it. All up to the next end is thrown away.
        case overlong(beginning: [UInt8])
        /// A scan that was begun and never ended, by silence or by the next one's STX.
        case unfinished([UInt8])
        /// Bytes between an ETX and the next STX.
        case stray(count: Int)
    }

    /// What silence in the middle of a scan means.
    public enum Silence: Hashable, Sendable {
        /// The scan is whole: this scanner sends no terminator.
        case ends
        /// The rest was lost: what there is of it is no scan.
        case drops
    }

    /// How much of an overlong scan is kept to show what it was, in bytes.
    public static let beginningLimit = 64

    public let format: LineScanFormat
    private var buffer: [UInt8] = []
    /// Where the scan under way begins, and up to where there is certainly no end in it.
    private var start = 0
    private var searched = 0
    private var state: State

    private enum State {
        /// Before an STX.
        case outside
        case inside
        /// Within an overlong scan that has been reported.
        case discarding
    }

    public init(format: LineScanFormat = LineScanFormat()) {
        self.format = format
        state = format.terminator == .stxEtx ? .outside : .inside
    }

    /// How many bytes wait for an end. After `next` has said nil never more than the longest scan and a byte of its
    /// end.
    public var pendingCount: Int { buffer.count - start }

    /// Whether something is under way that silence would end or drop: whether to ask for `expire`.
    public var isUnfinished: Bool {
        switch state {
        case .outside: false
        case .inside: pendingCount > 0 || format.terminator == .stxEtx
        case .discarding: format.terminator == .none
        }
    }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        while true {
            let outcome: Outcome?
            switch state {
            case .outside: outcome = searchStart()
            case .inside: outcome = searchEnd()
            case .discarding: outcome = discard()
            }
            if let outcome { return outcome }
            if searched == buffer.count {
                compact()
                return nil
            }
        }
    }

    /// Says that nothing has come for so long that what is under way gets no further; nil when nothing is under way.
    ///
    /// An overlong scan whose end has not come is still thrown away up to its terminator; where there is none,
    /// silence is its end.
    public mutating func expire(_ silence: Silence) -> Outcome? {
        precondition(searched == buffer.count, "silence is told after all outcomes were taken")
        defer { compact() }
        if state == .discarding, format.terminator == .none { state = .inside }
        guard isUnfinished else { return nil }
        let content = buffer[start...]
        start = buffer.count
        if format.terminator == .stxEtx { state = .outside }
        guard !content.isEmpty else { return nil }
        return silence == .ends ? .scan(LineScan(content, aim: format.aim)) : .unfinished(Array(content))
    }

    // MARK: The three states. Each either says something or has searched everything, or has changed the state.

    private mutating func searchStart() -> Outcome? {
        var stray = 0
        while searched < buffer.count, state == .outside {
            switch buffer[searched] {
            case 0x02: state = .inside
            // Scanners put line ends after their ETX; they say nothing.
            case 0x0D, 0x0A: break
            default: stray += 1
            }
            searched += 1
        }
        start = searched
        return stray > 0 ? .stray(count: stray) : nil
    }

    private mutating func searchEnd() -> Outcome? {
        guard let mark = firstMark() else {
            searched = buffer.count
            // The CR of a CR LF may be the last byte so far, and is not content if it is.
            let mayEnd = format.terminator == .crlf && buffer.last == 0x0D ? 1 : 0
            guard pendingCount > format.longest + mayEnd else { return nil }
            state = .discarding
            return overlong(buffer[start...])
        }
        // Judged with the line ends before an ETX, as when they came one by one.
        let isOverlong = mark - start - (format.terminator == .crlf ? 1 : 0) > format.longest
        let content = content(before: mark)
        let restarts = format.terminator == .stxEtx && buffer[mark] == 0x02
        start = mark + 1
        searched = start
        if format.terminator == .stxEtx, !restarts { state = .outside }
        if isOverlong { return overlong(content) }
        if content.isEmpty { return nil }
        return restarts ? .unfinished(Array(content)) : .scan(LineScan(content, aim: format.aim))
    }

    private mutating func discard() -> Outcome? {
        guard let mark = firstMark() else {
            // The CR of a CR LF must stay, or its LF would be content.
            let kept = format.terminator == .crlf && buffer.last == 0x0D ? 1 : 0
            start = buffer.count - kept
            searched = buffer.count
            return nil
        }
        start = mark + 1
        searched = start
        state = format.terminator == .stxEtx && buffer[mark] == 0x03 ? .outside : .inside
        return nil
    }

    /// Where the bytes not yet searched have a terminator, an ETX or an STX.
    private func firstMark() -> Int? {
        let (from, first) = (searched, start)
        return buffer.withUnsafeBufferPointer { bytes in
            switch format.terminator {
            case .auto: Self.first(of: 0x0D, or: 0x0A, in: bytes, from: from)
            case .cr: Self.first(of: 0x0D, or: 0x0D, in: bytes, from: from)
            case .lf: Self.first(of: 0x0A, or: 0x0A, in: bytes, from: from)
            case .tab: Self.first(of: 0x09, or: 0x09, in: bytes, from: from)
            case .stxEtx: Self.first(of: 0x03, or: 0x02, in: bytes, from: from)
            case .crlf: Self.firstLineFeedAfterReturn(in: bytes, from: from, notBefore: first + 1)
            case .none: nil
            }
        }
    }

    private static func first(
        of byte: UInt8, or other: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from: Int
    ) -> Int? {
        var index = from
        while index < bytes.count {
            let found = bytes[index]
            if found == byte || found == other { return index }
            index += 1
        }
        return nil
    }

    private static func firstLineFeedAfterReturn(
        in bytes: UnsafeBufferPointer<UInt8>, from: Int, notBefore: Int
    ) -> Int? {
        var index = max(from, notBefore)
        while index < bytes.count {
            if bytes[index] == 0x0A, bytes[index - 1] == 0x0D { return index }
            index += 1
        }
        return nil
    }

    private func content(before mark: Int) -> ArraySlice<UInt8> {
        var content = buffer[start..<mark]
        switch format.terminator {
        case .crlf: content.removeLast()
        case .stxEtx:
            while content.last == 0x0D || content.last == 0x0A { content.removeLast() }
        case .auto, .cr, .lf, .tab, .none: break
        }
        return content
    }

    private func overlong(_ content: ArraySlice<UInt8>) -> Outcome {
        .overlong(beginning: Array(content.prefix(min(Self.beginningLimit, format.longest))))
    }

    /// Forgets what has been handed out; once for each read, not for each scan.
    private mutating func compact() {
        guard start > 0 else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 65_536)
        } else {
            buffer.removeSubrange(..<start)
        }
        start = 0
        searched = buffer.count
    }
}
