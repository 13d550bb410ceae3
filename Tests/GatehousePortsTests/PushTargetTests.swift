import GatehouseDriverKit
import NIOHTTP1
import Testing

@testable import GatehousePorts

@Suite("Push target")
struct PushTargetTests {
    @Test(
        "a path and its fields are taken apart, percent signs and pluses resolved",
        arguments: [
            ("/", "/", []), ("/iclock/cdata", "/iclock/cdata", []), ("/a%20b+c", "/a b+c", []),
            ("/x?SN=1&table=ATTLOG", "/x", [("SN", "1"), ("table", "ATTLOG")]),
            ("/x?a=b=c&&d&e=", "/x", [("a", "b=c"), ("d", ""), ("e", "")]), ("/x?", "/x", []),
            ("/x?a=1+2%2B3%26%3d", "/x", [("a", "1 2+3&=")]), ("/x?a=?b", "/x", [("a", "?b")]),
            ("/x?%53N=%e4%b8%ad", "/x", [("SN", "中")]), ("http://host:80/x?a=b", "/x", [("a", "b")]),
            ("HTTP://host", "/", []), ("http://host?a=b", "/", [("a", "b")]), ("/x#y", "/x", []), ("//x", "//x", []),
        ] as [(String, String, [(String, String)])])
    func read(text: String, path: String, query: [(String, String)]) throws {
        let target = try #require(PushTarget(text))
        #expect(target.path == path)
        #expect(target.query == query.map { DeviceRequest.QueryField($0.0, $0.1) })
    }

    @Test("bytes that are no UTF-8 are kept, each as the Latin-1 character of its number")
    func latin1() throws {
        #expect(try #require(PushTarget("/%D6%D0?a=%ff")).path == "/\u{D6}\u{D0}")
        #expect(try #require(PushTarget("/?a=%ff")).query.first?.value == "\u{FF}")
    }

    @Test(
        "anything else is refused",
        arguments: ["", "*", "x", "?a=b", "/%", "/%4", "/%zz", "/x?a=%g1", "/x?%=1", "ftp://host/", "host:80"])
    func refused(text: String) {
        #expect(PushTarget(text) == nil)
    }
}

@Suite("HTTP date")
struct HTTPDateTests {
    @Test(
        "is written in the one form, in GMT",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_795_000_000, "Wed, 18 Nov 2026 11:06:40 GMT"),
        ])
    func written(seconds: Int, text: String) {
        #expect(httpDate(seconds) == text)
    }
}

@Suite("Push answer")
struct PushAnswerTests {
    @Test("a status that is no final answer becomes a failure", arguments: [0, 100, 199, 600, -1])
    func noAnswer(status: Int) {
        let answer = PushAnswer(DeviceResponse(status: status), keepsAlive: true, version: .http1_1, now: 0)
        #expect(answer.head.status.code == 500)
    }

    @Test("an answer that has no body says nothing of one", arguments: [204, 304])
    func bare(status: Int) {
        let answer = PushAnswer(
            DeviceResponse(status: status, body: [1]), keepsAlive: true, version: .http1_1, now: 0)
        #expect(answer.body == [])
        #expect(answer.head.headers.isEmpty)
    }
}
