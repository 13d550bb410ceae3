public import GatehouseDriverKit
import Glibc
import NIOCore
public import NIOPosix

/// Opens ports. Everything that waits does so on one event loop; a few threads of its own carry the system
/// calls that a broken adapter can hold up for seconds, so that one device's trouble never touches
/// another's.
public struct Ports: Sendable {
    let group: MultiThreadedEventLoopGroup
    let openers: NIOThreadPool
    let desk: CallDesk
    private let ownsGroup: Bool

    /// - Parameter group: Where the ports live; without one they get a single event loop of their own.
    public init(group: MultiThreadedEventLoopGroup? = nil) {
        self.init(group: group, manners: CallDesk.Manners())
    }

    /// With another patience towards callers, for tests.
    init(group: MultiThreadedEventLoopGroup? = nil, manners: CallDesk.Manners) {
        self.group = group ?? MultiThreadedEventLoopGroup(numberOfThreads: 1)
        ownsGroup = group == nil
        openers = NIOThreadPool(numberOfThreads: 8)
        openers.start()
        desk = CallDesk(loop: self.group.next(), resolvers: openers, manners: manners)
    }

    /// To be called when every port is closed. It does not wait for system calls that a broken adapter
    /// still holds up.
    public func shutdown() async {
        await desk.close()
        openers.shutdownGracefully { _ in }
        guard ownsGroup else { return }
        // It throws only when it is shut down twice, which leaves nothing to do.
        _ = try? await group.shutdownGracefully()
    }

    /// Opens a port, waiting at most `timeout`; what becomes open later is closed again unseen. For a device that
    /// calls in there is `accept`, which has no hurry.
    ///
    /// - Parameter line: Rate and framing; only terminals have them.
    public func open(
        _ address: PortAddress, line: SerialLine = SerialLine(), timeout: Duration = .seconds(5)
    ) async throws(PortError) -> Port {
        precondition(timeout > .zero, "an attempt must have some time")
        let loop = group.next()
        let answer = OneShot<Result<Port, PortError>>()
        let alarm = loop.scheduleTask(in: TimeAmount(timeout)) { _ = answer.settle(.failure(.timedOut)) }

        attempt(address, line: line, timeout: timeout, on: loop).whenComplete { result in
            // A port that comes too late is dropped here, and dropping closes it.
            answer.settle(result.mapError { PortError(connecting: $0) })
        }
        let result = await answer.value(ifCancelled: .failure(.cancelled))
        alarm.cancel()
        // Nobody is there any more to whom it could be given.
        if Task.isCancelled, case .success = result { throw .cancelled }
        return try result.get()
    }

    /// Returns when something is at the path: the watch for paths of which udev knows nothing, such as
    /// links to pseudo-terminals. A link to nowhere is nothing. False when the task was cancelled first.
    public func appears(_ path: String) async -> Bool {
        await PathWatch(path: path, loop: group.next(), looker: openers).appears()
    }
}
