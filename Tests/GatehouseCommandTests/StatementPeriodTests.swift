import Testing

@testable import gatehouse

@Suite("The period of a statement, as it is asked for")
struct StatementPeriodTests {
    @Test("a month asks for its quarter's and its year's statements too", arguments: ["2026-11", "2026-Q4", "2026"])
    func around(_ other: String) throws {
        #expect(try #require(StatementPeriod("2026-11")).concerns(other))
    }

    @Test("and for no other's", arguments: ["2026-10", "2026-12", "2026-Q3", "2025", "", "2026-W48"])
    func others(_ other: String) throws {
        #expect(try !#require(StatementPeriod("2026-11")).concerns(other))
    }

    @Test("a quarter asks for its months")
    func within() throws {
        let quarter = try #require(StatementPeriod("2026-Q4"))
        #expect(["2026-09", "2026-10", "2026-12", "2027-01"].map(quarter.concerns) == [false, true, true, false])
    }

    @Test("what is no period is refused", arguments: ["2026-13", "2026-Q5", "26-11", "-026", "november", "2026-11-02"])
    func refused(_ text: String) {
        #expect(StatementPeriod(text) == nil)
    }
}
