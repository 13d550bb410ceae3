import Foundation
import GatehouseRuntime
import GatehouseSite
import Testing

@Suite("The file of the code key")
struct CodeKeyFileTests {
    private let folder = NSTemporaryDirectory() + "gatehouse-codes-\(UUID().uuidString)"

    @Test("the key is made at first need, for its owner alone, and is the same ever after")
    func madeOnce() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try CodeKeyFile.key(in: "\(folder)/data", secrets: [:])
        let second = try CodeKeyFile.key(in: "\(folder)/data", secrets: [:])
        let path = "\(folder)/data/codes.key"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(try String(contentsOfFile: path, encoding: .utf8).wholeMatch(of: /[0-9a-f]{64}\n/) != nil)
        #expect(first.tag(of: "GH1.C.CP01") == second.tag(of: "GH1.C.CP01"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/data") == ["codes.key"])
    }

    @Test("two sites have two keys")
    func twoSites() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tags = try ["a", "b"].map { try CodeKeyFile.key(in: "\(folder)/\($0)", secrets: [:]).tag(of: "GH1.C.CP01") }
        #expect(tags[0] != tags[1])
    }

    @Test("a secret named codes is the key, and no file is made")
    func secret() throws {
        let key = try CodeKeyFile.key(in: folder, secrets: ["codes": "a phrase"])
        #expect(key.tag(of: "GH1.C.CP01") == CodeKey(secret: "a phrase").tag(of: "GH1.C.CP01"))
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test("a damaged file is not written over")
    func damaged() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "0123".write(toFile: "\(folder)/codes.key", atomically: true, encoding: .utf8)
        #expect(throws: StartProblem.self) { try CodeKeyFile.key(in: folder, secrets: [:]) }
        #expect(try String(contentsOfFile: "\(folder)/codes.key", encoding: .utf8) == "0123")
    }
}
