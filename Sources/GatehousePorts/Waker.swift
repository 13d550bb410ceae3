import CLinux
import Glibc

/// Ends a `poll` on another thread.
final class Waker: Sendable {
    /// Readable from the first `wake` on.
    let descriptor: Int32

    init() throws(HotPlugError) {
        descriptor = gatehouse_eventfd()
        guard descriptor >= 0 else { throw HotPlugError(errno) }
    }

    deinit { close(descriptor) }

    func wake() {
        var one: UInt64 = 1
        // It fails only when the counter is full, and then it is awake long since.
        _ = write(descriptor, &one, 8)
    }
}
