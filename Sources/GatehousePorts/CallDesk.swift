import NIOCore
import NIOPosix
import Synchronization

/// The listening ports at which devices call in: one for each address, whoever waits at it, open while somebody
/// waits or is connected and a little longer, so that a device that calls in a pause is not turned away.
final class CallDesk: Sendable {
    /// How long things take, and how many there may be.
    struct Manners: Sendable {
        /// How long a call that nobody wants yet is kept, and a listening port at which nobody waits.
        var patience: Duration = .seconds(10)
        var holdLimit = 32
    }

    /// Where to listen. Port 0 takes a free one, the same for all who ask for 0.
    struct Door: Hashable, Sendable {
        var host: String
        var port: UInt16
    }

    private struct State: Sendable {
        var listeners: [Door: CallListener] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let loop: any EventLoop
    private let resolvers: NIOThreadPool
    private let manners: Manners

    init(loop: any EventLoop, resolvers: NIOThreadPool, manners: Manners) {
        self.loop = loop
        self.resolvers = resolvers
        self.manners = manners
    }

    /// Waits until a device calls, or the task is cancelled.
    func accept(
        at door: Door, from peer: PeerAddress?, onListening: @escaping @Sendable (UInt16) -> Void
    ) async throws(PortError) -> (channel: any Channel, listener: CallListener) {
        guard let (listener, waiting) = wait(at: door, for: peer) else { throw .cancelled }
        listener.bound.whenComplete { [weak self] result in
            switch result {
            case .success(let channel): onListening(UInt16(clamping: channel.localAddress?.port ?? 0))
            case .failure(let error):
                self?.forget(listener, at: door)
                waiting.answer.settle(.failure(PortError(listening: error)))
            }
        }
        let outcome = await waiting.answer.value(ifCancelled: .failure(.cancelled))
        if case .failure = outcome { listener.gaveUp(waiting) }
        return (try outcome.get(), listener)
    }

    /// Closes every listening port and what waits at them; who waits hears `cancelled`. Connections that have
    /// become ports are their owners' affair.
    func close() async {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { await listener.close() }
    }

    private func wait(at door: Door, for peer: PeerAddress?) -> (CallListener, CallListener.Waiting)? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            if let listener = state.listeners[door], let waiting = listener.wait(for: peer) {
                return (listener, waiting)
            }
            // The same port under another address cannot be had while the old one lingers.
            for (other, listener) in state.listeners where other.port == door.port && other != door {
                if listener.closeIfIdle() { state.listeners[other] = nil }
            }
            let listener = CallListener(on: loop, manners: manners)
            state.listeners[door] = listener
            guard let waiting = listener.wait(for: peer) else { return nil }
            listener.open(door, resolvers: resolvers)
            return (listener, waiting)
        }
    }

    private func forget(_ listener: CallListener, at door: Door) {
        state.withLock { state in
            if state.listeners[door] === listener { state.listeners[door] = nil }
        }
    }
}
