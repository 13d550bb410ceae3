import GatehouseModel
import GatehouseSimulationPorts
import NIOPosix
import Testing

@Suite("A simulation's run", .timeLimit(.minutes(1)))
struct SimulationRunTests {
    @Test("says where it is, answers each line, and goes on after the last until it is cancelled")
    func run() async throws {
        let (commands, typing) = AsyncStream.makeStream(of: String.self)
        let (said, saying) = AsyncStream.makeStream(of: String.self)
        let port = SimulatedPort(
            ParrotDevice(), at: .tcp(host: "127.0.0.1", port: 0), group: MultiThreadedEventLoopGroup.singleton,
            clock: testClock)
        let run = Task {
            try await SimulationRun.run(kind: "parrot", port: port, commands: commands) { saying.yield($0) }
            saying.finish()
        }
        var lines = said.makeAsyncIterator()
        let ready = try JSONValue(parsing: try #require(await lines.next()).utf8)
        #expect(ready["kind"] == "parrot")
        let address = try #require(ready["address"]?.text)
        typing.yield(#"{"say": "a"}"#)
        #expect(await lines.next() == #"{"said":"a"}"#)
        typing.yield("  ")
        typing.yield("{")
        #expect(await lines.next()?.hasPrefix(#"{"error":"no JSON at byte 1"#) == true)
        typing.yield(#"{"dance": true}"#)
        #expect(await lines.next() == #"{"error":"the device did not answer"}"#)
        typing.finish()
        try await connected(to: address) { lines, _ async throws in
            #expect(try await lines.next() == "hello tcp")
        }
        run.cancel()
        try await run.value
        #expect(await lines.next() == nil)
    }
}
