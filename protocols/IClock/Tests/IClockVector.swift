import GatehouseModel
import GatehouseTestKit
import GatehouseWireKit

/// One entry of `Vectors/iclock.json`: a body or a line from the maker's document, and what it must mean.
struct IClockVector: Sendable {
    var json: JSONValue

    init(_ name: String) throws {
        let all = try JSONValue(parsing: Fixture.bytes("Vectors/iclock.json")).elements ?? []
        guard let found = all.first(where: { $0["name"]?.text == name }) else { throw Missing(name: name) }
        json = found
    }

    struct Missing: Error {
        var name: String
    }

    var text: String { json["text"]?.text ?? "" }
    /// The text's bytes, or those written in hexadecimal.
    var bytes: [UInt8] { json["hex"]?.text.flatMap { Hex.bytes($0) } ?? Array(text.utf8) }
    var decoded: JSONValue { json["decoded"] ?? .null }
}
