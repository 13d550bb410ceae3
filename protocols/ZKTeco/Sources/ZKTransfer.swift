import GatehouseWireKit

/// One bulk read, from the host's side: prepare, read chunk by chunk, free. It is handed the replies to
/// its own requests (stale reply ids already dropped) and says what to ask next.
///
///     prepare ──DATA────────────────────────────────────────────► done
///        │ ├────PREPARE_DATA─► receiving all ──────────────────► done
///        │ └────refused (UDP)─► the plain command ─ as above ──► done
///        │ ACK_OK + size
///        ▼
///     chunk ──PREPARE_DATA─► receiving ──ACK_OK─► next chunk … free ──► done
///        │ └──DATA─────────────────────────────►
///        └──anything wrong─► free ─► prepare again ─► the same chunk (at most 3 times)
public struct ZKTransfer: Sendable {
    /// What is read.
    public enum Dataset: Hashable, Sendable {
        case attendance
        case users

        /// The data of the request to prepare it: 1, the command that owns the dataset, its function, an
        /// extension.
        var request: [UInt8] {
            var data: [UInt8] = [1]
            data.appendLittle(direct.rawValue)
            data.appendLittle(Int32(self == .users ? 5 : 0))
            data.appendLittle(Int32(0))
            return data
        }

        var direct: ZKCommand { self == .users ? .readUsers : .readLog }
    }

    /// What the caller does next.
    public enum Step: Hashable, Sendable {
        /// Send this under a new reply id.
        case send(ZKCommand, [UInt8])
        /// Nothing: more replies to the last request are due.
        case wait
        /// The whole dataset, its byte count in front. The device has been told to free it.
        case done([UInt8])
        case failed(Failure)
    }

    /// Why a transfer came to nothing.
    public enum Failure: Error, Hashable, Sendable {
        /// The device knows no bulk read, and said this instead.
        case unsupported(ZKCommand)
        /// The device announced more than `sizeLimit`.
        case tooLarge(Int)
        /// A chunk failed `chunkAttempts` times, or chunks `failureLimit` times in all: end the session.
        case exhausted
    }

    /// The largest dataset taken; more than a million records.
    public static let sizeLimit = 64 << 20
    /// How often one chunk is asked for.
    public static let chunkAttempts = 3
    /// How many failed chunks a whole transfer bears, so that a device whose size keeps changing comes to
    /// an end.
    public static let failureLimit = 12
    /// Over UDP a chunk is what one datagram holds: the packets of a larger one carry no number, and where one
    /// overtakes another the records come out scrambled.
    public static let udpChunk = 1_000
    /// Over TCP, what devices are known to bear.
    public static let tcpChunk = 65_472

    private enum Phase: Hashable, Sendable {
        case preparing
        /// The plain command has been sent instead; it is answered as a chunk is.
        case direct
        /// A chunk has been asked for; no reply yet.
        case asking
        /// `due` more bytes of this chunk are to come; then an ACK_OK if a PREPARE_DATA announced them.
        case receiving(due: Int, acknowledged: Bool)
        /// A chunk failed: freed, to be prepared anew.
        case freeingToRetry
        /// Everything is here.
        case freeing
        case ended
    }

    private let dataset: Dataset
    private let chunkSize: Int
    private let fallsBack: Bool
    private var phase = Phase.preparing
    /// The size the device announced; nil until then.
    private var total: Int?
    private var whole: [UInt8] = []
    private var chunk: [UInt8] = []
    private var attempts = 1
    private var failures = 0

    /// - Parameters:
    ///   - chunkSize: `udpChunk` or `tcpChunk`.
    ///   - fallsBack: whether a device that refuses the bulk read is asked with the plain command. Only on UDP:
    ///     terminals on TCP answer that with what looks like raw memory.
    public init(_ dataset: Dataset, chunkSize: Int, fallsBack: Bool) {
        precondition(chunkSize > 0 && chunkSize <= ZKFramer.packetLimit - 8, "a chunk must fit a packet")
        self.dataset = dataset
        self.chunkSize = chunkSize
        self.fallsBack = fallsBack
    }

    /// Bytes held so far.
    public var receivedCount: Int { whole.count + chunk.count }

    /// How long to wait for the next reply: the first may take a minute on a full device.
    public var patience: Duration {
        phase == .preparing || phase == .direct ? .seconds(60) : .seconds(10)
    }

    /// The first request.
    public mutating func start() -> Step {
        phase = .preparing
        return .send(.prepareRead, dataset.request)
    }

    /// Takes a reply to the last request.
    public mutating func received(_ reply: ZKPacket) -> Step {
        switch phase {
        case .preparing: prepared(reply)
        case .direct, .asking: answered(reply)
        case .receiving(let due, let acknowledged): received(reply, due: due, acknowledged: acknowledged)
        case .freeingToRetry: start()
        case .freeing: finish()
        case .ended: .wait
        }
    }

    /// No reply has come for `patience`.
    public mutating func timedOut() -> Step {
        switch phase {
        case .freeingToRetry: start()
        case .freeing: finish()
        case .ended: .wait
        default: retry()
        }
    }

