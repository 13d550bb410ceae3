import GatehouseModel
import GatehouseTestKit
import GatehouseWireKit
import OSDPWire
import Testing

/// AES for tests.
let cipher = BlockCipher(encrypt: SlowAES.encrypt, decrypt: SlowAES.decrypt)

/// One exchange of `Vectors/osdp.json`.
struct OSDPVector: Sendable, CustomTestStringConvertible {
    var set: String
    var note: String
    var command: [UInt8]
    /// Nil where the device stayed silent.
    var reply: [UInt8]?
    /// What the panel meant, before encryption; nil where the file does not say.
    var plainCommand: OSDPCommand?
    var replyCode: UInt8?
    var replyData: [UInt8]?

    var testDescription: String { "\(set): \(note)" }

    /// The whole file. An unreadable one is empty, and the tests that count its entries fail.
    static let file: JSONValue = {
        guard let bytes = try? Fixture.bytes("Vectors/osdp.json"), let json = try? JSONValue(parsing: bytes) else {
            return .null
        }
        return json
    }()

    static let all: [OSDPVector] = (file["sets"]?.members ?? []).flatMap { exchanges(of: $0.name) }

    static func exchanges(of set: String) -> [OSDPVector] {
        let content = file["sets"]?[set]
        return (content?.elements ?? content?["exchanges"]?.elements ?? []).map { OSDPVector(set, $0) }
    }

    init(_ set: String, _ json: JSONValue) {
        self.set = set
        note = json["note"]?.text ?? ""
        command = json.bytes("command") ?? []
        reply = json.bytes("reply")
        replyCode = json.bytes("reply_code")?.first
        replyData = json.bytes("reply_data")
        plainCommand = json.bytes("command_code")?.first.map {
            OSDPCommand(code: $0, data: json.bytes("command_data") ?? [])
        }
    }
}

extension JSONValue {
    func bytes(_ name: String) -> [UInt8]? { self[name]?.text.flatMap { Hex.bytes($0) } }
}

/// A frame that must be one.
func frame(_ bytes: [UInt8]) throws -> OSDPFrame { try #require(OSDPFrame(bytes[...]), "no frame: \(Hex.text(bytes))") }
