import GatehouseModel
import GatehouseRules
import Testing

@testable import IncentivesModule

@Suite("Pay periods")
struct PayPeriodTests {
    @Test("are read and written alike", arguments: ["2026-11", "2026-Q4", "2026", "0001-01", "9999-Q4"])
    func text(_ text: String) {
        #expect(PayPeriod(text)?.text == text)
    }

    @Test(
        "what is none is none",
        arguments: ["", "2026-13", "2026-Q5", "26-11", "2026-11-02", "2026-W54", "abcd", "0000"])
    func refused(_ text: String) {
        #expect(PayPeriod(text) == nil)
    }

    @Test("a week counts in the month of its Thursday", arguments: [("2026-W05", "2026-01"), ("2026-W53", "2026-12")])
    func week(_ week: String, _ month: String) {
        #expect(PayPeriod(week)?.text == month)
    }

    @Test("a month lies in its quarter and its year, and a year in no month")
    func widened() throws {
        let month = try #require(PayPeriod("2026-11"))
        #expect(month.widened(to: .quarter)?.text == "2026-Q4")
        #expect(month.widened(to: .year)?.text == "2026")
        #expect(PayPeriod("2026")?.widened(to: .month) == nil)
        #expect(PayPeriod("2026")?.parts.count == 17)
    }

    @Test("a period ends when the next begins, across a year")
    func ends() throws {
        let zone = try PayStage.site([:]).zone
        let last = try #require(PayPeriod("2026-Q4"))
        #expect(last.end(in: zone) == PayStage.moment("2027-01-01T00:00:00+08:00"))
        #expect(last.adding(1).text == "2027-Q1")
        #expect(last.adding(-4).text == "2025-Q4")
        #expect(PayPeriod("9999")?.end(in: zone).milliseconds == .max)
    }
}
