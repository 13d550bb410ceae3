import Foundation
import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Key store")
struct KeyStoreTests {
    private let folder: TemporaryFolder
    private let store: KeyStore

    init() throws {
        folder = try TemporaryFolder()
        store = KeyStore(path: folder.path + "/keys")
    }

    @Test("there is no server pair until somebody asks for one, and then it stays")
    func server() throws {
        #expect(try store.existingServer() == nil)
        let pair = try store.server()
        #expect(try store.existingServer() == pair)
        #expect(pair.publicKey != pair.secretKey)
    }

    @Test("a client's file holds what it needs to connect")
    func client() throws {
        let entry = try store.makeClient("board-1", role: .subscriber)
        let file = try ClientKeyFile(path: entry.secretKeyFile)
        #expect(file.keys.publicKey == entry.publicKey)
        #expect(file.serverKey == (try store.server().publicKey))
        #expect(entry.serverKey == file.serverKey)
        #expect(try store.clients() == [ClientKey(name: "board-1", role: .subscriber, publicKey: entry.publicKey)])
        #expect(entry.json["role"]?.text == "subscriber")
    }

    @Test("files are for their owner only")
    func modes() throws {
        let entry = try store.makeClient("a", role: .publisher)
        let files = [entry.secretKeyFile, store.path + "/server.key", store.path + "/clients/a.key"]
        #expect(try files.map(mode) == [0o600, 0o600, 0o600])
        #expect(try ["", "/clients", "/secrets"].map { try mode(store.path + $0) } == [0o700, 0o700, 0o700])
    }

    @Test("a revoked client is gone, and its name is free for other keys")
    func revoke() throws {
        let first = try store.makeClient("a", role: .operator)
        #expect(try store.revoke("a"))
        #expect(try !store.revoke("a"))
        #expect(try store.entries().isEmpty)
        #expect(try store.makeClient("a", role: .operator).publicKey != first.publicKey)
    }

    @Test("a name that is taken is refused")
    func twice() throws {
        _ = try store.makeClient("a", role: .operator)
        #expect(throws: BusError.self) { try store.makeClient("a", role: .subscriber) }
        #expect(try store.clients().map(\.role) == [.operator])
    }

    @Test(
        "a name that could leave the folder is no name",
        arguments: ["", "../x", "a/b", "a b", "ä", "a\0b", String(repeating: "a", count: 65)])
    func names(name: String) throws {
        #expect(throws: BusError.self) { try store.makeClient(name, role: .subscriber) }
        #expect(try !store.revoke(name))
    }

    @Test("the local operator's keys are made once, and made anew when its file is lost")
    func localOperator() throws {
        let first = try store.localOperator()
        #expect(first.role == .operator)
        #expect(try store.localOperator() == first)
        try FileManager.default.removeItem(atPath: store.path + "/secrets/local.key")
        let second = try store.localOperator()
        #expect(second.keys != first.keys)
        #expect(try store.clients().map(\.publicKey) == [second.keys.publicKey])
    }

    @Test("a damaged file is named")
    func damaged() throws {
        _ = try store.makeClient("a", role: .subscriber)
        try Data("{".utf8).write(to: URL(fileURLWithPath: store.path + "/clients/a.key"))
        #expect { try store.clients() } throws: { ($0 as? BusError)?.message.contains("clients/a.key") == true }
        #expect(throws: BusError.self) { try ClientKeyFile(path: store.path + "/clients/a.key") }
        #expect(throws: BusError.self) { try ClientKeyFile(path: store.path + "/missing") }
    }

    @Test("a key file survives the way through its JSON", arguments: ClientRole.allCases)
    func json(role: ClientRole) throws {
        let file = ClientKeyFile(
            name: "x", role: role, keys: try .generate(), serverKey: try CurveKeyPair.generate().publicKey)
        #expect(ClientKeyFile(json: file.json) == file)
        #expect(ClientKeyFile(json: Array(file.json.dropLast(4))) == nil)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}