    private mutating func prepared(_ reply: ZKPacket) -> Step {
        switch reply.command {
        case .data:
            guard reply.data.count <= Self.sizeLimit else { return fail(.tooLarge(reply.data.count)) }
            whole = reply.data
            return free(then: .freeing)
        case .prepareData:
            beginAgain()
            return answered(reply)
        case .ok: return sized(reply.data)
        default:
            guard fallsBack else { return fail(.unsupported(reply.command)) }
            beginAgain()
            phase = .direct
            return .send(dataset.direct, [])
        }
    }

    /// What now comes is the whole dataset: what an earlier attempt announced and brought does not count any more.
    private mutating func beginAgain() {
        total = nil
        whole = []
    }

    /// ACK_OK: one byte of 0, then the whole size; eight more bytes of which little is known.
    private mutating func sized(_ data: [UInt8]) -> Step {
        var cursor = ByteCursor(data[...])
        guard cursor.skip(1), let size = cursor.little(UInt32.self) else { return retry() }
        guard size <= UInt32(Self.sizeLimit) else { return fail(.tooLarge(Int(size))) }
        if total != Int(size) {
            // A first answer, or one after a retry when a punch has come in between: begin at the
            // beginning.
            total = Int(size)
            whole = []
        }
        return nextChunk()
    }

    private mutating func nextChunk() -> Step {
        let size = total ?? 0
        precondition(whole.count <= size, "no chunk brings more than was due")
        guard whole.count < size else { return free(then: .freeing) }
        chunk = []
        phase = .asking
        var data: [UInt8] = []
        data.appendLittle(Int32(whole.count))
        data.appendLittle(Int32(min(chunkSize, size - whole.count)))
        return .send(.readChunk, data)
    }

    /// The first reply to a chunk's request, or to the plain command.
    private mutating func answered(_ reply: ZKPacket) -> Step {
        let isChunk = phase == .asking
        let limit = isChunk ? min(chunkSize, (total ?? 0) - whole.count) : Self.sizeLimit
        switch reply.command {
        case .prepareData:
            var cursor = ByteCursor(reply.data[...])
            guard let size = cursor.little(UInt32.self), size > 0 else { return retry() }
            guard Int(size) <= limit else { return isChunk ? retry() : fail(.tooLarge(Int(size))) }
            phase = .receiving(due: Int(size), acknowledged: true)
            return .wait
        case .data:
            return received(reply, due: isChunk ? limit : reply.data.count, acknowledged: false)
        case .ok where !isChunk:
            // The plain command on an empty table.
            return finish()
        default:
            return isChunk ? retry() : fail(.unsupported(reply.command))
        }
    }

    private mutating func received(_ reply: ZKPacket, due: Int, acknowledged: Bool) -> Step {
        precondition(due >= 0, "more data than due is refused before it is counted")
        if reply.command == .ok, due == 0 { return chunkComplete() }
        guard reply.command == .data, !reply.data.isEmpty, reply.data.count <= due else { return retry() }
        chunk.append(contentsOf: reply.data)
        let left = due - reply.data.count
        if left == 0, !acknowledged { return chunkComplete() }
        phase = .receiving(due: left, acknowledged: acknowledged)
        return .wait
    }

    private mutating func chunkComplete() -> Step {
        whole.append(contentsOf: chunk)
        chunk = []
        attempts = 1
        guard total != nil else { return finish() }
        return nextChunk()
    }

    /// The device resends nothing: what it has prepared is freed, prepared anew, and the same chunk asked
    /// for again.
    private mutating func retry() -> Step {
        attempts += 1
        failures += 1
        guard attempts <= Self.chunkAttempts, failures <= Self.failureLimit else { return fail(.exhausted) }
        chunk = []
        return free(then: .freeingToRetry)
    }

    private mutating func free(then phase: Phase) -> Step {
        self.phase = phase
        return .send(.freeData, [])
    }

    private mutating func finish() -> Step {
        phase = .ended
        defer { whole = [] }
        return .done(whole)
    }

    private mutating func fail(_ failure: Failure) -> Step {
        phase = .ended
        whole = []
        chunk = []
        return .failed(failure)
    }
}

/// The device's side of the same packets, for simulated devices and tests.
extension ZKTransfer {
    /// The answer to `prepareRead` that announces a size: 13 bytes.
    public static func announcement(size: Int) -> [UInt8] {
        var data: [UInt8] = [0]
        data.appendLittle(UInt32(size))
        data.appendLittle(UInt32(size))
        data.appendLittle(UInt32(0))
        return data
    }

    /// The data of PREPARE_DATA: how many bytes follow, how many in each packet.
    public static func preparation(size: Int, perPacket: Int) -> [UInt8] {
        var data: [UInt8] = []
        data.appendLittle(UInt32(size))
        data.appendLittle(UInt32(perPacket))
        return data
    }

    /// What a `prepareRead` asks for; nil for a dataset that is not read here.
    public static func requested(_ data: [UInt8]) -> Dataset? {
        [Dataset.attendance, .users].first { $0.request == data }
    }

    /// Where a `readChunk` begins and how many bytes it wants; nil unless both are there and not negative.
    public static func chunk(_ data: [UInt8]) -> Range<Int>? {
        var cursor = ByteCursor(data[...])
        guard let start = cursor.little(Int32.self), let size = cursor.little(Int32.self), start >= 0, size >= 0 else {
            return nil
        }
        return Int(start)..<Int(start) + Int(size)
    }
}
