import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("YAML as a tree of values with their places")
struct SourceTests {
    private func tree(_ text: String) -> (node: SourceNode?, context: ReadingContext) {
        let context = ReadingContext(folder: "")
        var source = YAMLSource(file: context.file(named: "f"), context: context)
        return (source.tree(of: text), context)
    }

    private func entries(_ text: String) throws -> [SourceNode.Entry] {
        guard case .map(let entries)? = tree(text).node?.value else {
            Issue.record("no map")
            return []
        }
        return entries
    }

    @Test("places are counted in characters, not bytes")
    func columns() throws {
        let entries = try entries("名称: 一号门\n{}: x\n".replacing("{}: x", with: "b: { 键: 值 }"))
        #expect(entries.map(\.mark) == [Mark(file: 0, line: 1, column: 1), Mark(file: 0, line: 2, column: 1)])
        #expect(entries.map(\.node.mark) == [Mark(file: 0, line: 1, column: 5), Mark(file: 0, line: 2, column: 4)])
    }

    @Test("quotes make a text of what would mean more", arguments: ["off", "\"off\"", "'off'"])
    func quotes(word: String) throws {
        let entry = try #require(try entries("a: \(word)\n").first)
        guard case .scalar(let text, let isPlain) = entry.node.value else {
            Issue.record("no word")
            return
        }
        #expect(text == "off")
        #expect(isPlain == (word == "off"))
    }

    @Test("nothing, in the ways in which YAML writes it", arguments: ["", "~", "null", "Null", "NULL"])
    func nothing(word: String) throws {
        let entry = try #require(try entries("a: \(word)\n").first)
        guard case .nothing = entry.node.value else {
            Issue.record("\(entry.node.description) is not nothing")
            return
        }
    }

    @Test("a key that stands three times is told twice, and the last one counts")
    func threeTimes() throws {
        let (node, context) = tree("a: 1\nb: 2\na: 3\na: 4\n")
        #expect(context.problems.map(\.line) == [3, 4])
        #expect(context.isBroken)
        #expect(node != nil)
    }

    @Test("fifty keys written twice are all told, one more ends the reading", arguments: [50, 60])
    func manyTwice(count: Int) {
        let text = (0..<count).map { "k\($0): 1\n" }.joined()
        let context = tree(text + text).context
        #expect(context.problems.count == (count <= 50 ? count : 1))
    }

    @Test("an empty file, and one of comments only", arguments: ["", "# nothing\n", "---\n"])
    func empty(text: String) throws {
        let bench = Workbench()
        try bench.write("site.yaml", text)
        let problems = bench.problems()
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix("site.yaml:1:") || problems[0].hasPrefix("site.yaml:2:"))
    }

    @Test("what is printed of a value stays on one line and short")
    func shortened() {
        #expect("a\nb\u{1B}c".shortened == "a b c")
        #expect(String(repeating: "长", count: 200).shortened.count == 60)
        #expect(("e" + String(repeating: "\u{301}", count: 100_000)).shortened.utf8.count < 200)
    }
}
