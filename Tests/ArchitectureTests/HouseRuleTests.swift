import Testing

@Suite("House rules")
struct HouseRuleTests {
    let tree = SourceTree.own

    var sources: [SourceTree.File] {
        ["Sources", "protocols", "drivers"].flatMap { tree.swiftFiles(under: $0) }
            .filter { !$0.path.contains("/Tests/") }
    }

    @Test(
        "banned in sources, with what to use instead",
        arguments: [
            (#"\btry!"#, "a typed throw or a precondition"),
            (#"\bfatalError\("#, "precondition with a reason in plain words"),
            (#"\bTODO\b|\bFIXME\b|\bXXX\b"#, "an issue"),
            (#"@unchecked Sendable"#, "a Mutex, an actor or a value"),
            (#"catch \{\s*\}"#, "an error that somebody hears of"),
        ])
    func banned(pattern: String, instead: String) throws {
        let expression = try Regex(pattern)
        for file in sources {
            for (number, line) in file.lines.enumerated() where line.contains(expression) {
                Issue.record("\(file):\(number + 1): `\(line.trimmed)`; use \(instead)")
            }
        }
    }

    @Test("the clock is read in the shells, and nowhere else")
    func clocks() throws {
        let expression = try Regex(
            #"\bDate\(\)|\bDate\.now\b|Clock\.now\b|Clock\(\)\.now\b|Task\.sleep|clock_gettime|\btime\(nil\)"#)
        let shells = [
            "Sources/GatehouseRuntime/", "Sources/gatehouse/", "Sources/GatehousePorts/", "Sources/GatehouseClient/",
            "Sources/GatehouseBus/", "Sources/GatehouseSimulationPorts/", "Sources/GatehouseJournal/",
        ]
        for file in sources where !shells.contains(where: file.path.hasPrefix) {
            for (number, line) in file.lines.enumerated() where line.contains(expression) && !line.isComment {
                Issue.record("\(file):\(number + 1): `\(line.trimmed)`; time is handed in")
            }
        }
    }

    @Test("tests never sleep")
    func sleeplessTests() throws {
        let expression = try Regex(#"Task\.sleep|Thread\.sleep|\busleep\(|[^a-z]sleep\("#)
        let files =
            tree.swiftFiles(under: "Tests")
            + ["protocols", "drivers"].flatMap { tree.swiftFiles(under: $0) }.filter { $0.path.contains("/Tests/") }
        for file in files where !file.path.hasPrefix("Tests/ArchitectureTests/") {
            for (number, line) in file.lines.enumerated() where line.contains(expression) && !line.isComment {
                Issue.record("\(file):\(number + 1): `\(line.trimmed)`; await what is meant, with a deadline")
            }
        }
    }

    @Test("a file is one idea: at most 500 lines of at most 120 characters")
    func sizes() {
        for file in sources + tree.swiftFiles(under: "Tests") {
            #expect(file.lines.count <= 501, "\(file) has \(file.lines.count) lines")
            for (number, line) in file.lines.enumerated() where line.count > 120 {
                Issue.record("\(file):\(number + 1) is \(line.count) characters wide")
            }
        }
    }

    @Test("the top level holds what it should and nothing else")
    func topLevel() {
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "drivers", "protocols", "README.md", "Makefile", "LICENSE", "examples",
            "packaging", "Package.resolved",
        ]
        let wrong = tree.names(in: ".").filter { !$0.hasPrefix(".") && !allowed.contains($0) }
        #expect(wrong.isEmpty, "not at the top level: \(wrong)")
    }
}

extension String {
    var trimmed: Substring {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        return text
    }

    var isComment: Bool { trimmed.hasPrefix("//") }
}
