import CLinux
import Glibc

/// A flag that one thread raises and another one polls for: an eventfd, so that it fits beside sockets in one poll.
package final class Signal: Sendable {
    /// Readable while the signal is raised.
    package let descriptor: Int32

    package init() throws(BusError) {
        descriptor = gatehouse_eventfd()
        guard descriptor >= 0 else {
            throw BusError("no eventfd left (error \(errno)): raise the limit on open files")
        }
    }

    deinit { close(descriptor) }

    /// Raises the signal; raised twice is raised once.
    package func raise() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Lowers the signal.
    package func lower() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Blocks the calling thread until the signal is raised.
    package func wait() {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, -1) < 0, errno == EINTR {}
    }
}
