import Testing

@testable import GatehouseBus

@Suite("Waiting requests")
struct WaitingRequestsTests {
    @Test("appends of one client go one by one, everything else at once")
    func appends() throws {
        var waiting = WaitingRequests(limits: BusLimits())
        let (first, second) = (append(1, by: 1), append(2, by: 1))
        #expect(try waiting.admit(first) == [first])
        #expect(try waiting.admit(second) == [])
        #expect(try waiting.admit(devices(by: 1)).count == 1)
        #expect(try waiting.admit(append(3, by: 2)).count == 1)
        #expect(waiting.finish(devices(by: 1)) == nil)
        #expect(waiting.finish(first) == second)
        #expect(waiting.finish(second) == nil)
        #expect(waiting.count == 1)
    }

    @Test("too many of one client are refused, others are still taken")
    func ofClient() throws {
        var limits = BusLimits()
        limits.requestsOfClient = 2
        var waiting = WaitingRequests(limits: limits)
        for _ in 0..<2 { _ = try waiting.admit(devices(by: 1)) }
        #expect(throws: BusRefusal.self) { try waiting.admit(devices(by: 1)) }
        #expect(try waiting.admit(devices(by: 2)).count == 1)
        _ = waiting.finish(devices(by: 1))
        #expect(try waiting.admit(devices(by: 1)).count == 1)
    }

    @Test("too many, or too many bytes, in all are refused as busy", arguments: [(3, 1_000_000), (1_000, 35)])
    func inAll(count: Int, bytes: Int) throws {
        var limits = BusLimits()
        limits.requests = count
        limits.requestBytes = bytes
        var waiting = WaitingRequests(limits: limits)
        for client in 1...3 as ClosedRange<UInt8> { _ = try waiting.admit(devices(by: client)) }
        #expect { try waiting.admit(devices(by: 4)) } throws: { ($0 as? BusRefusal)?.code == .busy }
        #expect(waiting.byteCount == 30)
    }

    @Test("with keys the bounds hold for the key, on however many connections")
    func byKey() throws {
        var limits = BusLimits()
        limits.requestsOfClient = 1
        var waiting = WaitingRequests(limits: limits)
        var (one, other) = (devices(by: 1), devices(by: 2))
        (one.userID, other.userID) = ("key", "key")
        _ = try waiting.admit(one)
        #expect(throws: BusRefusal.self) { try waiting.admit(other) }
    }

    private func append(_ number: UInt8, by client: UInt8) -> WaitingRequest {
        request(.append([[number]]), by: client)
    }

    private func devices(by client: UInt8) -> WaitingRequest { request(.devices, by: client) }

    private func request(_ verb: Verb, by client: UInt8) -> WaitingRequest {
        let address = ReturnAddress(connection: [client], isDelimited: false, correlation: [])
        return WaitingRequest(verb: verb, address: address, client: .local, userID: nil, byteCount: 10)
    }
}
