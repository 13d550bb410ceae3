import GatehouseEvidence
import GatehouseModel
import GatehouseRules
import Testing

@Suite("Coefficients and shares opened")
struct PayEvidenceTests {
    let stage: JournalStage

    init() throws { stage = try Plant.twoDays() }

    @Test("a position's points become its coefficient")
    func position() throws {
        let tree = try stage.explain(.position("clerk"))
        #expect(tree.value == "1")
        #expect(tree.computation == "1.5 × 10 / 20 = 0.750000, step 0.1, floor 1 → 1")
    }

    @Test("a department's score opens to the measures of its KPI")
    func department() throws {
        let tree = try stage.explain(.department("hr"))
        // 3 over the weighted mean of 2.375; 20 people on average over 30, times 0.2, and 0.8.
        #expect(tree.value == "1.178947")
        #expect(tree.children.first?.events.count == 2)
    }

    @Test("a person's late instance is counted from the record itself")
    func person() throws {
        let tree = try stage.explain(.person("E1"))
        #expect(tree.value == "0.855000")
        #expect(tree.computation == "(0.9 × 100%) × (1 + (-0.05)) = 0.855000")
        #expect(tree.children.map(\.contribution) == ["late"])
        #expect(tree.children.first?.events.contains { $0.topic == "punch.recorded" } == true)
    }

    @Test("the shares add up to the pool")
    func shares() throws {
        let shares = try ["E1", "E2"].map { try stage.explain(.share($0)).value ?? "" }
        // 5000 × 1.5 × 0.855 against 4000 × 1.178947 × 0.9.
        #expect(shares == ["601.73", "398.27"])
        let tree = try stage.explain(.share("E1"))
        #expect(tree.children.map(\.figure) == [.position("guard"), .person("E1")])
    }
}
