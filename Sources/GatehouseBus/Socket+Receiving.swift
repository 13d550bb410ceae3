import CZMQ
import Glibc

/// One message as it came in. What lies beyond the reader's limits is counted but not kept.
package struct Message: Hashable, Sendable {
    package var frames: [[UInt8]] = []
    /// All frames, also those that were not kept.
    package var frameCount = 0
    /// The bytes of all frames, also of those that were not kept.
    package var byteCount = 0
    /// What the ZAP handler said about the connection; nil without CURVE.
    package var userID: String?
}

extension Socket {
    /// The next message, or nil when none waits. A message is always read to its end, so that a monster of many
    /// frames costs its sender time and us nothing.
    package func receive(keepingFrames frameLimit: Int, bytes byteLimit: Int) -> Message? {
        var raw = zmq_msg_t()
        zmq_msg_init(&raw)
        defer { zmq_msg_close(&raw) }
        guard take(&raw) else { return nil }
        var message = Message()
        message.frames.reserveCapacity(8)
        while true {
            let size = zmq_msg_size(&raw)
            message.frameCount += 1
            message.byteCount += size
            if message.frameCount <= frameLimit, message.byteCount <= byteLimit {
                let bytes = UnsafeRawBufferPointer(start: zmq_msg_data(&raw), count: size)
                message.frames.append([UInt8](bytes))
            }
            guard zmq_msg_more(&raw) != 0, take(&raw) else { break }
        }
        // All frames carry what is known of the connection; one look is enough.
        message.userID = zmq_msg_gets(&raw, "User-Id").map { String(cString: $0) }
        return message
    }

    private func take(_ raw: inout zmq_msg_t) -> Bool {
        var count: Int32
        repeat { count = zmq_msg_recv(&raw, handle, ZMQ_DONTWAIT) } while count < 0 && zmq_errno() == EINTR
        return count >= 0
    }
}

/// Waits for whichever comes first: a raised signal, a readable socket, or the time.
package struct Poll {
    private var items: [zmq_pollitem_t]

    package init(_ signal: Signal) {
        items = [zmq_pollitem_t(socket: nil, fd: signal.descriptor, events: Int16(ZMQ_POLLIN), revents: 0)]
    }

    /// Watches one more socket. The socket must outlive the poll.
    package mutating func watch(_ socket: borrowing Socket) {
        items.append(zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
    }

    /// Blocks until something is there or the time has passed. What is there the caller finds out by trying.
    package mutating func wait(atMost duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        zmq_poll(&items, Int32(items.count), Int(max(0, milliseconds)))
    }
}
