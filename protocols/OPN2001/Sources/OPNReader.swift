/// Finds the answers in what the scanner sends. It never reads, never waits and never throws.
///
/// Replies do not say what they answer, and data do not say how long they are: the reader must be told which request
/// is under way. It then looks for the first bytes that can be the answer, check included; what lies before them is
/// noise, or a late answer to an earlier request.
public struct OPNReader: Sendable {
    /// What the bytes turned out to be.
    public enum Outcome: Hashable, Sendable {
        case reply(OPNReply)
        /// Data that began rightly and went wrong: a length that cannot be, a wrong check, more than a memory holds.
        /// All that follows is thrown away until the next `expect`.
        case damaged(count: Int)
        /// Bytes that are no part of the answer.
        case noise(count: Int)
    }

    /// The largest data that are read, in bytes: some ten thousand codes.
    public static let dataLimit = 192 << 10

    private enum Form: Sendable {
        /// Nothing is expected.
        case nothing
        /// A reply to this request.
        case fixed(OPNRequest)
        /// Data of the scanner with that serial number.
        case data(serial: [UInt8])
        /// Data that went wrong.
        case spoilt
    }

    private let check: OPNDataCheck
    private var form = Form.nothing
    private var buffer: [UInt8] = []
    /// Where the bytes that have not been judged begin, and, within data, up to where they have been cut.
    private var start = 0
    private var walked = 0
    private var noise = 0

    /// - Parameter check: what the check of data is made of.
    public init(check: OPNDataCheck = .whole) {
        self.check = check
    }

    /// How many bytes wait for more of their reply.
    public var pendingCount: Int { buffer.count - start }

    /// Says which request was sent last; what has come so far is forgotten. Data are of the scanner with that serial
    /// number, eight bytes.
    public mutating func expect(_ request: OPNRequest, serial: [UInt8] = []) {
        buffer = []
        start = 0
        walked = 0
        noise = 0
        form = request == .data ? .data(serial: serial) : .fixed(request)
    }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        let outcome: Outcome?
        switch form {
        case .nothing, .spoilt: outcome = discard()
        case .fixed(let request): outcome = fixed(request)
        case .data(let serial): outcome = data(serial)
        }
        if outcome == nil { compact() }
        return outcome ?? toldNoise()
    }

    private mutating func discard() -> Outcome? {
        start = buffer.count
        return nil
    }

    /// A reply of known size: the first place where 06 02 stands and the check holds.
    private mutating func fixed(_ request: OPNRequest) -> Outcome? {
        while let length = length(of: request) {
            guard length > 0 else {
                skip(1)
                continue
            }
            guard pendingCount >= length else { return nil }
            let frame = buffer[start..<start + length]
            guard OPNCheck.holds(frame), let reply = OPNReply(frame: frame, to: request) else {
                skip(1)
                continue
            }
            if let noise = toldNoise() { return noise }
            start += length
            return .reply(reply)
        }
        return nil
    }

    /// How long the reply that begins at `start` must be; 0 where none can begin there, nil where that is not yet
    /// known.
    private func length(of request: OPNRequest) -> Int? {
        guard pendingCount > 0 else { return nil }
        guard buffer[start] == 0x06 else { return 0 }
        guard pendingCount > 1 else { return nil }
        guard buffer[start + 1] == 0x02 else { return 0 }
        if request == .interrogate { return 23 }
        guard pendingCount > 2 else { return nil }
        switch buffer[start + 2] & 0x1F {
        case 0: return 5
        case let payload where payload <= 6: return Int(payload) + 6
        default: return 0
        }
    }

    private mutating func skip(_ count: Int) {
        start += count
        noise += count
    }

    private mutating func toldNoise() -> Outcome? {
        guard noise > 0 else { return nil }
        defer { noise = 0 }
        return .noise(count: noise)
    }

    /// Data: 06 02 and the serial number, records up to a length of 00, check.
    private mutating func data(_ serial: [UInt8]) -> Outcome? {
        let header = [0x06, 0x02] + serial
        if walked == 0 {
            while pendingCount > 0, !header.starts(with: buffer[start...].prefix(header.count)) { skip(1) }
            guard pendingCount >= header.count else { return nil }
            if let noise = toldNoise() { return noise }
            walked = header.count
        }
        while walked < pendingCount {
            let length = Int(buffer[start + walked])
            if length == 0 { return ended(header.count) }
            guard length >= OPNScan.fixedSize, walked + length < Self.dataLimit else { return spoil() }
            guard walked + 1 + length <= pendingCount else { return nil }
            walked += 1 + length
        }
        return nil
    }

    private mutating func ended(_ headerCount: Int) -> Outcome? {
        guard pendingCount >= walked + 3 else { return nil }
        let end = start + walked + 1
        let value = check.value(of: buffer[start..<end])
        guard buffer[end] == UInt8(value >> 8), buffer[end + 1] == UInt8(value & 0xFF) else { return spoil() }
        // The records are cut out in place: they may be most of what this line may hold.
        let rest = Array(buffer[(end + 2)...])
        let serial = Array(buffer[start + 2..<start + headerCount])
        var records = buffer
        buffer = rest
        records.removeSubrange((end - 1)...)
        records.removeFirst(start + headerCount)
        start = 0
        walked = 0
        guard let dump = OPNDump(serial: serial, records: records) else { return spoil() }
        return .reply(.data(dump))
    }

    private mutating func spoil() -> Outcome {
        defer {
            form = .spoilt
            start = buffer.count
            walked = 0
        }
        return .damaged(count: pendingCount)
    }

    /// Forgets what has been judged.
    private mutating func compact() {
        guard start > 0 else { return }
        buffer = start == buffer.count ? [] : Array(buffer[start...])
        start = 0
    }
}
