import NIOCore

extension Ports {
    /// Waits for a device to call in, as long as it takes: until it calls or the task is cancelled.
    ///
    /// All who wait at one host and port share one listener, which closes a while after the last has gone. A call
    /// goes to who waits for its address (`from`), else to who waits for any; a call that nobody wants is kept for
    /// ten seconds and then closed. When a device calls again while its port is still open, because it lost its
    /// power and could not say so, that port ends with `calledAgain` and the next `accept` gets the new call.
    ///
    /// - Parameters:
    ///   - address: A `.listen`; its port 0 takes a free one.
    ///   - onListening: Told the port once it listens.
    /// - Throws: `addressInUse`, `noSuchAddress`, `privilegedPort`, `unreachable` (a host name nobody knows) or
    ///   `cancelled`.
    public func accept(
        _ address: PortAddress, onListening: @escaping @Sendable (UInt16) -> Void = { _ in }
    ) async throws(PortError) -> Port {
        guard case .listen(let host, let number, let from) = address else {
            preconditionFailure("only a listening address accepts calls")
        }
        let peer = from.flatMap { PeerAddress($0) }
        guard from == nil || peer != nil else { throw .unreachable }
        while true {
            let (channel, _) = try await desk.accept(
                at: CallDesk.Door(host: host, port: number), from: peer, onListening: onListening)
            let caller = PeerAddress(channel.remoteAddress)
            let opened = channel.eventLoop.flatSubmit {
                attach(to: channel, address: address, makeup: .init(peer: caller.map { "\($0)" }))
            }
            // It hung up before it was heard: no call.
            if case .success(let port) = await opened.result() { return port }
        }
    }
}
