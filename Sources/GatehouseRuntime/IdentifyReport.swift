import GatehouseDriverKit
import GatehouseEngine
public import GatehouseModel

/// What a search of a port has found.
public struct PortReport: Sendable {
    /// As it was named.
    public var port: String
    var place: IdentifiedPlace
    var families: [DriverFamily]
    var findings: [Identification.Finding] = []
    /// The beginning of what the port said.
    var heard: [UInt8] = []

    /// `{"port", "found": [{"driver", "line", "facts", "certain", "yaml"}], "heard": "hex"}`; `line` is null where
    /// the kernel's word was enough and in the network.
    public var json: JSONValue {
        ["port": .string(port), "found": .array(findings.map(entry)), "heard": .string(Self.hex(heard))]
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private func entry(_ finding: Identification.Finding) -> JSONValue {
        let facts = finding.recognition.facts
        return [
            "driver": .string(finding.family), "line": .optional(finding.line?.text),
            "facts": [
                "vendor": .optional(facts.vendor), "model": .optional(facts.model), "serial": .optional(facts.serial),
                "firmware": .optional(facts.firmware),
            ],
            "certain": .bool(finding.recognition.isCertain), "yaml": .string(yaml(finding)),
        ]
    }

    /// The entry to paste into the site file.
    func yaml(_ finding: Identification.Finding) -> String {
        finding.yaml(at: place, family: families.first { $0.name == finding.family })
    }
}
