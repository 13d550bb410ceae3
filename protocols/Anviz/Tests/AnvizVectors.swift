import GatehouseModel
import GatehouseTestKit
import GatehouseWireKit
import Testing

/// The entries of `Vectors/anviz.json`.
enum AnvizVectors {
    static let all: JSONValue = {
        guard let bytes = try? Fixture.bytes("Vectors/anviz.json"), let json = try? JSONValue(parsing: bytes) else {
            return .null
        }
        return json
    }()

    /// The bytes under that name; none, and a failure, where there are none.
    static func bytes(_ name: String) -> [UInt8] {
        let bytes = all[name]?.text.flatMap { Hex.bytes($0) } ?? []
        if bytes.isEmpty { Issue.record("no vector \(name)") }
        return bytes
    }
}
