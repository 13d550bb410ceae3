import Testing

@testable import GatehouseBus

@Suite("Authentication")
struct AuthenticationTests {
    private let key = [UInt8](repeating: 7, count: 32)

    @Test("a listed key comes in, and its user id is the key")
    func listed() throws {
        let text = try #require(Z85.encode(key))
        let clients = ClientList([ClientKey(name: "board", role: .subscriber, publicKey: text)])
        let answer = try #require(Authentication(frames: question())).answer(for: clients)
        #expect(answer == [bytes("1.0"), bytes("9"), bytes("200"), bytes("OK"), bytes(text), []])
    }

    @Test("another key, a short one, and another mechanism stay out")
    func unlisted() throws {
        let clients = ClientList([ClientKey(name: "x", role: .operator, publicKey: "")])
        let questions = [question(), question(key: [1, 2]), question(mechanism: "PLAIN"), question(mechanism: "NULL")]
        for frames in questions {
            let answer = try #require(Authentication(frames: frames)).answer(for: ClientList([]))
            #expect(answer[2] == bytes("400"))
        }
        #expect(try #require(Authentication(frames: question())).answer(for: clients)[2] == bytes("400"))
    }

    @Test("what is no question of version 1.0 is none")
    func noQuestion() {
        #expect(Authentication(frames: []) == nil)
        #expect(Authentication(frames: [bytes("2.0")] + question().dropFirst()) == nil)
        #expect(Authentication(frames: Array(question().prefix(5))) == nil)
    }

    @Test("a list loses whoever is not on the newer one under the same key")
    func losing() {
        let (one, other) = (
            ClientKey(name: "a", role: .operator, publicKey: "k1"),
            ClientKey(name: "a", role: .operator, publicKey: "k2")
        )
        #expect(ClientList([one]).loses(in: ClientList([other])))
        #expect(!ClientList([one]).loses(in: ClientList([one, other])))
    }

    @Test("a Z85 key is 40 characters of its alphabet", arguments: ["", "short", String(repeating: "~", count: 40)])
    func z85(text: String) {
        #expect(!Z85.isKey(text))
        #expect(Z85.encode([1, 2, 3]) == nil)
    }

    private func question(key: [UInt8]? = nil, mechanism: String = "CURVE") -> [[UInt8]] {
        [bytes("1.0"), bytes("9"), bytes("gatehouse"), bytes("127.0.0.1"), [], bytes(mechanism), key ?? self.key]
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
