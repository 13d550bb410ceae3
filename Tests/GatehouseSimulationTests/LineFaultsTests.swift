import GatehouseSimulation
import Testing

@Suite("A faulty line")
struct LineFaultsTests {
    let message = Array(0..<200) as [UInt8]

    @Test("without faults everything arrives at once and whole")
    func clean() {
        var line = LineFaults(.clean, seed: 1)
        line.carry(message, at: .seconds(5))
        #expect(line.due == .seconds(5))
        #expect(line.deliver(at: .seconds(5)) == [.bytes(message)])
        #expect(line.due == nil)
    }

    @Test("nothing arrives before it is due")
    func delayed() {
        var line = LineFaults(.init(delay: .milliseconds(10)...(.milliseconds(20))), seed: 1)
        line.carry(message, at: .zero)
        #expect(line.byteCount == message.count)
        #expect(line.deliver(at: .milliseconds(9)) == [])
        #expect(line.deliver(at: .milliseconds(20)) == [.bytes(message)])
        #expect(line.byteCount == 0)
    }

    @Test("a stream is cut and joined, but every byte comes, in order", arguments: 1...30)
    func streamInOrder(seed: UInt64) {
        var line = LineFaults(.init(delay: .zero...(.milliseconds(40)), splitOneIn: 2), seed: seed)
        let sends = (0..<20).map { send in message.map { $0 &+ UInt8(send) } }
        var now = Duration.zero
        var reads: [[UInt8]] = []
        for send in sends {
            line.carry(send, at: now)
            now += .milliseconds(7)
            for case .bytes(let bytes) in line.deliver(at: now) { reads.append(bytes) }
        }
        while let due = line.due {
            for case .bytes(let bytes) in line.deliver(at: due) { reads.append(bytes) }
        }
        #expect(Array(reads.joined()) == Array(sends.joined()))
        #expect(reads.count != sends.count, "this seed neither cut nor joined")
    }

    @Test("datagrams come whole, though late, twice, in another order, or never")
    func datagrams() {
        var plan = LineFaults.Plan.udp
        plan.disconnectOneIn = 0
        var line = LineFaults(plan, seed: 3)
        for number in 0..<1000 { line.carry([UInt8(number % 256), 1, 2, 3], at: .milliseconds(number)) }
        let arrived = line.deliver(at: .seconds(10)).map { delivery -> [UInt8] in
            if case .bytes(let bytes) = delivery { bytes } else { [] }
        }
        #expect(arrived.allSatisfy { $0.count == 4 && $0.dropFirst() == [1, 2, 3] })
        let order = arrived.map { $0[0] }
        #expect(zip(order, order.dropFirst()).contains { $0 == $1 &+ 1 }, "nothing was overtaken")
        #expect(arrived.count != 1000, "nothing was lost or doubled")
        #expect((900...1050).contains(arrived.count))
    }

    @Test("damage is one bit of a piece")
    func damage() {
        var line = LineFaults(.init(corruptOneIn: 1), seed: 4)
        line.carry(message, at: .zero)
        guard case .bytes(let bytes) = line.deliver(at: .zero).first else {
            Issue.record("nothing arrived")
            return
        }
        let wrongBits = zip(bytes, message).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        #expect(wrongBits == 1)
    }

    @Test("when the line breaks, half a send arrives and nothing after it")
    func breaks() {
        var line = LineFaults(.init(disconnectOneIn: 1), seed: 5)
        line.carry(message, at: .zero)
        line.carry(message, at: .zero)
        #expect(line.deliver(at: .zero) == [.bytes(Array(message.prefix(100))), .disconnected])
        #expect(line.due == nil)
    }

    @Test("hanging up clears the line")
    func hangUp() {
        var line = LineFaults(.init(delay: .seconds(1)...(.seconds(1))), seed: 6)
        line.carry(message, at: .zero)
        line.hangUp()
        #expect(line.deliver(at: .seconds(2)) == [])
    }

    @Test("the same seed does the same", arguments: LineFaults.Plan.named.keys.sorted())
    func repeatable(plan: String) throws {
        let plan = try #require(LineFaults.Plan.named[plan])
        func transcript(_ seed: UInt64) -> [LineFaults.Delivery] {
            var line = LineFaults(plan, seed: seed)
            return (0..<200).flatMap { step in
                line.carry(message, at: .milliseconds(step))
                return line.deliver(at: .milliseconds(step))
            }
        }
        #expect(transcript(9) == transcript(9))
        if plan != .clean { #expect(transcript(9) != transcript(10)) }
    }
}
