import GatehouseDriverKit
import Glibc
import NIOPosix
import Testing

@testable import GatehousePorts

@Suite("Push door", .timeLimit(.minutes(1)))
struct PushDoorTests {
    @Test("a request comes with its path, query and body, and its answer goes out as plain text with its length")
    func exchange() async throws {
        try await withEcho { door, client async throws in
            let answer = await client.ask(
                "POST /iclock/cdata?SN=CGXH1&table=ATT+LOG&x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
            #expect(
                answer
                    == HTTPAnswer(
                        status: 200, fields: ["Content-Type: text/plain", "Content-Length: 70"],
                        body: Array("POST /iclock/cdata [SN=CGXH1, table=ATT LOG, x=] hello from 127.0.0.1\n".utf8)))
        }
    }

    @Test("a connection is used for many requests, as HTTP/1.1 does, and closed on request")
    func keepsAlive() async throws {
        try await withEcho { _, client async throws in
            #expect(await client.ask("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")?.status == 200)
            #expect(await client.ask("GET /b HTTP/1.1\r\nHost: a\r\n\r\n")?.text.hasPrefix("GET /b ") == true)
            let last = await client.ask("GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(last?["Connection"] == "close")
            #expect(await client.connection.hasEnded())
        }
    }

    @Test("an HTTP/1.0 device is answered and let go, unless it asks to stay")
    func oldVersion() async throws {
        try await withEcho { door, client async throws in
            let stays = await client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(stays?["Connection"] == "keep-alive")
            #expect(await client.ask("GET / HTTP/1.0\r\n\r\n")?.status == 200)
            #expect(await client.connection.hasEnded())
        }
    }

    @Test("requests that come in one piece are answered in their order")
    func pipelined() async throws {
        try await withEcho { _, client async throws in
            await client.say((1...20).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for number in 1...20 {
                #expect(await client.answer()?.text.hasPrefix("GET /\(number) ") == true)
            }
        }
    }

    @Test("a body in chunks is put together")
    func chunked() async throws {
        try await withEcho { _, client async throws in
            await client.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            let answer = await client.ask("5;x=y\r\ndefgh\r\n0\r\nTrailer: 1\r\n\r\n")
            #expect(answer?.text == "POST / [] abcdefgh from 127.0.0.1\n")
        }
    }

    @Test("a request byte by byte is the same request")
    func byteByByte() async throws {
        try await withEcho { _, client async throws in
            for byte in "POST /x?y=%31 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok" {
                await client.say("\(byte)")
            }
            #expect(await client.answer()?.text == "POST /x [y=1] ok from 127.0.0.1\n")
        }
    }

    @Test("who asks first whether the body is welcome is told to go on")
    func expectContinue() async throws {
        try await withEcho { _, client async throws in
            let go = await client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(go == HTTPAnswer(status: 100, fields: [], body: []))
            #expect(await client.ask("ok")?.text == "POST / [] ok from 127.0.0.1\n")
        }
    }

    @Test("the time is told in GMT, and only where the driver wants it told")
    func tellsTime() async throws {
        let door = try await opened(wall: { 784_111_777 })
        let client = try await HTTPClient(door.port)
        await client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try await nextCall(of: door).respond(DeviceResponse(body: [0x4F, 0x4B], tellsTime: true))
        #expect(await client.answer()?["Date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
        await door.close()
    }

    @Test(
        "what is wrong is refused with the reason, and the connection closes",
        arguments: [
            ("GET /\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\r\n\r\n", 400),
            ("GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/2.0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            ("PUT / HTTP/1.1\r\nHost: a\r\n\r\n", 405), ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 405),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: magic\r\n\r\n", 417),
            ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\n\(String(repeating: "A: b\r\n", count: 4000))\r\n", 431),
        ])
    func refused(request: String, status: Int) async throws {
        var limits = PushLimits()
        limits.leave = .milliseconds(300)
        try await withEcho(limits) { _, client async throws in
            let answer = await client.ask(request)
            #expect(answer?.status == status)
            #expect(answer?["Connection"] == "close")
            #expect(await client.connection.hasEnded())
        }
    }

    @Test("a body that grows too long is refused before all of it has come, and its sender still hears why")
    func tooLong() async throws {
        var limits = PushLimits()
        limits.body = 100_000
        try await withEcho(limits) { _, client async throws in
            await client.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            await client.say("F4240\r\n" + String(repeating: "x", count: 1_000_000) + "\r\n0\r\n\r\n")
            #expect(await client.answer()?.status == 413)
            #expect(await client.connection.hasEnded())
        }
    }

    @Test("the longest body that is allowed comes through whole")
    func longest() async throws {
        let door = try await opened()
        let client = try await HTTPClient(door.port)
        let body = pattern(8 * 1024 * 1024)
        async let call = nextCall(of: door)
        await client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
        await client.connection.write(body)
        #expect(try await call.request.body == body)
        await door.close()
    }

    @Test("bodies of all devices together are bounded, and room comes back with the answers")
    func allBodies() async throws {
        var limits = PushLimits()
        limits.allBodies = 30_000
        limits.smallBody = 0
        let door = try await opened(limits)
        let request =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n\(String(repeating: "x", count: 20_000))"
        let first = try await HTTPClient(door.port)
        let second = try await HTTPClient(door.port)
        await first.say(request)
        let call = try await nextCall(of: door)
        #expect(await second.ask(request)?.status == 503)
        call.respond(DeviceResponse())
        #expect(await first.answer()?.status == 200)
        await first.say(request)
        try await nextCall(of: door).respond(DeviceResponse())
        #expect(await first.answer()?.status == 200)
        await door.close()
    }

    @Test("small bodies have room when large ones have taken all of theirs")
    func smallBodies() async throws {
        var limits = PushLimits()
        limits.connections = 4
        limits.smallBody = 1000
        limits.allBodies = 24_000
        let door = try await opened(limits)
        let large =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n\(String(repeating: "x", count: 20_000))"
        let small = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n\(String(repeating: "x", count: 900))"
        let greedy = try await HTTPClient(door.port)
        await greedy.say(large)
        let kept = try await nextCall(of: door)
        let refused = try await HTTPClient(door.port)
        #expect(await refused.ask(large)?.status == 503)
        let modest = try await HTTPClient(door.port)
        await modest.say(small)
        try await nextCall(of: door).respond(DeviceResponse())
        #expect(await modest.answer()?.status == 200)
        kept.respond(DeviceResponse())
        await door.close()
    }

    private func opened(
        _ limits: PushLimits = PushLimits(), wall: @escaping @Sendable () -> Int = { 0 }
    ) async throws -> PushDoor {
        try await PushDoor.open(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, limits: limits, wall: wall)
    }

    /// A door whose calls are answered with what was asked, and a client of it.
    private func withEcho(
        _ limits: PushLimits = PushLimits(), _ body: (PushDoor, HTTPClient) async throws -> Void
    ) async throws {
        let door = try await opened(limits)
        let answering = Task {
            for await call in door.calls {
                let asked = call.request
                let fields = asked.query.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
                let text = String(decoding: asked.body, as: UTF8.self)
                let line = "\(asked.method) \(asked.path) [\(fields)] \(text) from \(call.peer)\n"
                call.respond(DeviceResponse(body: Array(line.utf8)))
            }
        }
        try await body(door, HTTPClient(door.port))
        await door.close()
        await answering.value
    }
}

/// The next request at a door that has no other reader.
func nextCall(of door: PushDoor) async throws -> PushCall {
    var calls = door.calls.makeAsyncIterator()
    return try #require(await calls.next())
}

extension HTTPAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }
}
