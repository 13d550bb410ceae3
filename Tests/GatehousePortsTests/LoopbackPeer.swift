import GatehousePorts
import Glibc
import Synchronization

/// A socket of the device's side on 127.0.0.1, at a port that the system chose.
final class LoopbackPeer: Sendable {
    enum Kind {
        case listener(backlog: Int32)
        case datagrams
    }

    let descriptor: Int32
    let port: UInt16

    init(_ kind: Kind) throws {
        let type = if case .datagrams = kind { SOCK_DGRAM } else { SOCK_STREAM }
        descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = descriptor
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, length) == 0 && getsockname(fd, $0, &length) == 0
            }
        }
        guard bound else { throw SystemFailure(code: errno) }
        if case .listener(let backlog) = kind, listen(descriptor, backlog) != 0 { throw SystemFailure(code: errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    var tcp: PortAddress { .tcp(host: "127.0.0.1", port: port) }
    var udp: PortAddress { .udp(host: "127.0.0.1", port: port) }

    /// The connection that waits in the queue.
    func accepted() async -> Connection {
        let connection = await BlockingCalls.run { [descriptor] in accept(descriptor, nil, nil) }
        _ = fcntl(connection, F_SETFL, O_NONBLOCK)
        return Connection(descriptor: connection)
    }

    /// Answers the next datagram with each of these.
    func answer(with replies: [[UInt8]]) async -> [UInt8] {
        await BlockingCalls.run { [descriptor] in Self.answer(on: descriptor, with: replies) }
    }

    private static func answer(on descriptor: Int32, with replies: [[UInt8]]) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var from = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &from) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
                for reply in replies { _ = sendto(descriptor, reply, reply.count, 0, address, length) }
                return Array(buffer[..<max(0, count)])
            }
        }
    }
}

/// The device's end of an accepted connection.
final class Connection: Sendable {
    private let descriptor: Int32
    private let isOpen = Mutex(true)

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { hangUp() }

    /// Calls a listener, as a device does that dials in. The source address may be any of 127.0.0.0/8.
    static func calling(_ port: UInt16, from source: String = "127.0.0.1") async throws -> Connection {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let connection = Connection(descriptor: descriptor)
        let isConnected = await BlockingCalls.run {
            withAddress(source, port: 0) { bind(descriptor, $0, $1) == 0 }
                && withAddress("127.0.0.1", port: port) { connect(descriptor, $0, $1) == 0 }
        }
        guard isConnected else { throw SystemFailure(code: ECONNREFUSED) }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return connection
    }

    private static func withAddress(
        _ host: String, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    func hangUp() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { close(descriptor) }
    }

    /// Cuts the connection with a RST.
    func cut() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        hangUp()
    }

    /// Whether the gateway has closed its side, with nothing unread before.
    func hasEnded() async -> Bool {
        await BlockingCalls.ends(descriptor)
    }

    func endOfWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    @discardableResult
    func write(_ bytes: [UInt8], patience: Int32 = 5000) async -> Int {
        await BlockingCalls.write(bytes, to: descriptor, patience: patience)
    }

    func read(_ count: Int) async -> [UInt8] {
        await BlockingCalls.read(count, from: descriptor)
    }
}
