import NIOCore
import NIOEmbedded
import Testing

@testable import GatehousePorts

@Suite("Port handler", .timeLimit(.minutes(1)))
struct PortHandlerTests {
    @Test("a full inlet holds the channel's reads back")
    func holdsReads() throws {
        let (channel, inlet, reads) = try makeChannel()
        channel.read()
        #expect(reads.count == 1)
        try channel.writeInbound(ByteBuffer(bytes: pattern(Intake.limit)))
        channel.read()
        #expect(reads.count == 1)
        #expect(inlet.reason == nil)
    }

    @Test("taking what waits lets a held read go on")
    func readsOn() async throws {
        let inlet = Inlet(.stream)
        pattern(Intake.limit).withUnsafeBytes { inlet.offer($0) }
        #expect(inlet.mayRead() == false)
        await confirmation { resumed in
            let chunk = await inlet.next { resumed() }
            #expect(chunk?.count == Intake.chunkLimit)
        }
        #expect(inlet.mayRead() == true)
    }

    @Test("what came in one round of reads is one chunk")
    func oneChunk() async throws {
        let (channel, inlet, _) = try makeChannel()
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: [1, 2]))
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: [3]))
        channel.pipeline.fireChannelReadComplete()
        #expect(await inlet.next {} == [1, 2, 3])
    }

    @Test("the end is told only when the channel is closed, with the error that closed it")
    func endsWithReason() throws {
        let (channel, inlet, _) = try makeChannel()
        channel.pipeline.fireErrorCaught(IOError(errnoCode: 5, reason: "read"))
        #expect(!channel.isActive)
        #expect(inlet.reason == .unplugged)
    }

    @Test("a wish to end counts before the closing that follows from it")
    func ourWish() throws {
        let (channel, inlet, _) = try makeChannel()
        channel.pipeline.fireUserInboundEventTriggered(PortEnding.closedHere)
        #expect(inlet.reason == .closedHere)
    }

    @Test("a channel that ended before the handler came is at its end")
    func tooLate() throws {
        let channel = EmbeddedChannel()
        let inlet = Inlet(.stream)
        try channel.pipeline.syncOperations.addHandler(PortHandler(inlet: inlet, goodOrder: .closedByPeer))
        #expect(inlet.reason == .closedByPeer)
    }

    private func makeChannel() throws -> (EmbeddedChannel, Inlet, ReadCounter) {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let inlet = Inlet(.stream)
        let reads = ReadCounter()
        try channel.pipeline.syncOperations.addHandler(reads)
        try channel.pipeline.syncOperations.addHandler(PortHandler(inlet: inlet, goodOrder: .unplugged))
        return (channel, inlet, reads)
    }
}

/// Stands between the handler and the channel and counts the reads that come through.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
