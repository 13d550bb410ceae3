import CZMQ
import Glibc

/// A ZeroMQ context: the I/O thread beneath one owner's sockets. It ends with the last of them.
package final class SocketContext {
    fileprivate let handle: UnsafeMutableRawPointer

    package init() throws(BusError) {
        guard let handle = zmq_ctx_new() else { throw BusError("ZeroMQ gave no context: \(Socket.lastProblem)") }
        self.handle = handle
    }

    deinit { zmq_ctx_term(handle) }
}

/// Owns one ZeroMQ socket. Noncopyable and not Sendable: it cannot leave the thread that made it.
package struct Socket: ~Copyable {
    /// What became of a message that was to be sent.
    package enum Sending: Hashable, Sendable {
        case sent
        /// The peer's queue is full, or there is no peer: try again later.
        case full
        /// The peer is gone for good.
        case unreachable
    }

    package let handle: UnsafeMutableRawPointer
    private let context: SocketContext

    /// `kind` is one of libzmq's `ZMQ_PUB`, `ZMQ_ROUTER`, …
    package init(_ context: SocketContext, kind: Int32) throws(BusError) {
        guard let handle = zmq_socket(context.handle, kind) else {
            throw BusError("ZeroMQ gave no socket: \(Self.lastProblem)")
        }
        self.handle = handle
        self.context = context
    }

    deinit { zmq_close(handle) }

    /// What libzmq says about the call that just failed.
    package static var lastProblem: String {
        zmq_strerror(zmq_errno()).map { String(cString: $0) } ?? "unknown"
    }

    package func set(_ option: Int32, _ value: Int32) throws(BusError) {
        var value = value
        guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) == 0 else {
            throw BusError("ZeroMQ refused option \(option): \(Self.lastProblem)")
        }
    }

    package func set(_ option: Int32, _ value: Int64) throws(BusError) {
        var value = value
        guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int64>.size) == 0 else {
            throw BusError("ZeroMQ refused option \(option): \(Self.lastProblem)")
        }
    }

    package func set(_ option: Int32, _ text: String) throws(BusError) {
        guard zmq_setsockopt(handle, option, text, text.utf8.count) == 0 else {
            throw BusError("ZeroMQ refused option \(option): \(Self.lastProblem)")
        }
    }

    /// Binds and returns the endpoint as it came out, a free port in place of `*`.
    package func bind(_ endpoint: String) throws(BusError) -> String {
        guard zmq_bind(handle, endpoint) == 0 else {
            throw BusError("cannot bind \(endpoint): \(Self.lastProblem); free the address or choose another")
        }
        var text = [CChar](repeating: 0, count: 1024)
        var count = text.count
        guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else { return endpoint }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Stops listening; connections that stand go on until the socket is closed.
    package func unbind(_ endpoint: String) {
        _ = zmq_unbind(handle, endpoint)
    }

    package func connect(_ endpoint: String) throws(BusError) {
        guard zmq_connect(handle, endpoint) == 0 else {
            throw BusError("cannot connect to \(endpoint): \(Self.lastProblem); give tcp://HOST:PORT or ipc://PATH")
        }
    }

    /// Sends one frame without ever waiting. Only the first frame of a message can come back other than `sent`.
    package func send(_ frame: [UInt8], more: Bool) -> Sending {
        frame.withUnsafeBytes { send(bytes: $0, more: more) }
    }

    /// Sends one frame of text.
    package func send(_ frame: String, more: Bool) -> Sending {
        var frame = frame
        return frame.withUTF8 { send(bytes: UnsafeRawBufferPointer($0), more: more) }
    }

    /// Sends one frame from memory; it is copied.
    package func send(bytes: UnsafeRawBufferPointer, more: Bool) -> Sending {
        var sent: Int32
        repeat {
            sent = zmq_send(handle, bytes.baseAddress, bytes.count, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0))
        } while sent < 0 && zmq_errno() == EINTR
        if sent >= 0 { return .sent }
        return zmq_errno() == EAGAIN ? .full : .unreachable
    }

    /// Sends a whole message.
    package func send(_ frames: [[UInt8]]) -> Sending {
        precondition(!frames.isEmpty, "a message has a frame")
        for (index, frame) in frames.enumerated() {
            let outcome = send(frame, more: index < frames.count - 1)
            guard outcome == .sent else { return outcome }
        }
        return .sent
    }
}
