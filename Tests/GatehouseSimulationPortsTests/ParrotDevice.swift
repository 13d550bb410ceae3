import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseSimulationPorts
import NIOCore
import NIOPosix
import Testing

/// Greets, and repeats each read; says and does what it is told.
struct ParrotDevice: SimulatedDevice {
    var opened = 0
    var said = 0

    mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        switch input {
        case .opened(let transport):
            opened += 1
            return [line("hello \(transport.rawValue)")]
        case .received(let bytes): return [line("heard " + String(decoding: bytes, as: UTF8.self))]
        case .woke: return [line("awake")]
        case .closed: return []
        case .told(let command): return told(command)
        }
    }

    private mutating func told(_ command: JSONValue) -> [SimulatedEffect] {
        if let word = command["say"] { return [line(word.text ?? ""), .answered(["said": word])] }
        if command["close"] != nil { return [.close, .answered(["closed": true])] }
        if command["count"] != nil { return [.answered(["opened": .integer(opened)])] }
        if let delay = command["sleep"]?.integer { return [.wake(after: .milliseconds(delay)), .answered([:])] }
        if let count = command["many"]?.integer {
            said += count
            let tail = String(repeating: ".", count: command["tail"]?.integer ?? 0)
            return (said - count + 1...said).map { line("\($0)\(tail)") } + [.answered([:])]
        }
        return []
    }

    private func line(_ text: String) -> SimulatedEffect { .send(Array((text + "\n").utf8)) }
}

let testClock: @Sendable () -> Now = {
    // The ports only need time that passes.
    Now(wall: Moment(seconds: 1_795_000_000), uptime: testStart.duration(to: ContinuousClock.now))
}

private let testStart = ContinuousClock.now

/// Lines as they come in on a TCP connection; nil at its end.
struct Lines {
    var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var buffer = ByteBuffer()

    init(_ stream: NIOAsyncChannelInboundStream<ByteBuffer>) {
        iterator = stream.makeAsyncIterator()
    }

    mutating func next() async throws -> String? {
        while true {
            if let length = buffer.readableBytesView.firstIndex(of: 0x0A).map({ $0 - buffer.readerIndex }) {
                let line = buffer.readString(length: length)
                buffer.moveReaderIndex(forwardBy: 1)
                return line
            }
            guard var more = try await iterator.next() else { return nil }
            buffer.discardReadBytes()
            buffer.writeBuffer(&more)
        }
    }
}

/// Connects to `tcp://host:port` and hands over its lines and a way to say something.
func connected(
    to address: String, _ body: (inout Lines, (String) async throws -> Void) async throws -> Void
) async throws {
    guard case .tcp(let host, let port)? = SimulatedDoor(address) else { throw SimulatedPortProblem.notStartable }
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: host, port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    try await channel.executeThenClose { inbound, outbound in
        var lines = Lines(inbound)
        try await body(&lines) { text in try await outbound.write(ByteBuffer(string: text)) }
    }
}
