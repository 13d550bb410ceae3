import Glibc
import NIOPosix

/// The device's side of a test makes ordinary blocking calls. They have threads of their own, or they could
/// take all those on which the other side must run.
enum BlockingCalls {
    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 32)
        pool.start()
        return pool
    }()

    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            threads.submit { _ in continuation.resume(returning: body()) }
        }
    }

    /// Writes as much as the descriptor takes, giving up when it takes nothing for `patience` milliseconds.
    /// - Returns: How many bytes it took.
    static func write(_ bytes: [UInt8], to descriptor: Int32, patience: Int32) async -> Int {
        await run {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.write(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent)
                }
                if count > 0 {
                    sent += count
                } else if count == 0 || errno != EAGAIN || !isReady(descriptor, for: POLLOUT, within: patience) {
                    break
                }
            }
            return sent
        }
    }

    /// Reads exactly this many bytes, or what came before the end or 5 quiet seconds.
    static func read(_ count: Int, from descriptor: Int32) async -> [UInt8] {
        await run {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while bytes.count < count, isReady(descriptor, for: POLLIN, within: 5000) {
                let got = Glibc.read(descriptor, &buffer, min(buffer.count, count - bytes.count))
                guard got > 0 else { break }
                bytes += buffer[..<got]
            }
            return bytes
        }
    }

    /// Whether the next thing to read is the end, and comes within 5 seconds.
    static func ends(_ descriptor: Int32) async -> Bool {
        await run {
            var byte: UInt8 = 0
            return isReady(descriptor, for: POLLIN, within: 5000) && Glibc.read(descriptor, &byte, 1) == 0
        }
    }

    private static func isReady(_ descriptor: Int32, for what: Int32, within milliseconds: Int32) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(what), revents: 0)
        return poll(&wait, 1, milliseconds) == 1
    }
}

struct SystemFailure: Error {
    var code: Int32
}

/// Bytes of which each place can be told from its neighbours, so that a loss or a swap shows.
func pattern(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        for index in 0..<count {
            buffer.initializeElement(at: index, to: UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8))
        }
        filled = count
    }
}
