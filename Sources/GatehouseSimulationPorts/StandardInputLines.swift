public import Glibc
public import NIOPosix

/// The lines of standard input as they are typed. A thread of its own waits for each, because files and `/dev/null`
/// cannot be waited for in any other way.
public struct StandardInputLines: AsyncSequence, Sendable {
    /// The longest line; a longer one ends the input.
    public static let lineLimit = 1 << 20

    private let descriptor: CInt
    private let thread: NIOThreadPool

    /// - Parameters:
    ///   - descriptor: What is read; not closed here.
    ///   - thread: A pool with a thread to spare; waiting for input keeps one busy.
    public init(descriptor: CInt = STDIN_FILENO, on thread: NIOThreadPool) {
        self.descriptor = descriptor
        self.thread = thread
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(descriptor: descriptor, thread: thread)
    }

    public struct Iterator: AsyncIteratorProtocol {
        let descriptor: CInt
        let thread: NIOThreadPool
        private var pending: [UInt8] = []
        private var searched = 0
        private var ended = false

        init(descriptor: CInt, thread: NIOThreadPool) {
            self.descriptor = descriptor
            self.thread = thread
        }

        public mutating func next() async throws -> String? {
            while true {
                if let end = pending[searched...].firstIndex(of: 0x0A) {
                    defer {
                        pending.removeSubrange(...end)
                        searched = 0
                    }
                    return String(decoding: pending[..<end], as: UTF8.self)
                }
                searched = pending.count
                guard !ended, pending.count <= StandardInputLines.lineLimit else { return last() }
                let more = try await thread.runIfActive { [descriptor] in Self.readSome(descriptor) }
                ended = more.isEmpty
                pending += more
            }
        }

        private mutating func last() -> String? {
            ended = true
            defer {
                pending = []
                searched = 0
            }
            return pending.isEmpty || pending.count > StandardInputLines.lineLimit
                ? nil : String(decoding: pending, as: UTF8.self)
        }

        private static func readSome(_ descriptor: CInt) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                var length = -1
                repeat {
                    length = read(descriptor, buffer.baseAddress, buffer.count)
                } while length < 0 && errno == EINTR
                count = Swift.max(length, 0)
            }
        }
    }
}
