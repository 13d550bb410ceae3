import GatehouseDriverKit
import Glibc
import NIOPosix
import Testing

@testable import GatehousePorts

@Suite("Push door under pressure", .timeLimit(.minutes(1)))
struct PushPressureTests {
    /// One loop, so that what happened first is known first.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    @Test("two hundred clients that drip hold nobody up")
    func slowClients() async throws {
        let door = try await opened(PushLimits())
        var dripping: [HTTPClient] = []
        for _ in 0..<200 {
            let client = try await HTTPClient(door.port)
            await client.say("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx")
            dripping.append(client)
        }
        let client = try await HTTPClient(door.port)
        for _ in 0..<20 {
            async let answer = client.ask("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
            let call = try await nextCall(of: door)
            #expect(call.request.path == "/quick")
            call.respond(.init())
            #expect(await answer?.status == 200)
        }
        await door.close()
    }

    @Test("one connection too many takes the place of the one that has been idle longest")
    func tooMany() async throws {
        var limits = PushLimits()
        limits.connections = 4
        let door = try await opened(limits)
        let clients = [
            try await HTTPClient(door.port), try await HTTPClient(door.port), try await HTTPClient(door.port),
            try await HTTPClient(door.port),
        ]
        // All are known to be in: each has been answered, the first one last.
        for client in clients.reversed() {
            await client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await nextCall(of: door).respond(.init())
            #expect(await client.answer()?.status == 200)
        }
        let late = try await HTTPClient(door.port)
        #expect(await clients[3].connection.hasEnded())
        await late.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try await nextCall(of: door).respond(.init())
        #expect(await late.answer()?.status == 200)
        await door.close()
    }

    @Test("who says nothing, or only half a head, is hung up on")
    func silence() async throws {
        var limits = PushLimits()
        limits.patience = .milliseconds(200)
        let door = try await opened(limits)
        let silent = try await HTTPClient(door.port)
        let half = try await HTTPClient(door.port)
        await half.say("GET / HT")
        #expect(await silent.connection.hasEnded())
        #expect(await half.connection.hasEnded())
        await door.close()
    }

    @Test("who stops in the middle of a request is told why, and hung up on")
    func halfBody() async throws {
        var limits = PushLimits()
        limits.patience = .seconds(4)
        limits.leave = .milliseconds(200)
        let door = try await opened(limits)
        let client = try await HTTPClient(door.port)
        await client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        #expect(await client.answer()?.status == 408)
        #expect(await client.connection.hasEnded())
        await door.close()
    }

    @Test("a call that nobody answers in time is answered with 503, and a late answer is not taken for the next one's")
    func unanswered() async throws {
        var limits = PushLimits()
        limits.patience = .seconds(4)
        let door = try await opened(limits)
        let client = try await HTTPClient(door.port)
        await client.say("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n")
        let first = try await nextCall(of: door)
        #expect(await client.answer()?.status == 503)
        let second = try await nextCall(of: door)
        first.respond(.init(status: 404))
        second.respond(.init(status: 200))
        #expect(await client.answer()?.status == 200)
        await door.close()
    }

    @Test("a call that is dropped is answered with 503, and the connection goes on")
    func dropped() async throws {
        let door = try await opened(PushLimits())
        let client = try await HTTPClient(door.port)
        for path in ["/one", "/two"] {
            await client.say("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await nextCall(of: door).request.path == path)
            #expect(await client.answer()?.status == 503)
        }
        await door.close()
    }

    @Test("only the first answer counts")
    func answeredTwice() async throws {
        let door = try await opened(PushLimits())
        let client = try await HTTPClient(door.port)
        await client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let call = try await nextCall(of: door)
        call.respond(.init(status: 404))
        call.respond(.init(status: 200))
        #expect(await client.answer()?.status == 404)
        await door.close()
    }

    @Test("a device that hangs up before its answer harms nobody, and its memory is given back")
    func hangsUp() async throws {
        var limits = PushLimits()
        limits.allBodies = 1000
        limits.smallBody = 0
        let door = try await opened(limits)
        for _ in 0..<5 {
            let client = try await HTTPClient(door.port)
            await client.say(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + String(repeating: "x", count: 900))
            let call = try await nextCall(of: door)
            client.connection.cut()
            call.respond(.init())
        }
        await door.close()
    }

    @Test("closing the door ends the calls and hangs up on everybody")
    func closes() async throws {
        let door = try await opened(PushLimits())
        let client = try await HTTPClient(door.port)
        await client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let call = try await nextCall(of: door)
        await door.close()
        #expect(await client.connection.hasEnded())
        call.respond(.init())
        var calls = door.calls.makeAsyncIterator()
        #expect(await calls.next() == nil)
        await #expect(throws: SystemFailure.self) { try await HTTPClient(door.port) }
    }

    @Test("a port that is taken is told from an address that is not ours")
    func cannotListen() async throws {
        let group = Self.group
        let door = try await opened(PushLimits())
        await #expect(throws: PortError.addressInUse) {
            try await PushDoor.open(host: "127.0.0.1", port: door.port, group: group)
        }
        await #expect(throws: PortError.noSuchAddress) {
            try await PushDoor.open(host: "192.0.2.1", port: 0, group: group)
        }
        await #expect(throws: PortError.unreachable) {
            try await PushDoor.open(host: "no..host", port: 0, group: group)
        }
        await door.close()
    }

    private func opened(_ limits: PushLimits) async throws -> PushDoor {
        try await PushDoor.open(
            host: "127.0.0.1", port: 0, group: Self.group, limits: limits)
    }
}
