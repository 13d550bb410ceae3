import GatehouseModel
import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("The parts that reading a site is made of")
struct PartsTests {
    @Test(
        "decimals keep what was written, and equal ones are equal",
        arguments: [
            ("0", "0"), ("12.50", "12.5"), ("-0.05", "-0.05"), ("007", "7"), ("0.000000001", "0.000000001"),
            ("100", "100"),
            ("999999999.999999999", "999999999.999999999"), ("10.0", "10"),
        ])
    func decimals(written: String, text: String) throws {
        let number = try #require(ExactDecimal(written))
        #expect(number.text == text)
        #expect(ExactDecimal(text) == number)
    }

    @Test(
        "what is no decimal",
        arguments: ["", "-", ".5", "5.", "1e3", "1,000", "+1", "1.2.3", "1234567890", "１", " 1", "--1"])
    func noDecimals(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test("decimals are ordered by their value")
    func order() throws {
        let sorted = ["-1", "-0.5", "0", "0.09", "0.1", "2", "10"].compactMap { ExactDecimal($0) }
        #expect(sorted.shuffled().sorted() == sorted)
    }

    @Test(
        "durations are written back in their largest unit",
        arguments: [
            ("90s", "90s"), ("60s", "1m"), ("120m", "2h"), ("24h", "1d"), ("0m", "0s"), ("0", "0s"), ("3650d", "3650d"),
        ])
    func durations(written: String, text: String) throws {
        #expect(Written.text(try #require(Written.duration(written))) == text)
    }

    @Test("what is no duration", arguments: ["", "s", "5", "-5m", "1.5h", "5 m", "5M", "99999999d", "1h30m"])
    func noDurations(text: String) {
        #expect(Written.duration(text) == nil)
    }

    @Test("sizes in binary units", arguments: [("20GiB", "20GiB"), ("1024MiB", "1GiB"), ("3KiB", "3KiB")])
    func sizes(written: String, text: String) throws {
        #expect(Written.text(size: try #require(Written.size(written))) == text)
    }

    @Test("what is no size", arguments: ["", "20", "20GB", "GiB", "-1GiB", "9999999TiB"])
    func noSizes(text: String) {
        #expect(Written.size(text) == nil)
    }

    @Test(
        "the nearest name is the one that was meant",
        arguments: [("grace-in", "grace_in"), ("strat", "start"), ("DAY", "day"), ("xyz", nil), ("", nil)]
            as [(String, String?)])
    func nearest(word: String, name: String?) {
        #expect(Nearest.name(to: word, among: ["grace_in", "start", "day", "end"]) == name)
    }

    @Test("of two equally near names the first in order is taken, whatever the order they come in")
    func stable() {
        #expect(Nearest.name(to: "gate-3", among: ["gate-2", "gate-1"]) == "gate-1")
        #expect(Nearest.name(to: "gate-3", among: ["gate-1", "gate-2"]) == "gate-1")
    }

    @Test(
        "only this machine can reach these",
        arguments: ["tcp://127.0.0.1:1", "tcp://localhost:0", "tcp://[::1]:5", "ipc:///x"])
    func plain(address: String) {
        #expect(Address.mayBePlain(address))
    }

    @Test(
        "others can reach these, or they are no addresses",
        arguments: ["tcp://*:1", "tcp://0.0.0.0:1", "tcp://127.evil.example:1", "tcp://[::]:1", "tcp://127.0.0.1"])
    func open(address: String) {
        #expect(!Address.mayBePlain(address))
    }

    @Test("without a site file there is a site with nothing to compute")
    func withoutFile() {
        let site = Site.default
        #expect(site.id == "default")
        #expect(site.devices == [] && site.people == [] && site.routes == [])
        #expect(site.gateway == .standard)
        #expect(site == SiteReader.read(json: site.json).site)
    }
}

@Suite("The adjustment for a department's size")
struct SizeAdjustmentTests {
    /// The worked table: an average of 20 people; 1.1 with 50 gives 0.968, 1.0 with 20 gives 1.000, 0.9 with 10 gives
    /// 1.080.
    @Test("of the worked table, every lower score ranks above every higher one")
    func workedTable() throws {
        let sizes = [("a", 50), ("b", 20), ("c", 10), ("d", 10), ("e", 10)]
        let departments = sizes.map { Department(id: $0.0, name: $0.0, headcount: $0.1, performancePay: nil) }
        let scores = try [("a", "1.1"), ("b", "1.0"), ("c", "0.9")].map { name, score in
            Coefficients.DepartmentScore(department: name, score: .fixed(try #require(ExactDecimal(score))))
        }
        let context = ReadingContext(folder: "")
        let mark = Mark(file: context.file(named: "f"), line: 1, column: 1)
        SizeAdjustment(departments: departments).judge(scores, at: mark, in: context)
        #expect(
            context.sortedProblems().map(\.problem) == [
                "the size adjustment ranks b (1) above a (1.1)", "the size adjustment ranks c (0.9) above a (1.1)",
                "the size adjustment ranks c (0.9) above b (1)",
            ])
        #expect(!context.isBroken)
    }

    @Test("without headcounts, and with equal ones, the scores decide")
    func equal() throws {
        let scores = try [("a", "1.1"), ("b", "1.0")].map { name, score in
            Coefficients.DepartmentScore(department: name, score: .fixed(try #require(ExactDecimal(score))))
        }
        for headcount in [nil, 7] {
            let departments = ["a", "b"].map { Department(id: $0, name: $0, headcount: headcount, performancePay: nil) }
            let context = ReadingContext(folder: "")
            let mark = Mark(file: context.file(named: "f"), line: 1, column: 1)
            SizeAdjustment(departments: departments).judge(scores, at: mark, in: context)
            #expect(context.problems == [])
        }
    }
}
