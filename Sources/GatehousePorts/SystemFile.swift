import Glibc
import NIOCore
import NIOPosix

/// The beginning of a file of `/proc` or `/sys`; nil when it cannot be read.
func readFile(_ path: String, atMost limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
        let count = read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
        guard count >= 0 else { return nil }
        guard count > 0 else { break }
        bytes += buffer[..<count]
    }
    return bytes
}

/// Does on a thread that may wait what an event loop or a task must not.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        NIOSingletons.posixBlockingThreadPool.submit { _ in continuation.resume(returning: body()) }
    }
}
