import Testing

@Suite("Who may import whom")
struct ImportTests {
    let tree = SourceTree.own

    @Test("a wire imports the standard library and the wire kit")
    func wires() {
        let files = tree.folders(in: "protocols").flatMap { tree.swiftFiles(under: "protocols/\($0)/Sources") }
        #expect(!files.isEmpty)
        expect(files, importOnly: { _ in ["GatehouseWireKit"] })
    }

    @Test("a driver imports the driver kit, the model, the wire kit and wires; its simulated device the simulation too")
    func drivers() {
        let wires = Set(tree.folders(in: "protocols").map { "\($0)Wire" })
        let kit: Set = ["GatehouseDriverKit", "GatehouseModel", "GatehouseWireKit"]
        let families = tree.folders(in: "drivers")
        #expect(!families.isEmpty)
        expect(families.flatMap { tree.swiftFiles(under: "drivers/\($0)/Sources") }) { _ in kit.union(wires) }
        expect(families.flatMap { tree.swiftFiles(under: "drivers/\($0)/Simulator") }) { _ in
            kit.union(wires).union(["GatehouseSimulation"])
        }
    }

    @Test(
        "the core imports only what the house allows",
        arguments: [
            ("GatehouseModel", []),
            ("GatehouseWireKit", []),
            ("GatehouseDriverKit", ["GatehouseModel"]),
            ("GatehouseRules", ["GatehouseModel", "GatehouseDriverKit"]),
            ("GatehouseEngine", ["GatehouseModel", "GatehouseDriverKit"]),
            ("GatehouseSimulation", ["GatehouseModel", "GatehouseDriverKit", "GatehouseEngine"]),
        ] as [(String, Set<String>)])
    func core(target: String, allowed: Set<String>) {
        let files = tree.swiftFiles(under: "Sources/\(target)")
        #expect(!files.isEmpty)
        expect(files) { _ in allowed }
    }

    @Test("a module imports the module kit, the rules and the model, and no other module")
    func modules() {
        let allowed: Set = ["GatehouseModel", "GatehouseRules", "GatehouseModuleKit", "RealModule"]
        let names = tree.folders(in: "Sources/GatehouseModules").filter { $0 != "Kit" && $0 != "House" }
        #expect(!names.isEmpty)
        expect(names.flatMap { tree.swiftFiles(under: "Sources/GatehouseModules/\($0)") }) { _ in allowed }
        expect(tree.swiftFiles(under: "Sources/GatehouseModules/Kit")) { _ in
            ["GatehouseModel", "GatehouseRules", "BigInt", "HeapModule"]
        }
        expect(tree.swiftFiles(under: "Sources/GatehouseModules/House")) { _ in
            allowed.union(names.map { "\($0)Module" })
        }
    }

    @Test(
        "no shell reaches into another that it has no business with",
        arguments: [
            ("GatehouseJournal", ["GatehouseBus", "GatehouseEngine", "GatehousePorts"]),
            ("GatehouseBus", ["GatehouseJournal", "GatehouseEngine", "GatehousePorts"]),
            ("GatehousePorts", ["GatehouseJournal", "GatehouseBus", "GatehouseEngine"]),
            ("GatehouseSite", ["GatehouseJournal", "GatehouseBus", "GatehousePorts"]),
        ] as [(String, Set<String>)])
    func shells(target: String, forbidden: Set<String>) {
        for file in tree.swiftFiles(under: "Sources/\(target)") {
            let wrong = forbidden.intersection(file.imports)
            #expect(wrong.isEmpty, "\(file) imports \(wrong.sorted())")
        }
    }

    @Test("only the executable and tests name a concrete driver or wire")
    func concreteNames() {
        let drivers = tree.folders(in: "drivers").flatMap { ["\($0)Driver", "\($0)Simulator"] }
        let concrete = Set(drivers + tree.folders(in: "protocols").map { "\($0)Wire" })
        for file in tree.swiftFiles(under: "Sources") where !file.path.hasPrefix("Sources/gatehouse/") {
            let wrong = concrete.intersection(file.imports)
            #expect(wrong.isEmpty, "\(file) imports \(wrong.sorted()); only Sources/gatehouse may")
        }
    }

    private func expect(_ files: [SourceTree.File], importOnly allowed: (SourceTree.File) -> Set<String>) {
        for file in files {
            let wrong = Set(file.imports).subtracting(allowed(file))
            #expect(wrong.isEmpty, "\(file) imports \(wrong.sorted()); a pure target may not")
        }
    }
}
