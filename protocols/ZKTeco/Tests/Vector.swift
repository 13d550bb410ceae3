import GatehouseModel
import GatehouseTestKit
import GatehouseWireKit
import ZKTecoWire

/// One entry of `Vectors/zkteco.json`: bytes that were recorded or published, where, and what they must
/// mean.
struct Vector: Sendable, CustomStringConvertible {
    var name: String
    var json: JSONValue

    var description: String { name }

    /// The bytes, for entries in hexadecimal.
    var bytes: [UInt8] { json["hex"]?.text.flatMap { Hex.bytes($0) } ?? [] }

    /// The text, for entries that are lines of a file.
    var text: String { json["text"]?.text ?? "" }

    func number(_ field: String) -> Int? { json["decoded"]?[field]?.integer }

    func string(_ field: String) -> String? { json["decoded"]?[field]?.text }

    /// `time`, read as the vendor writes it.
    var time: ZKTime? { string("time").flatMap { ZKTime(text: $0[...]) } }

    /// All entries. An unreadable file gives none, and `VectorTests` fails.
    static let all: [Vector] = {
        guard let bytes = try? Fixture.bytes("Vectors/zkteco.json"),
            let elements = (try? JSONValue(parsing: bytes))?.elements
        else { return [] }
        return elements.map { Vector(name: $0["name"]?.text ?? "", json: $0) }
    }()

    static func named(_ prefix: String) -> [Vector] {
        all.filter { $0.name.hasPrefix(prefix) }
    }

    /// Entries that are whole packets.
    static let packets = all.filter { $0.number("checksum") != nil }
}
