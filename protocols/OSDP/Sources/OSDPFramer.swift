/// Finds frames in what a line gives. It never reads, never waits and never throws: a line full of noise is an
/// outcome like any other.
public struct OSDPFramer: Sendable {
    /// What the bytes turned out to be.
    public enum Outcome: Hashable, Sendable {
        case frame(OSDPFrame)
        /// As long as it said, but the check or the layout is wrong; its beginning.
        case damaged([UInt8])
        /// Bytes between frames, idle bytes not counted.
        case noise(count: Int)
    }

    /// How much of a damaged frame is kept to show what it was, in bytes.
    public static let beginningLimit = 64

    private let longest: Int
    private var buffer: [UInt8] = []
    private var start = 0

    /// - Parameter longest: No frame may be longer than this, in bytes.
    public init(longest: Int = OSDPFrame.lengthLimit) {
        self.longest = longest
    }

    /// How many bytes wait for the rest of a frame; after `next` has said nil always fewer than the longest frame.
    public var pendingCount: Int { buffer.count - start }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        if let noise = skipToStart() { return noise }
        guard pendingCount >= 4 else { return wait() }
        let length = OSDPFrame.length(buffer[start..<start + 4])
        guard (OSDPFrame.shortest...longest).contains(length) else { return skipStart() }
        guard pendingCount >= length else { return wait() }
        let bytes = buffer[start..<start + length]
        guard let frame = OSDPFrame(bytes) else {
            let beginning = Array(bytes.prefix(Self.beginningLimit))
            // Only the start byte is certainly wrong: a true frame may begin inside this one.
            start += 1
            return .damaged(beginning)
        }
        start += length
        return .frame(frame)
    }

    /// Says that nothing has come for so long that the frame under way gets no further: its start byte was noise, and
    /// what is behind it is looked through again. Take the outcomes with `next`; true where there may be any.
    public mutating func expire() -> Bool {
        guard pendingCount > 0 else { return false }
        start += 1
        return true
    }

    /// Forgets everything, as before a question: silence is the surest separator.
    public mutating func reset() {
        buffer.removeAll(keepingCapacity: buffer.count <= OSDPFrame.lengthLimit)
        start = 0
    }

    private mutating func skipToStart() -> Outcome? {
        var strays = 0
        while start < buffer.count, buffer[start] != OSDPFrame.startByte {
            if buffer[start] != OSDPFrame.idleByte { strays += 1 }
            start += 1
        }
        return strays > 0 ? .noise(count: strays) : nil
    }

    private mutating func skipStart() -> Outcome {
        start += 1
        return .noise(count: 1)
    }

    private mutating func wait() -> Outcome? {
        buffer.removeFirst(start)
        start = 0
        return nil
    }
}
