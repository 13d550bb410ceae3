import Testing

@Suite("Every wire and every device family is whole")
struct FolderTests {
    let tree = SourceTree.own
    let manifest = SourceTree.own.text(of: "Package.swift")

    @Test("a wire has its README, sources, tests and vectors, and is in the manifest")
    func wires() {
        let wires = tree.folders(in: "protocols").filter { tree.isFolder("protocols/\($0)/Sources") }
        #expect(!wires.isEmpty)
        for wire in wires {
            for part in ["README.md", "Sources", "Tests", "Vectors"] {
                #expect(tree.exists("protocols/\(wire)/\(part)"), "protocols/\(wire)/\(part) is missing")
            }
            #expect(manifest.contains("wire(\"\(wire)\")"), "add + wire(\"\(wire)\") to Package.swift")
            #expect(
                tree.text(of: "protocols/README.md").contains("(\(wire)/"), "protocols/README.md does not list \(wire)")
        }
    }

    @Test("a device family has its parts, is in the manifest and in the catalogue, and in the table of devices")
    func drivers() throws {
        let families = tree.folders(in: "drivers")
        #expect(!families.isEmpty)
        let catalogue = tree.text(of: "Sources/gatehouse/DriverCatalogue.swift")
        for family in families {
            for part in ["README.md", "sample.yaml", "Sources", "Simulator", "Tests", "Tests/Recordings"] {
                #expect(tree.exists("drivers/\(family)/\(part)"), "drivers/\(family)/\(part) is missing")
            }
            #expect(manifest.contains("driver(\"\(family)\""), "add + driver(\"\(family)\", …) to Package.swift")
            let named = catalogue.firstRange(of: try Regex("\\b\(family)[A-Za-z]*\\.family"))
            #expect(named != nil, "\(family) is not in DriverCatalogue.swift")
            #expect(
                tree.text(of: "drivers/README.md").contains("(\(family)/"), "drivers/README.md does not list \(family)")
        }
    }

    @Test("the README leads to the sample configuration")
    func samples() {
        for family in tree.folders(in: "drivers") {
            #expect(!tree.text(of: "drivers/\(family)/sample.yaml").isEmpty)
            #expect(
                tree.text(of: "drivers/\(family)/README.md").contains("(sample.yaml)"),
                "drivers/\(family)/README.md does not lead to sample.yaml")
        }
    }

    @Test("every topic has its schema, and every schema its topic")
    func schemas() {
        let topics = Set(topicNames())
        let schemas = Set(
            tree.paths(under: "protocols/events").filter { $0.hasSuffix(".json") }
                .map { String($0.split(separator: "/")[2].dropLast(".json".count)) })
        #expect(topics.count > 30)
        #expect(schemas.subtracting(["envelope", "ext"]) == topics)
    }

    private func topicNames() -> [String] {
        tree.text(of: "Sources/GatehouseModel/Topic.swift")
            .matches(of: /"([a-z]+\.[a-z]+)"/).map { String($0.1) }
    }
}
