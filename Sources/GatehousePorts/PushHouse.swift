import NIOCore
import Synchronization

/// What all connections of one `PushDoor` share: who is there, how much memory their bodies take, and where their
/// requests go.
final class PushHouse: Sendable {
    private struct State: Sendable {
        var crowd: PushCrowd
        var channels: [PushCrowd.ID: any Channel] = [:]
        var bodies = 0
        var isClosed = false
    }

    let limits: PushLimits
    /// The time in seconds since 1970, for `Date`.
    let wall: @Sendable () -> Int
    private let state: Mutex<State>
    private let outlet: AsyncStream<PushCall>.Continuation

    init(limits: PushLimits, wall: @escaping @Sendable () -> Int, outlet: AsyncStream<PushCall>.Continuation) {
        self.limits = limits
        self.wall = wall
        self.outlet = outlet
        state = Mutex(State(crowd: PushCrowd(limit: limits.connections)))
    }

    /// A place for a connection; nil when there is none, and it is to be closed.
    func admit(_ channel: any Channel) -> PushCrowd.ID? {
        let (id, leaving) = state.withLock { state -> (PushCrowd.ID?, (any Channel)?) in
            guard !state.isClosed else { return (nil, nil) }
            switch state.crowd.admit() {
            case .full: return (nil, nil)
            case .admitted(let id):
                state.channels[id] = channel
                return (id, nil)
            case .instead(let id, let other):
                state.channels[id] = channel
                return (id, state.channels.removeValue(forKey: other))
            }
        }
        leaving?.close(promise: nil)
        return id
    }

    func occupy(_ id: PushCrowd.ID, with occupation: PushCrowd.Occupation) {
        state.withLock { $0.crowd.occupy(id, with: occupation) }
    }

    func left(_ id: PushCrowd.ID) {
        state.withLock { state in
            state.crowd.left(id)
            state.channels[id] = nil
        }
    }

    /// Room for some more bytes of a body that is then this long; false when the bodies of all devices together would
    /// be too much. A few callers with large ones cannot take the room of those with small ones.
    func reserve(_ count: Int, ofBody length: Int) -> Bool {
        let setAside = length > limits.smallBody ? limits.connections * limits.smallBody : 0
        return state.withLock { state in
            guard state.bodies + count <= limits.allBodies - setAside else { return false }
            state.bodies += count
            return true
        }
    }

    func release(_ count: Int) {
        state.withLock { $0.bodies -= count }
    }

    /// Hands a request to whoever takes them. One that cannot be handed over is dropped, and with that answered.
    func hand(_ call: PushCall) {
        outlet.yield(call)
    }

    /// No more connections are admitted; the ones that are there.
    func close() -> [any Channel] {
        outlet.finish()
        return state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
    }
}
