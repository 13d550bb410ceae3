import GatehouseDriverKit
import GatehousePorts
import Synchronization

/// Brings the requests of devices that call in over HTTP to their sessions, by the serial number that each gives.
actor PushDesk {
    /// Devices that the site file does not know, remembered for `gatehouse devices`.
    static let strangerLimit = 64
    /// Requests that may wait for a session that is between two links.
    static let waitingLimit = 16

    /// A device that called and that the site file does not know.
    struct Stranger: Hashable, Sendable {
        var serial: String
        var peer: String
        var family: String
    }

    private struct Road {
        var link: PushLink?
        var waiter: (id: UInt64, call: CheckedContinuation<PushLink?, Never>)?
        var waiting: [PushCall] = []
        /// Called when a request has come and no link stands.
        var wake: @Sendable () async -> Void
    }

    private var families: [(name: String, manners: CallerManners)] = []
    private var roads: [String: Road] = [:]
    private var strangers: [Stranger] = []
    private var lastRequest: UInt64 = 0
    private var lastWaiter: UInt64 = 0
    private var meet: @Sendable (Stranger) -> Void = { _ in }

    /// The address of a device that calls in.
    static func address(of serial: String) -> String { "push:\(serial)" }

    /// Who may call from now on, each with what wakes its session; the families by whose manners callers are told
    /// apart; and who is told of a stranger when it calls for the first time.
    func admit(
        _ serials: [String: @Sendable () async -> Void], families: [DriverFamily],
        meet: @escaping @Sendable (Stranger) -> Void
    ) {
        self.families = families.compactMap { family in family.callers.map { (family.name, $0) } }
        self.meet = meet
        for (serial, road) in roads where serials[serial] == nil {
            road.waiter?.call.resume(returning: nil)
            road.link?.end("taken out of the site file")
            roads[serial] = nil
        }
        for (serial, wake) in serials {
            if roads[serial] == nil {
                roads[serial] = Road(wake: wake)
            } else {
                roads[serial]?.wake = wake
            }
        }
        strangers.removeAll { serials[$0.serial] != nil }
    }

    /// Devices that called and that the site file does not know.
    var unknown: [Stranger] { strangers }

    /// Takes calls until the door closes.
    func serve(_ calls: AsyncStream<PushCall>) async {
        for await call in calls { await take(call) }
    }

    /// The link of a device, as soon as it has called.
    func link(for address: String) async throws(PortError) -> any DeviceLink {
        let serial = String(address.dropFirst(Self.address(of: "").count))
        guard roads[serial] != nil else { throw .cancelled }
        if let road = roads[serial], !road.waiting.isEmpty { return open(serial) }
        giveUp(serial)
        lastWaiter += 1
        let id = lastWaiter
        let link: PushLink? = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<PushLink?, Never>) in
                guard !Task.isCancelled else { return continuation.resume(returning: nil) }
                roads[serial]?.waiter = (id, continuation)
            }
        } onCancel: {
            Task { await giveUp(serial, id) }
        }
        guard let link else { throw .cancelled }
        return link
    }

    /// Nobody waits any more, or not that one.
    private func giveUp(_ serial: String, _ id: UInt64? = nil) {
        guard let waiter = roads[serial]?.waiter, id == nil || waiter.id == id else { return }
        roads[serial]?.waiter = nil
        waiter.call.resume(returning: nil)
    }

    private func take(_ call: PushCall) async {
        for (name, manners) in families {
            guard let serial = manners.serial(call.request) else { continue }
            guard let road = roads[serial] else {
                note(Stranger(serial: serial, peer: call.peer, family: name))
                return call.respond(manners.stranger(call.request))
            }
            if let link = road.link, deliver(call, to: link) { return }
            guard road.waiting.count < Self.waitingLimit else { return }
            roads[serial]?.link = nil
            roads[serial]?.waiting.append(call)
            if let waiter = road.waiter {
                roads[serial]?.waiter = nil
                waiter.call.resume(returning: open(serial))
            } else {
                await road.wake()
            }
            return
        }
        call.respond(families.first?.manners.stranger(call.request) ?? DeviceResponse(status: 404))
    }

    private func deliver(_ call: PushCall, to link: PushLink) -> Bool {
        lastRequest += 1
        return link.take(call, RequestID(lastRequest))
    }

    private func open(_ serial: String) -> PushLink {
        let link = PushLink()
        for call in roads[serial]?.waiting ?? [] { _ = deliver(call, to: link) }
        roads[serial]?.waiting = []
        roads[serial]?.link = link
        return link
    }

    private func note(_ stranger: Stranger) {
        if let known = strangers.firstIndex(where: { $0.serial == stranger.serial }) {
            strangers[known] = stranger
            return
        }
        if strangers.count == Self.strangerLimit { strangers.removeFirst() }
        strangers.append(stranger)
        meet(stranger)
    }
}

/// The requests of one device, until the driver or the gateway ends it. Those that are unanswered then are refused.
final class PushLink: DeviceLink {
    /// Requests of one device that may wait unanswered.
    private static let limit = 8

    private struct State {
        var calls: [RequestID: PushCall] = [:]
        var ending: String?
    }

    private let state = Mutex(State())
    private let sounds: AsyncStream<LinkSound>
    private let inlet: AsyncStream<LinkSound>.Continuation

    init() {
        (sounds, inlet) = AsyncStream.makeStream(of: LinkSound.self, bufferingPolicy: .bufferingOldest(Self.limit))
    }

    /// False when the link has ended. A request too many is dropped, which refuses it.
    func take(_ call: PushCall, _ id: RequestID) -> Bool {
        let isTaken = state.withLock { state -> Bool? in
            guard state.ending == nil else { return nil }
            guard state.calls.count < Self.limit else { return false }
            state.calls[id] = call
            return true
        }
        guard let isTaken else { return false }
        if isTaken { inlet.yield(.requested(call.request, id)) }
        return true
    }

    func end(_ reason: String) {
        state.withLock { state in
            state.ending = state.ending ?? reason
            state.calls = [:]
        }
        inlet.finish()
    }

    func hear(_ hearer: @escaping @Sendable (LinkSound) async -> Void) async -> String {
        for await sound in sounds { await hearer(sound) }
        return state.withLock { $0.ending } ?? "closed"
    }

    func send(_ bytes: [UInt8]) -> Bool { true }

    func respond(_ id: RequestID, _ response: DeviceResponse) {
        state.withLock { $0.calls.removeValue(forKey: id) }?.respond(response)
    }

    func close() async { end("closed by the gateway") }
}
