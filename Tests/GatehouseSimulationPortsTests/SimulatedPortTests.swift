import GatehouseModel
import GatehouseSimulation
import GatehouseSimulationPorts
import NIOCore
import NIOPosix
import Testing

@Suite("A simulated port", .timeLimit(.minutes(1)))
struct SimulatedPortTests {
    @Test("on TCP, carries what the device says and hears")
    func tcp() async throws {
        try await withPort(.tcp(host: "127.0.0.1", port: 0)) { port, address async throws in
            try await connected(to: address) { lines, say async throws in
                #expect(try await lines.next() == "hello tcp")
                try await say("ping")
                #expect(try await lines.next() == "heard ping")
                #expect(await port.tell(["say": "news"]) == ["said": "news"])
                #expect(try await lines.next() == "news")
            }
        }
    }

    @Test("a second client waits for its turn, and gets it")
    func oneAtATime() async throws {
        try await withPort(.tcp(host: "127.0.0.1", port: 0)) { port, address async throws in
            async let second: Void = connected(to: address) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
            }
            try await connected(to: address) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
            }
            try await second
            #expect(await port.tell(["count": true]) == ["opened": 2])
        }
    }

    @Test("a device that hangs up is reached again")
    func hangsUp() async throws {
        try await withPort(.tcp(host: "127.0.0.1", port: 0)) { port, address async throws in
            try await connected(to: address) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
                #expect(await port.tell(["close": true]) == ["closed": true])
                #expect(try await lines.next() == nil)
            }
            try await connected(to: address) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
            }
        }
    }

    @Test("stopping closes the link")
    func stops() async throws {
        let port = SimulatedPort(
            ParrotDevice(), at: .tcp(host: "127.0.0.1", port: 0), group: MultiThreadedEventLoopGroup.singleton,
            clock: testClock)
        try await connected(to: try await port.start()) { lines, _ async throws in
            #expect(try await lines.next() == "hello tcp")
            await port.stop()
            #expect(try await lines.next() == nil)
        }
        await #expect(throws: SimulatedPortProblem.notStartable) { try await port.start() }
    }

    @Test("a client that does not read holds the device back, and in the end gets every byte in order")
    func backpressure() async throws {
        let count = 40_000
        let tail = String(repeating: ".", count: 1000)
        try await withPort(.tcp(host: "127.0.0.1", port: 0)) { port, address async throws in
            try await connected(to: address) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
                let answers = Answers()
                let telling = Task {
                    for _ in 0..<4 {
                        _ = await port.tell(["many": .integer(count / 4), "tail": 1000])
                        await answers.add()
                    }
                }
                for number in 1...count {
                    let line = try await lines.next()
                    guard line == "\(number)\(tail)" else {
                        Issue.record("line \(number) is \(line ?? "missing")")
                        break
                    }
                    // A quarter is 10 MB, more than the sockets hold: what was answered cannot be far ahead of what
                    // was read.
                    if number == count / 4 { #expect(await answers.count < 4) }
                }
                await telling.value
            }
        }
    }

    @Test("a line that cuts, joins and delays still brings everything")
    func faults() async throws {
        var plan = LineFaults.Plan.tcp
        plan.disconnectOneIn = 0
        try await withPort(.tcp(host: "127.0.0.1", port: 0), faults: plan) { port, address async throws in
            try await connected(to: address) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
                for word in ["one", "two", "three"] { _ = await port.tell(["say": .string(word)]) }
                for word in ["one", "two", "three"] { #expect(try await lines.next() == word) }
            }
        }
    }

    @Test("the device wakes when it asked to")
    func wakes() async throws {
        try await withPort(.tcp(host: "127.0.0.1", port: 0)) { port, address async throws in
            try await connected(to: address) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
                _ = await port.tell(["sleep": 5])
                #expect(try await lines.next() == "awake")
            }
        }
    }

    private func withPort(
        _ door: SimulatedDoor, faults: LineFaults.Plan? = nil, _ body: (SimulatedPort, String) async throws -> Void
    ) async throws {
        let port = SimulatedPort(
            ParrotDevice(), at: door, faults: faults, group: MultiThreadedEventLoopGroup.singleton, clock: testClock)
        let address = try await port.start()
        do {
            try await body(port, address)
        } catch {
            await port.stop()
            throw error
        }
        await port.stop()
    }

    private actor Answers {
        private(set) var count = 0
        func add() { count += 1 }
    }
}
