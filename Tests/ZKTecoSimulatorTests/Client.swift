import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing
import ZKTecoSimulator
import ZKTecoWire

/// A client on a perfect line to a simulated clock.
struct Client {
    var clock: SimulatedZKTeco
    let transport: Transport
    var session: UInt16 = 0
    var now = Now(wall: Moment(seconds: 1_795_336_200), uptime: .seconds(1000))
    private(set) var lastReplyID: UInt16 = 0
    private(set) var isHungUp = false
    /// Bytes that were no packet.
    private(set) var noise: [UInt8] = []
    private var counter = ZKReplyCounter()
    private var framer = ZKFramer()

    init(_ setup: SimulatedZKTeco.Setup = .init(), over transport: Transport = .tcp) {
        clock = SimulatedZKTeco(setup: setup)
        self.transport = transport
        connect()
    }

    static func connected(_ setup: SimulatedZKTeco.Setup = .init(), over transport: Transport = .tcp) throws -> Client {
        var client = Client(setup, over: transport)
        client.session = try client.ask(.connect).session
        return client
    }

    /// A new connection; nothing has been said on it.
    mutating func connect() {
        isHungUp = false
        framer = ZKFramer()
        session = 0
        _ = packets(in: clock.handle(.opened(transport), at: now))
    }

    mutating func hangUp() {
        _ = clock.handle(.closed, at: now)
    }

    /// The single reply to a request.
    mutating func ask(_ command: ZKCommand, _ data: [UInt8] = []) throws -> ZKPacket {
        let replies = send(command, data)
        #expect(replies.count <= 1)
        return try #require(replies.first, "no reply to \(command.rawValue)")
    }

    /// All replies to a request.
    mutating func send(_ command: ZKCommand, _ data: [UInt8] = []) -> [ZKPacket] {
        lastReplyID = counter.next()
        let packet = ZKPacket(command, session: command == .connect ? 0 : session, replyID: lastReplyID, data: data)
        return packets(in: clock.handle(.received(transport == .tcp ? packet.frame : packet.bytes), at: now))
    }

    /// The acknowledgement of an event: no reply, and reply id 0.
    mutating func acknowledge() -> [ZKPacket] {
        let packet = ZKPacket(.ok, session: session, replyID: 0)
        return packets(in: clock.handle(.received(transport == .tcp ? packet.frame : packet.bytes), at: now))
    }

    mutating func tell(_ command: JSONValue) -> JSONValue {
        let (answer, _) = tellWithEvents(command)
        return answer
    }

    mutating func tellWithEvents(_ command: JSONValue) -> (answer: JSONValue, events: [ZKPacket]) {
        let effects = clock.handle(.told(command), at: now)
        let events = packets(in: effects)
        for case .answered(let answer) in effects { return (answer, events) }
        return (.null, events)
    }

    /// A bulk read as the gateway does it.
    mutating func read(_ dataset: ZKTransfer.Dataset) throws -> [UInt8] {
        let chunk = transport == .tcp ? ZKTransfer.tcpChunk : ZKTransfer.udpChunk
        var transfer = ZKTransfer(dataset, chunkSize: chunk, fallsBack: transport == .udp)
        var steps = [transfer.start()]
        var rounds = 0
        while let step = steps.popLast() {
            rounds += 1
            try #require(rounds < 10_000, "the transfer does not end")
            switch step {
            case .send(let command, let data): steps = send(command, data).map { transfer.received($0) }
            case .wait: break
            case .done(let bytes): return bytes
            case .failed(let failure): throw failure
            }
            steps.removeAll { $0 == .wait }
        }
        throw ZKTransfer.Failure.exhausted
    }

    private mutating func packets(in effects: [SimulatedEffect]) -> [ZKPacket] {
        var packets: [ZKPacket] = []
        for effect in effects {
            switch effect {
            case .send(let bytes) where transport == .tcp: packets += streamed(bytes)
            case .send(let bytes):
                if case (let packet, .right)? = ZKPacket.read(bytes[...]) {
                    packets.append(packet)
                } else {
                    noise += bytes
                }
            case .close:
                isHungUp = true
                hangUp()
            case .wake, .answered: break
            }
        }
        return packets
    }

    private mutating func streamed(_ bytes: [UInt8]) -> [ZKPacket] {
        var packets: [ZKPacket] = []
        framer.receive(bytes)
        while let outcome = framer.next() {
            if case .packet(let packet, .right) = outcome { packets.append(packet) } else { noise += bytes }
        }
        return packets
    }
}
