import CLinux
import Glibc

/// Waits for a change of the mounted file systems, which the kernel tells through `/proc/self/mountinfo` (proc(5):
/// POLLPRI), without keeping the program's end waiting.
final class StickWatch: Sendable {
    private let table: Int32
    private let waker: Int32

    init() {
        table = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        waker = gatehouse_eventfd()
    }

    deinit {
        if table >= 0 { close(table) }
        if waker >= 0 { close(waker) }
    }

    /// Returns when something was mounted or unmounted, after that time, or when the task is cancelled.
    func change(within limit: Duration) async {
        let (table, waker) = (table, waker)
        let milliseconds = Int32(clamping: limit / .milliseconds(1) > 0 ? Int64(limit / .milliseconds(1)) : 0)
        await withTaskCancellationHandler {
            await Blocking.run {
                // A negative descriptor is passed over: without /proc, the time alone decides.
                var waits = [
                    pollfd(fd: table, events: Int16(POLLPRI), revents: 0),
                    pollfd(fd: waker, events: Int16(POLLIN), revents: 0),
                ]
                _ = poll(&waits, nfds_t(waits.count), milliseconds)
            }
        } onCancel: {
            var one: UInt64 = 1
            _ = write(waker, &one, 8)
        }
    }

    /// The table as it is now.
    static func table() -> String {
        let descriptor = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
