import Foundation
import GatehouseRules
import Testing

@testable import GatehouseSite

/// A piece of a site file with something wrong in it, and every problem that must be found.
struct Mistake: CustomTestStringConvertible {
    var name: String
    var text: String
    var problems: [String]

    var testDescription: String { name }

    /// The mistakes of one of the files beside the sample sites: `## name`, then a piece of a site file that begins
    /// at its line 3, then the problems, each after an exclamation mark.
    static func all(in file: String) -> [Mistake] {
        let text = try? String(contentsOf: Workbench.sample("mistakes/\(file).txt"), encoding: .utf8)
        return (text ?? "").components(separatedBy: "## ").dropFirst().map { part in
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            let problems = lines.filter { $0.hasPrefix("! ") }.map { String($0.dropFirst(2)) }
            let piece = lines.dropFirst().filter { !$0.isEmpty && !$0.hasPrefix("! ") }
            return Mistake(
                name: String(lines.first ?? ""), text: piece.map { $0 + "\n" }.joined(), problems: problems)
        }
    }
}

@Suite("Every kind of mistake is told with its place and what would be right")
struct MistakeTests {
    static let files = ["shape", "words", "references", "together", "kpis", "pay"]

    @Test("in the general shape of the file", arguments: Mistake.all(in: "shape"))
    func shape(_ mistake: Mistake) throws {
        try expectExactly(mistake)
    }

    @Test("in a single word", arguments: Mistake.all(in: "words"))
    func word(_ mistake: Mistake) throws {
        try expectExactly(mistake)
    }

    @Test("in a name that leads nowhere, or to two", arguments: Mistake.all(in: "references"))
    func reference(_ mistake: Mistake) throws {
        try expectExactly(mistake)
    }

    @Test("in how keys go together", arguments: Mistake.all(in: "together"))
    func together(_ mistake: Mistake) throws {
        try expectExactly(mistake)
    }

    @Test("in the definition of a KPI", arguments: Mistake.all(in: "kpis"))
    func kpi(_ mistake: Mistake) throws {
        try expectExactly(mistake)
    }

    @Test("in pay, where percentages, numbers and money must not be mixed up", arguments: Mistake.all(in: "pay"))
    func pay(_ mistake: Mistake) throws {
        try expectExactly(mistake, head: Self.payHead)
    }

    @Test("there are mistakes to test with", arguments: files)
    func present(file: String) {
        let mistakes = Mistake.all(in: file)
        #expect(mistakes.count >= 8)
        #expect(mistakes.allSatisfy { !$0.problems.isEmpty && !$0.text.isEmpty })
    }

    @Test("all of them at once are all found")
    func together() throws {
        let text = """
            places: [{ id: a b }, { id: off }]
            travel: [{ from: x, to: y }]
            shifts: [{ id: s, start: 8, end: 9 }]
            gateway: { events: nowhere }
            """
        #expect(
            try Workbench().problems(after: text).map { String($0.prefix(while: { $0 != " " })) } == [
                "site.yaml:3:16:", "site.yaml:3:29:", "site.yaml:4:10:", "site.yaml:4:18:", "site.yaml:4:25:",
                "site.yaml:5:26:", "site.yaml:5:34:", "site.yaml:6:20:",
            ])
    }

    @Test("a missing driver and a warning leave the site usable")
    func kinds() throws {
        let bench = Workbench()
        try bench.write("site.yaml", Workbench.head + "devices: [{ id: d, driver: osdp, memory: true }]\n")
        let reading = bench.read()
        #expect(reading.problems.map(\.kind) == [.noDriver])
        #expect(reading.site?.devices.map(\.driver) == ["osdp"])
    }

    /// Lines 3 to 7 of the files in which pay is tested.
    private static let payHead = """
        departments: [{ id: sec, performance_pay: "1000" }, { id: poor }]
        kpis:
          - { id: done, of: patrol.completion, department: sec, better: higher, baseline: 70% }
          - { id: days, measure: days, department: sec, better: lower, baseline: 3 }
          - { id: bare, of: overtime.hours, better: lower }

        """

    private func expectExactly(_ mistake: Mistake, head: String = "") throws {
        let found = try Workbench().problems(after: head + mistake.text)
        #expect(found == mistake.problems)
    }
}
