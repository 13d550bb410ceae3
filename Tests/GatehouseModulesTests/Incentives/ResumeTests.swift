import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("Resuming changes nothing")
struct ResumeTests {
    @Test("splitting a history at any point and resuming from a snapshot says the same, to the byte", arguments: 1...6)
    func split(seed: UInt64) throws {
        let whole = try Self.play(seed: seed, restartAt: nil)
        for cut in stride(from: 0, through: Self.length, by: 9) {
            #expect(try Self.play(seed: seed, restartAt: cut) == whole, "cut at \(cut)")
        }
        #expect(whole.contains { $0.contains("incentive.computed") })
        #expect(whole.contains { $0.contains("kpi.below_target") })
    }

    @Test("whatever the bytes are, unpacking gives a module or a problem")
    func damaged() throws {
        var stage = try PayStage(Self.site)
        var random = SplitMix64(seed: 5)
        for _ in 0..<60 { try Self.something(&stage, &random) }
        var packer = Packer()
        stage.module.pack(into: &packer)
        for cut in 0..<packer.bytes.count where cut % 13 == 0 {
            var unpacker = Unpacker(Array(packer.bytes.prefix(cut)))
            #expect(throws: PackProblem.self) { try IncentivesModule(from: &unpacker) }
        }
    }

    static let length = 120

    static let site: JSONValue = [
        "departments": [
            ["id": "hr", "performance_pay": "20000.00", "headcount": 4], ["id": "ops", "headcount": 20],
        ],
        "people": [
            ["id": "E1", "department": "hr", "base_pay": "5000.00"],
            ["id": "E2", "department": "ops", "base_pay": "4000.00"],
        ],
        "kpis": [
            ["id": "done", "of": "patrol.completion", "better": "higher", "target": "95%", "verify_with": "days"],
            ["id": "days", "measure": "days", "department": "hr", "better": "lower", "baseline": 3, "target": 2],
            ["id": "quarter", "measure": "days", "period": "quarter", "better": "lower", "aggregate": "last"],
        ],
        "incentives": [
            ["id": "a", "kind": "threshold", "kpi": "done", "at": "80%", "pay": "100"],
            ["id": "b", "kind": "per_step", "kpi": "days", "step": "10%", "pay": "5%"],
            ["id": "c", "kind": "none_in", "event": "incident.recorded", "department": "hr", "months": 2, "pay": "9"],
        ],
        "coefficients": [
            "departments": [
                ["department": "ops", "score": 1],
                ["department": "hr", "score": [["kpi": "days", "company": 3, "weight": "100%", "ratio": "inverse"]]],
            ],
            "people": [
                "weights": ["completion": "100%"], "late": ["more_than": 1, "add": .number("-0.05")],
            ],
        ],
        "bonus": ["pool": "1000.00"],
    ]

    static func play(seed: UInt64, restartAt: Int?) throws -> [String] {
        var stage = try PayStage(site, settle: seed.isMultiple(of: 2) ? .zero : .seconds(60))
        var random = SplitMix64(seed: seed)
        for step in 0..<length {
            if step == restartAt { try stage.restart() }
            try something(&stage, &random)
        }
        stage.pass(to: "2028-01-01T00:05:00+08:00")
        return stage.found.map { "\($0.id) \($0.time.milliseconds) \($0.data().jsonText)" }
            + stage.module.figures(asOf: stage.clock).map(\.json.jsonText)
            + stage.module.statements(asOf: stage.clock).map(\.json.jsonText)
            + stage.module.shares(asOf: stage.clock).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    }

    /// Something happens some time later.
    static func something(_ stage: inout PayStage, _ random: inout SplitMix64) throws {
        let later = stage.clock + .seconds(Int.random(in: 0...400_000, using: &random))
        stage.pass(to: Timestamp(moment: later, offsetSeconds: 0).text)
        let month = ["2026-10", "2026-11", "2026-12", "2027-01", "2027-Q1"].randomElement(using: &random) ?? "2026"
        switch Int.random(in: 0...5, using: &random) {
        case 0, 1:
            stage.figure("patrol.completion", Int.random(in: 0...9, using: &random), over: 9, month)
        case 2:
            try stage.measure(
                "days", "\(Int.random(in: 1...40, using: &random))/10",
                weight: "\(Int.random(in: 1...3, using: &random))", department: "hr", period: month)
        case 3:
            try stage.measure("completion", "1.1", of: "E\(Int.random(in: 1...2, using: &random))")
        case 4:
            try stage.closed(
                "E1", "2026-11-1\(Int.random(in: 0...9, using: &random))", isLate: Bool.random(using: &random))
        default:
            stage.incident(Timestamp(moment: later, offsetSeconds: 0).text, loss: 7, department: "hr")
        }
    }
}
