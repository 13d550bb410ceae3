/// A request that only the runtime can answer.
struct WaitingRequest: Hashable, Sendable {
    var verb: Verb
    var address: ReturnAddress
    var client: BusClient
    /// The public key of the client; nil on a plain connection.
    var userID: String?
    var byteCount: Int

    /// Whom the bounds count it for: the key where there is one, otherwise the connection.
    var owner: [UInt8] { userID.map { Array($0.utf8) } ?? address.connection }
}

/// What waits for the runtime, bounded for each client and in all. The appends of one client are let through
/// one by one, so that they are stored in the order in which they were sent; all else goes at once.
struct WaitingRequests: Sendable {
    private struct Line: Sendable {
        var count = 0
        var isAppending = false
        var appends: [WaitingRequest] = []
    }

    private let limits: BusLimits
    private var lines: [[UInt8]: Line] = [:]
    private(set) var count = 0
    private(set) var byteCount = 0

    init(limits: BusLimits) {
        self.limits = limits
    }

    /// Takes a request in and returns what is to be handed to the runtime now: the request, or nothing while an
    /// earlier append of the same client is under way.
    mutating func admit(_ request: WaitingRequest) throws(BusRefusal) -> [WaitingRequest] {
        var line = lines[request.owner] ?? Line()
        guard line.count < limits.requestsOfClient, count < limits.requests,
            byteCount + request.byteCount <= limits.requestBytes
        else { throw BusRefusal(.busy, "too many requests are waiting; ask again when some are answered") }
        count += 1
        byteCount += request.byteCount
        line.count += 1
        defer { lines[request.owner] = line }
        guard request.verb.writes else { return [request] }
        guard !line.isAppending else {
            line.appends.append(request)
            return []
        }
        line.isAppending = true
        return [request]
    }

    /// The runtime has answered. Returns the append that may go next.
    mutating func finish(_ request: WaitingRequest) -> WaitingRequest? {
        guard var line = lines.removeValue(forKey: request.owner) else {
            preconditionFailure("only what was admitted can be finished")
        }
        count -= 1
        byteCount -= request.byteCount
        line.count -= 1
        var next: WaitingRequest?
        if request.verb.writes {
            next = line.appends.isEmpty ? nil : line.appends.removeFirst()
            line.isAppending = next != nil
        }
        if line.count > 0 { lines[request.owner] = line }
        return next
    }
}
