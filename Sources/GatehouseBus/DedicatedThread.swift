import Glibc
import Synchronization

/// A thread of its own for code that blocks in a poll, which the cooperative pool must never do.
package final class DedicatedThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private let handle: Mutex<pthread_t?>

    /// Starts the thread.
    package init(run: @escaping @Sendable () -> Void) throws(BusError) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run: run))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                DedicatedThread.blockSignals()
                body.run()
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            throw BusError("no thread left (error \(code)): raise the limit on processes")
        }
        handle = Mutex(thread)
    }

    /// Blocks until the thread has ended. A second call returns at once.
    package func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// Process signals belong to the threads that wait for them.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
    }
}
