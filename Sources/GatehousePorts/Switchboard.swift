/// Joins devices that call in with those who wait for them, at one listening port. A plain value; `CallDesk` puts
/// the sockets and the waiting around it.
///
/// Whoever waits for calls from one address gets those and no others; whoever waits for just anybody gets the calls
/// from addresses that nobody has named.
struct Switchboard: Sendable {
    /// A call, from its beginning to the end of the port that came of it.
    typealias CallID = UInt64
    typealias WaiterID = UInt64

    /// What is to be done about a new call.
    enum Verdict: Equatable, Sendable {
        case connect(WaiterID)
        /// It waits. The port of an older call of the same device ends; a call that has waited longest makes room.
        case hold(ending: CallID?, dropping: CallID?)
    }

    private struct Call: Sendable {
        var id: CallID
        var peer: PeerAddress
    }

    private struct Waiter: Sendable {
        var id: WaiterID
        var peer: PeerAddress?
    }

    /// How many calls may wait to be wanted.
    let holdLimit: Int
    private var waiters: [Waiter] = []
    /// Oldest first.
    private var held: [Call] = []
    /// Calls that have become ports, and for whom.
    private var ports: [(call: Call, wanted: PeerAddress?)] = []
    /// Addresses that somebody has waited for. Their calls are not given to just anybody while their device's
    /// session takes a breath.
    private var named: Set<PeerAddress> = []

    init(holdLimit: Int = 32) {
        self.holdLimit = holdLimit
    }

    /// Whether nobody waits, is held or connected.
    var isIdle: Bool { waiters.isEmpty && held.isEmpty && ports.isEmpty }

    /// Somebody calls.
    mutating func called(_ id: CallID, from peer: PeerAddress) -> Verdict {
        let call = Call(id: id, peer: peer)
        if let index = waiters.firstIndex(where: { $0.peer == peer }) ?? anybodysWaiter(for: peer) {
            let waiter = waiters.remove(at: index)
            ports.append((call, waiter.peer))
            return .connect(waiter.id)
        }
        held.append(call)
        // Its old port is dead, though nobody has told: the device would not call twice.
        let old = ports.last { $0.call.peer == peer && ($0.wanted == peer || !named.contains(peer)) }
        let tooMany = held.count > holdLimit ? held.removeFirst() : nil
        return .hold(ending: old?.call.id, dropping: tooMany?.id)
    }

    /// Somebody waits for a call from this address, or from anywhere. The newest call that suits, if there is one:
    /// a device that has called twice has given the first one up.
    mutating func waits(_ id: WaiterID, for peer: PeerAddress?) -> CallID? {
        if let peer { named.insert(peer) }
        guard let index = held.lastIndex(where: { suits($0, peer) }) else {
            waiters.append(Waiter(id: id, peer: peer))
            return nil
        }
        let call = held.remove(at: index)
        ports.append((call, peer))
        return call.id
    }

    mutating func gaveUp(_ id: WaiterID) {
        waiters.removeAll { $0.id == id }
    }

    /// The call was given to somebody who had just given up.
    mutating func refused(_ id: CallID) -> Verdict? {
        guard let index = ports.firstIndex(where: { $0.call.id == id }) else { return nil }
        return called(id, from: ports.remove(at: index).call.peer)
    }

    /// The connection is gone, whatever it was.
    mutating func ended(_ id: CallID) {
        held.removeAll { $0.id == id }
        ports.removeAll { $0.call.id == id }
    }

    /// The call has waited long enough: true when nobody has wanted it. Whoever was named by its address wants it
    /// no more, so just anybody may have the next one.
    mutating func expire(_ id: CallID) -> Bool {
        guard let index = held.firstIndex(where: { $0.id == id }) else { return false }
        named.remove(held.remove(at: index).peer)
        return true
    }

    private func anybodysWaiter(for peer: PeerAddress) -> Int? {
        named.contains(peer) ? nil : waiters.firstIndex { $0.peer == nil }
    }

    private func suits(_ call: Call, _ peer: PeerAddress?) -> Bool {
        peer.map { $0 == call.peer } ?? !named.contains(call.peer)
    }
}
