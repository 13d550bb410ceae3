import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import Testing

@Suite("Own codes")
struct OwnCodeTests {
    @Test(
        "a code of ours says kind and id; an id may have points of its own",
        arguments: [
            ("GH1.C.CP01.abcdefghijklmnop", .checkpoint, "CP01"), ("GH1.N.blocked.x", .condition, "blocked"),
            ("GH1.P.E.10.01.abc", .person, "E.10.01"), ("GH1.C.CP01.", .checkpoint, "CP01"),
        ] as [(String, RegisteredCode.Kind, String)])
    func parts(text: String, kind: RegisteredCode.Kind, id: String) throws {
        let code = try #require(OwnCode(text))
        #expect(code.kind == kind)
        #expect(code.id == id)
        #expect(code.text == text)
        #expect(text.hasPrefix(code.signed))
    }

    @Test(
        "what lacks a part is no code of ours",
        arguments: [
            "", "GH1", "GH1.", "GH1.C", "GH1.C.CP01", "GH1.X.CP01.abc", "GH1.c.CP01.abc", "gh1.C.CP01.abc",
            "GH2.C.CP01.abc", "GH1.C..abc", "GH1.C.号.abc", " GH1.C.CP01.abc",
            "GH1.C.\(String(repeating: "x", count: 65)).abc",
        ])
    func others(text: String) {
        #expect(OwnCode(text) == nil)
    }

    @Test(
        "an own code is signed with the right tag and forged with any other; a registered text is read after that",
        arguments: [
            ("GH1.C.CP01.right", "checkpoint", "CP01", "signed", "CP01"),
            ("GH1.N.gone.right", "condition", "gone", "signed", "gone"),
            ("GH1.P.E1.wrong", "person", "E1", "forged", "wand"),
            ("GH1.C.CP02.wrong", "checkpoint", "CP02", "forged", "wand"),
            ("GH1.C.CP02", "checkpoint", "CP02", "registered", "CP02"),
            ("GH1.C.CP03", "unknown", nil, "unknown", "wand"),
        ] as [(String, String, String?, String, String)])
    func meaning(text: String, kind: String, value: String?, authentic: String, subject: String) throws {
        let event = try scan(text) { $0.tag == "right" }
        #expect(event.data["kind"]?.text == kind)
        #expect(event.data["value"] == .optional(value))
        #expect(event.data["authentic"]?.text == authentic)
        #expect(event.subject == subject)
    }

    @Test("without a key nothing is said of a code of ours")
    func withoutKey() throws {
        let event = try scan("GH1.C.CP01.right", verify: nil)
        #expect(event.data["authentic"] == "unknown")
        #expect(event.data["kind"] == "unknown")
    }

    private func scan(
        _ text: String, verify: (@Sendable (OwnCode) -> Bool)?
    ) throws -> (subject: String, data: JSONValue) {
        let profile = DeviceProfile(
            site: "sh1", device: "wand", driver: "line-scanner", hasMemory: false, zone: .utc)
        // One code is registered as well, and one that lacks its tag.
        let codes = ["GH1.C.CP02", "GH1.C.CP02.wrong"].map { ($0, RegisteredCode(kind: .checkpoint, value: "CP02")) }
        let scans = ScanReader(codes: Dictionary(uniqueKeysWithValues: codes), verifyCode: verify)
        var normaliser = Normaliser(profile: profile, scans: scans, seed: 1)
        let now = Now(wall: Moment(seconds: 1_800_000_000), uptime: .zero)
        let event = normaliser.event(for: .scan(ScanReading(payload: Array(text.utf8))), at: now)
        return (event.subject, try JSONValue(parsing: event.data))
    }
}
