import Foundation
import GatehouseModel
import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("Whatever stands in the files, reading returns")
struct FuzzTests {
    /// Small and seeded, so that a failure can be met again.
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    let sample: [UInt8]

    init() throws {
        sample = try Array(Data(contentsOf: Workbench.sample("page").appending(path: "site.yaml")))
    }

    @Test("the example cut off anywhere", arguments: 0..<12)
    func truncated(part: Int) throws {
        let bench = try Workbench.copy(of: Workbench.sample("page"))
        for cut in stride(from: part, to: sample.count, by: 12 * 23) {
            try bench.write("site.yaml", bytes: Array(sample[..<cut]))
            let reading = bench.read()
            #expect((reading.site == nil) == reading.problems.contains { $0.kind == .mistake })
        }
    }

    @Test("the example with bytes changed, doubled and taken out", arguments: 0..<8)
    func mutated(seed: Int) throws {
        var dice = Dice(state: UInt64(seed))
        let bench = try Workbench.copy(of: Workbench.sample("page"))
        for _ in 0..<25 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...6, using: &dice) {
                let place = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0...3, using: &dice) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes[place] = Array("{}[]:,-#&*!|>'\"%@`?\n ~".utf8).randomElement(using: &dice) ?? 0
                case 2: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(place + 40, bytes.count)], at: place)
                }
            }
            try bench.write("site.yaml", bytes: bytes)
            let reading = bench.read()
            #expect((reading.site == nil) == reading.problems.contains { $0.kind == .mistake })
            #expect(reading.problems.allSatisfy { $0.line > 0 && $0.column > 0 && !$0.hint.isEmpty })
        }
    }

    @Test("random bytes as site file and as table", arguments: 0..<10)
    func random(seed: Int) throws {
        var dice = Dice(state: UInt64(seed) + 1000)
        let bench = Workbench()
        let bytes = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        try bench.write("site.yaml", bytes: bytes)
        #expect(bench.read().site == nil)
        try bench.write("people.csv", bytes: bytes)
        #expect(try !bench.problems(after: "people: people.csv\n").isEmpty)
    }

    @Test("tables of quotes, commas and line ends in any order", arguments: 0..<20)
    func tables(seed: Int) throws {
        var dice = Dice(state: UInt64(seed) + 2000)
        let letters = Array("\",\r\n a1张".unicodeScalars)
        let text = (0..<400).compactMap { _ in letters.randomElement(using: &dice) }
        let context = ReadingContext(folder: "")
        let table = CSVTable(
            "id,name\n" + String(String.UnicodeScalarView(text)), file: context.file(named: "t"), context: context)
        #expect(table.rows.allSatisfy { $0.count == 2 })
    }

    @Test("aliases that would expand without end, also as keys", .timeLimit(.minutes(1)))
    func laughs() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...60 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        text += "? *a60\n: x\n"
        let problems = try Workbench().problems(after: text)
        #expect(problems.first?.contains("anchors and aliases (& and *) are not taken") == true)
    }

    @Test("a few aliases, and stars in texts and comments, are told apart")
    func stars() throws {
        let text = (1...20).map { "  # *note* \($0)\n  - { id: p\($0), name: \"5*\($0)\" }\n" }.joined()
        #expect(try Workbench().problems(after: "places:\n" + text) == [])
        let few = try Workbench().problems(after: "a: &a [x, y]\nb: [*a, *a]\n? *a\n: z\n")
        #expect(few.contains { $0.contains("anchors and aliases") })
    }

    @Test("brackets in brackets", arguments: ["[", "{a: ", "- "])
    func deep(_ bracket: String) throws {
        for depth in [40, 900, 100_000] {
            let problems = try Workbench().problems(
                after: "places: \(bracket == "- " ? "\n" : "")" + String(repeating: bracket, count: depth))
            #expect(!problems.isEmpty)
        }
        let closed = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
        #expect(try Workbench().problems(after: "places: \(closed)\n").count >= 1)
    }

    @Test("a table with too many fields, a field too long, a quote never closed")
    func bombs() throws {
        let bench = Workbench()
        try bench.write("people.csv", "id,name\n" + String(repeating: ",", count: 1_000_000))
        #expect(
            try bench.problems(after: "people: people.csv\n") == [
                "people.csv:2:65: this row has more than 64 fields; check for a quote that is never "
                    + "closed, or leave out columns"
            ])
        try bench.write("people.csv", "id,name\nE1,\"" + String(repeating: "a\n", count: 1_000_000))
        #expect(bench.problems() == ["people.csv:2:4: this quote is never closed; close it at the end of the field"])
        try bench.write("people.csv", "id,name\nE1," + String(repeating: "a", count: 1_000_000))
        #expect(
            bench.problems() == [
                "people.csv:2:4: this field has 1000000 bytes; at most 4096 are taken; check for a "
                    + "quote that is never closed"
            ])
    }

    @Test(
        "a site's JSON of any shape",
        arguments: ["null", "[]", "{\"site\":{}}", "{\"devices\":[1,{\"secret\":5}]}", "\"x\""])
    func json(_ text: String) throws {
        let reading = SiteReader.read(json: try JSONValue(parsing: text.utf8))
        #expect(reading.site == nil)
        #expect(!reading.problems.isEmpty)
    }

    @Test("a map of very many keys, one of them twice", .timeLimit(.minutes(1)))
    func wide() throws {
        let keys = (0..<20_000).map { "k\($0): 1\n" }.joined()
        let problems = try Workbench().problems(after: keys + "k7: 2\n")
        #expect(
            problems.contains { $0.hasPrefix("site.yaml:20003:1: the key \"k7\" comes twice") }
        )
    }

    @Test("very many severities", .timeLimit(.minutes(1)))
    func severities() throws {
        let keys = (0..<20_000).map { "  k\($0): { deadline: 1d }\n" }.joined()
        #expect(try Workbench().problems(after: "hazards:\n" + keys) == [])
    }
}
