import GatehouseModel
import GatehouseTestKit
import Testing

/// The entries of `Vectors/hanvon.json`.
enum HanvonVectors {
    static let all: JSONValue = {
        guard let bytes = try? Fixture.bytes("Vectors/hanvon.json"), let json = try? JSONValue(parsing: bytes) else {
            return .null
        }
        return json
    }()

    /// The text under that name; none, and a failure, where there is none.
    static func text(_ name: String) -> String {
        let text = all[name]?.text ?? ""
        if text.isEmpty { Issue.record("no vector \(name)") }
        return text
    }
}
