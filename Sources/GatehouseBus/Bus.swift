public import GatehouseModel
import Synchronization

/// The bus: publishes what is in the journal and answers requests, on two ZeroMQ sockets that one thread of its
/// own holds.
///
///     let bus = try Bus.start(configuration, runtime: runtime, wallClock: { timekeeper.now })
///     bus.publish(batch)
///     bus.stop()
///
/// It may lose anything without anything being lost: what a subscriber misses it reads back from the journal.
public final class Bus: Sendable {
    /// Where the sockets are bound, free ports filled in.
    public let endpoints: BusEndpoints
    private let letters: Mailbox<BusLetter>
    private let shared: SharedCounters
    private let thread: DedicatedThread

    private init(
        endpoints: BusEndpoints, letters: Mailbox<BusLetter>, shared: SharedCounters, thread: DedicatedThread
    ) {
        self.endpoints = endpoints
        self.letters = letters
        self.shared = shared
        self.thread = thread
    }

    deinit { stop() }

    /// Starts the thread and returns when both sockets are bound. `wallClock` stamps the heartbeats.
    public static func start(
        _ configuration: BusConfiguration, runtime: any BusRequests, wallClock: @escaping @Sendable () -> Moment
    ) throws(BusError) -> Bus {
        let letters = try Mailbox<BusLetter>(weightLimit: configuration.limits.publishBytes)
        let shared = SharedCounters()
        let outcome = try Handover<Result<BusEndpoints, BusError>>()
        let thread = try DedicatedThread {
            do throws(BusError) {
                let thread = try BusThread(
                    configuration: configuration, runtime: runtime, letters: letters, counters: shared,
                    wallClock: wallClock)
                outcome.give(.success(thread.endpoints))
                thread.run()
            } catch {
                outcome.give(.failure(error))
            }
        }
        do throws(BusError) {
            let endpoints = try outcome.take().get()
            return Bus(endpoints: endpoints, letters: letters, shared: shared, thread: thread)
        } catch {
            thread.join()
            throw error
        }
    }

    /// What it has done so far.
    public var counters: BusCounters { shared.current }

    /// Publishes events, in order of their sequence, that are on disk. Blocks the calling thread while more than
    /// `BusLimits.publishBytes` wait: meant for the journal's writer, not for tasks. After `stop` it does nothing.
    public func publish(_ batch: [Recorded]) {
        guard !batch.isEmpty else { return }
        // Each event costs its body and roughly 128 bytes of bookkeeping.
        letters.put(.publish(batch), weight: batch.reduce(0) { $0 + $1.body.count + 128 })
    }

    /// Lets these clients in and nobody else, also on connections that stand: a revoked client's requests are
    /// refused, its replays end, and its subscription is cut off. The same list again costs nothing.
    public func setClients(_ clients: [ClientKey]) {
        letters.post(.clients(clients))
    }

    /// Stops the thread and returns when it has ended and the addresses are free. What was published before goes out
    /// first; a second call does nothing.
    public func stop() {
        letters.post(.stop)
        thread.join()
        letters.close()
    }
}

/// Hands one value from a thread to the one that waits for it.
package final class Handover<Value: Sendable>: Sendable {
    private let signal: Signal
    private let value = Mutex<Value?>(nil)

    package init() throws(BusError) {
        signal = try Signal()
    }

    package func give(_ value: Value) {
        self.value.withLock { $0 = value }
        signal.raise()
    }

    /// Blocks the calling thread until the value is there.
    package func take() -> Value {
        signal.wait()
        guard let value = value.withLock({ $0 }) else {
            preconditionFailure("the signal is raised only with a value")
        }
        return value
    }
}
