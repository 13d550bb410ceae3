import GatehouseDriverKit
import Glibc
import NIOCore
import NIOPosix

/// Listening, and the two directions of a link.
extension SimulatedPort {
    typealias ByteChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>
    typealias DatagramChannel = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    /// Opens the door; its address, and what then serves whoever comes until it is cancelled.
    func open() async throws -> (address: String, serve: @Sendable () async -> Void) {
        switch door {
        case .tcp(let host, let port): try await listen(host: host, port: port)
        case .udp(let host, let port): try await bind(host: host, port: port)
        case .terminal(let link): try await openTerminal(link: link)
        case .call(let host, let port): ("call:\(Self.written("tcp", host, port))", { await self.call(host, port) })
        }
    }

    // MARK: TCP

    private func listen(host: String, port: Int) async throws -> (String, @Sendable () async -> Void) {
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .bind(host: host, port: port) { child in child.eventLoop.makeSucceededFuture(child) }
        let address = Self.address("tcp", server.channel)
        return (
            address,
            {
                try? await server.executeThenClose { clients in
                    try await withThrowingDiscardingTaskGroup { tasks in
                        for try await client in clients {
                            tasks.addTask { await self.serve(client, over: .tcp) }
                        }
                    }
                }
            }
        )
    }

    private static func address(_ scheme: String, _ channel: any Channel) -> String {
        let address = channel.localAddress
        return written(scheme, address?.ipAddress ?? "127.0.0.1", address?.port ?? 0)
    }

    private static func written(_ scheme: String, _ host: String, _ port: Int) -> String {
        "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Serves one client to its end. A second one beside it waits for its turn unanswered, as at a real clock.
    private func serve(_ client: any Channel, over transport: Transport) async {
        let (outgoing, outbox) = AsyncStream.makeStream(of: Outgoing.self)
        guard let number = await opened(transport, peer: nil, outbox: outbox) else {
            try? await client.close()
            return
        }
        if let channel = try? await Self.wrapped(client) {
            try? await channel.executeThenClose { inbound, outbound in
                await withTaskGroup { tasks in
                    tasks.addTask { try? await self.read(inbound, on: number) }
                    tasks.addTask { try? await self.write(outgoing, to: outbound) }
                    // Whichever direction ends first ends the link.
                    await tasks.next()
                    tasks.cancelAll()
                }
            }
        }
        ended(number)
    }

    /// Connects again and again. Soon after a connection that stood, since a device that hangs up after each answer
    /// has more to say; a gateway that is not there is given time to come back.
    private func call(_ host: String, _ port: Int) async {
        let bootstrap = ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .connectTimeout(.seconds(2))
        while !Task.isCancelled {
            let client = try? await bootstrap.connect(host: host, port: port).get()
            if let client { await serve(client, over: .tcp) }
            try? await Task.sleep(for: client == nil ? .seconds(1) : .milliseconds(50))
        }
    }

    /// Nothing has been read yet: bytes that came before somebody takes them would be lost.
    private static func wrapped(_ client: any Channel) async throws -> ByteChannel {
        let channel = try await client.eventLoop.submit { try ByteChannel(wrappingChannelSynchronously: client) }.get()
        // A client that is gone already is told of by the end of the stream.
        try? await client.setOption(.autoRead, value: true).get()
        return channel
    }

    private func read(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, on number: UInt64) async throws {
        for try await buffer in inbound {
            await received(Array(buffer.readableBytesView), on: number)
        }
    }

    private func write(
        _ outgoing: AsyncStream<Outgoing>, to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        for await next in outgoing {
            guard case .bytes(let bytes, let link, _) = next else { return }
            try await outbound.write(ByteBuffer(bytes: bytes))
            written(bytes.count, on: link)
        }
    }

    // MARK: UDP

    private func bind(host: String, port: Int) async throws -> (String, @Sendable () async -> Void) {
        let channel = try await DatagramBootstrap(group: group)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try DatagramChannel(wrappingChannelSynchronously: channel) }
            }
        let (outgoing, outbox) = AsyncStream.makeStream(of: Outgoing.self)
        return (
            Self.address("udp", channel.channel),
            {
                try? await channel.executeThenClose { inbound, outbound in
                    await withTaskGroup { tasks in
                        tasks.addTask { try? await self.read(inbound, outbox: outbox) }
                        tasks.addTask { try? await self.write(outgoing, to: outbound) }
                        await tasks.next()
                        tasks.cancelAll()
                    }
                }
            }
        )
    }

    /// A datagram from a new address is a new client; the one before it is forgotten, since it may have died unheard.
    private func read(
        _ inbound: NIOAsyncChannelInboundStream<AddressedEnvelope<ByteBuffer>>,
        outbox: AsyncStream<Outgoing>.Continuation
    ) async throws {
        for try await envelope in inbound {
            var number = isCurrent(envelope.remoteAddress)
            if number == nil {
                if let current { ended(current) }
                number = await opened(.udp, peer: envelope.remoteAddress, outbox: outbox)
            }
            if let number { await received(Array(envelope.data.readableBytesView), on: number) }
        }
    }

    private func write(
        _ outgoing: AsyncStream<Outgoing>,
        to outbound: NIOAsyncChannelOutboundWriter<AddressedEnvelope<ByteBuffer>>
    ) async throws {
        for await next in outgoing {
            guard case .bytes(let bytes, let link, let peer?) = next else { continue }
            // What a dead client's system answers to a datagram is no reason to close the socket for the next one.
            try? await outbound.write(AddressedEnvelope(remoteAddress: peer, data: ByteBuffer(bytes: bytes)))
            written(bytes.count, on: link)
        }
    }

    // MARK: Pseudo-terminals

    private func openTerminal(link: String?) async throws -> (String, @Sendable () async -> Void) {
        let first = try PseudoTerminal()
        if let link { try first.place(link: link) }
        return (link ?? first.path, { await self.serveTerminals(from: first, link: link) })
    }

    /// A device that hangs up comes back on a new terminal, as after a restart, and the link points there.
    private func serveTerminals(from first: PseudoTerminal, link: String?) async {
        var terminal: PseudoTerminal? = first
        while let open = terminal {
            guard let channel = try? await channel(on: open.descriptor) else {
                close(open.holder)
                return gaveUp()
            }
            await serve(channel, over: .serial)
            close(open.holder)
            terminal = Task.isCancelled ? nil : try? PseudoTerminal()
            if let link {
                if let terminal { try? terminal.place(link: link) } else { open.remove(link: link) }
            }
        }
    }

    private func channel(on descriptor: CInt) async throws -> any Channel {
        try await NIOPipeBootstrap(group: group)
            .channelOption(.autoRead, value: false)
            .takingOwnershipOfDescriptor(inputOutput: descriptor) { $0.eventLoop.makeSucceededFuture($0) }
    }
}
