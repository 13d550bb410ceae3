// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is built with.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// One line for each wire and each device family.
let devices =
    wire("Anviz")
    + wire("EM4100")
    + wire("Evdev")
    + wire("FCARD")
    + wire("HIDPOS")
    + wire("Hanvon")
    + wire("IClock")
    + wire("LineScan")
    + wire("OPN2001")
    + wire("OSDP")
    + wire("ZKTeco")
    + driver("Anviz", speaks: "Anviz")
    + driver("EM4100", speaks: "EM4100")
    + driver("FCARD", speaks: "FCARD")
    + driver("HIDPOS", speaks: "HIDPOS")
    + driver("Hanvon", speaks: "Hanvon")
    + driver("KeyboardWedge", speaks: "Evdev")
    + driver("LineScanner", speaks: "LineScan")
    + driver("MemoryScanner", speaks: "OPN2001")
    + driver("OSDP", speaks: "OSDP")
    + driver("ZKTeco", speaks: "ZKTeco")
    + driver("ZKTecoPush", speaks: "IClock", "ZKTeco")

let package = Package(
    name: "gatehouse",
    products: [
        .executable(name: "gatehouse", targets: ["gatehouse"]),
        .library(name: "GatehouseClient", targets: ["GatehouseClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: system() + core() + modules() + shells() + devices + program(of: devices)
        + tests(of: devices) + modulesTests()
)

/// The libraries of the system, and the few calls that Swift cannot make itself.
func system() -> [Target] {
    [
        .systemLibrary(name: "CZMQ", pkgConfig: "libzmq", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "CUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),
        .systemLibrary(
            name: "CXlsxwriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
        .target(name: "CLinux"),
    ]
}

/// What decides: plain values, no input or output.
func core() -> [Target] {
    [
        ours("GatehouseModel"),
        ours("GatehouseWireKit"),
        ours("GatehouseDriverKit", ["GatehouseModel"]),
        ours("GatehouseRules", ["GatehouseModel", "GatehouseDriverKit"]),
        ours("GatehouseEngine", ["GatehouseModel", "GatehouseDriverKit"]),
        ours("GatehouseSimulation", ["GatehouseModel", "GatehouseDriverKit", "GatehouseEngine"]),
    ]
}

/// What works something out of the events: five folds that know nothing of each other, and the house they live in.
func modules() -> [Target] {
    let kit = "Sources/GatehouseModules"
    let names = ["Attendance", "Patrol", "Hazards", "Alerts", "Incentives"]
    return [
        .target(
            name: "GatehouseModuleKit",
            dependencies: [
                "GatehouseModel", "GatehouseRules", .product(name: "BigInt", package: "BigInt"),
                .product(name: "HeapModule", package: "swift-collections"),
            ], path: "\(kit)/Kit", swiftSettings: house)
    ]
        + names.map { name in
            .target(
                name: "\(name)Module",
                dependencies: ["GatehouseModel", "GatehouseRules", "GatehouseModuleKit"]
                    + (name == "Alerts" ? [.product(name: "RealModule", package: "swift-numerics")] : []),
                path: "\(kit)/\(name)", swiftSettings: house)
        }
        + [
            .target(
                name: "GatehouseModules",
                dependencies: ["GatehouseModel", "GatehouseRules", "GatehouseModuleKit"]
                    + names.map { .target(name: "\($0)Module") },
                path: "\(kit)/House", swiftSettings: house),
            // What a figure came from, read back out of the journal.
            ours(
                "GatehouseEvidence",
                ["GatehouseModel", "GatehouseRules", "GatehouseModuleKit", .target(name: "IncentivesModule")]),
        ]
}

/// What waits: each a thin shell around values.
func shells() -> [Target] {
    [
        ours(
            "GatehouseSite",
            [
                "GatehouseModel", "GatehouseDriverKit", "GatehouseRules", .product(name: "Yams", package: "Yams"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        ours(
            "GatehouseJournal",
            [
                "GatehouseModel", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), .product(name: "Crypto", package: "swift-crypto"),
            ]),
        ours("GatehouseBus", ["GatehouseModel", "CZMQ", "CLinux"]),
        ours("GatehouseClient", ["GatehouseModel", "GatehouseBus", "CZMQ", "CLinux"]),
        ours("GatehousePorts", ["GatehouseDriverKit", "CUdev", "CLinux", http()] + nio()),
        ours(
            "GatehouseSimulationPorts",
            ["GatehouseModel", "GatehouseDriverKit", "GatehouseSimulation", "CLinux"] + nio()),
        ours(
            "GatehouseRuntime",
            [
                "GatehouseModel", "GatehouseDriverKit", "GatehouseRules", "GatehouseEngine", "GatehouseSite",
                "GatehouseJournal", "GatehouseBus", "GatehousePorts", "GatehouseModuleKit", "GatehouseModules",
                "HazardsModule", "CLinux", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        ours("GatehouseTestKit", ["GatehouseModel", "GatehouseWireKit", "GatehouseDriverKit", "GatehouseSimulation"]),
    ]
}

func nio() -> [Target.Dependency] {
    [.product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio")]
}

func http() -> Target.Dependency { .product(name: "NIOHTTP1", package: "swift-nio") }

/// The executable, and the only place that names concrete drivers.
func program(of devices: [Target]) -> [Target] {
    [
        .executableTarget(
            name: "gatehouse",
            dependencies: [
                "GatehouseModel", "GatehouseWireKit", "GatehouseDriverKit", "GatehouseRules", "GatehouseEngine",
                "GatehouseSite", "GatehouseModuleKit", "GatehouseModules", "HazardsModule", "GatehouseEvidence",
                "GatehouseJournal", "GatehouseBus", "GatehouseClient", "GatehouseRuntime", "GatehouseSimulation",
                "GatehouseSimulationPorts", "CXlsxwriter", "CQRencode", "CPango",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + families(of: devices) + [.target(name: "OSDPWire"), .target(name: "ZKTecoWire")],
            swiftSettings: house)
    ]
}

/// Every device family's driver and simulated device.
func families(of devices: [Target]) -> [Target.Dependency] {
    devices.filter { $0.name.hasSuffix("Driver") || $0.name.hasSuffix("Simulator") }.map { .target(name: $0.name) }
}

/// Every wire.
func wires(of devices: [Target]) -> [Target.Dependency] {
    devices.filter { $0.name.hasSuffix("Wire") }.map { .target(name: $0.name) }
}

func tests(of devices: [Target]) -> [Target] {
    [
        test("GatehouseModelTests", ["GatehouseModel"]),
        test("GatehouseWireKitTests", ["GatehouseWireKit"]),
        test("GatehouseDriverKitTests", ["GatehouseDriverKit", "GatehouseModel"]),
        test("GatehouseEngineTests", ["GatehouseEngine", "GatehouseDriverKit", "GatehouseModel"]),
        .executableTarget(
            name: "JournalProbe",
            dependencies: ["GatehouseJournal", "GatehouseModel", "GatehouseRules", "GatehouseSite"],
            path: "Tests/Benchmarks/JournalProbe", swiftSettings: house),
        test(
            "GatehouseJournalTests",
            ["GatehouseJournal", "GatehouseModel", "JournalProbe", .product(name: "GRDB", package: "GRDB.swift")]),
        .executableTarget(
            name: "DecoderProbe", dependencies: wires(of: devices), path: "Tests/Benchmarks/DecoderProbe",
            swiftSettings: house),
        .target(name: "CFuzz", path: "Tests/Fuzz/Counting"),
        .executableTarget(
            name: "gatehouse-fuzz",
            dependencies: ["CFuzz", "GatehouseModel", "GatehouseDriverKit", "GatehouseSimulation"]
                + wires(of: devices) + families(of: devices),
            path: "Tests/Fuzz/Sources", swiftSettings: house),
        .target(
            name: "GatehouseBusTestKit", dependencies: ["GatehouseBus", "GatehouseModel", "CZMQ"],
            path: "Tests/GatehouseBusTestKit", swiftSettings: house),
        test("GatehouseBusTests", ["GatehouseBus", "GatehouseModel", "GatehouseBusTestKit"]),
        test(
            "GatehouseClientTests",
            ["GatehouseClient", "GatehouseBus", "GatehouseModel", "GatehouseBusTestKit", "CZMQ"]),
        test("GatehouseSiteTests", ["GatehouseSite", "GatehouseRules", "GatehouseModel", "GatehouseDriverKit"]),
        test(
            "GatehousePortsTests",
            [
                "GatehousePorts", "GatehouseDriverKit", "CLinux", http(),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio()),
        test(
            "GatehouseTestKitTests",
            ["GatehouseTestKit", "GatehouseWireKit", "GatehouseModel", "GatehouseDriverKit", "GatehouseSimulation"]),
        test("GatehouseSimulationTests", ["GatehouseSimulation", "GatehouseModel", "GatehouseDriverKit"]),
        test(
            "GatehouseSimulationPortsTests",
            ["GatehouseSimulationPorts", "GatehouseSimulation", "GatehouseModel", "GatehouseDriverKit", "CLinux"]
                + nio()),
        test(
            "ZKTecoSimulatorTests",
            [
                "ZKTecoSimulator", "ZKTecoWire", "GatehouseSimulation", "GatehouseModel", "GatehouseDriverKit",
                "GatehouseTestKit",
            ]),
        test(
            "GatehouseRuntimeTests",
            [
                "GatehouseRuntime", "GatehouseModel", "GatehouseDriverKit", "GatehouseRules", "GatehouseEngine",
                "GatehouseSite", "GatehouseJournal", "GatehousePorts", "GatehouseModuleKit", "GatehouseModules",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "gatehouse-score",
            dependencies: [
                "GatehouseModel", "GatehouseDriverKit", "GatehouseRules", "GatehouseModuleKit", "AlertsModule",
            ], path: "Tests/Score/Sources", swiftSettings: house),
        test("GatehouseCommandTests", ["gatehouse", "GatehouseDriverKit", "GatehouseModel", "GatehouseRules"]),
        test(
            "SimulationTests",
            [
                "GatehouseSimulation", "GatehouseEngine", "GatehouseDriverKit", "GatehouseModel", "GatehouseTestKit",
                "OSDPWire", "ZKTecoWire",
            ] + families(of: devices)),
        test("ArchitectureTests"),
    ]
}

func ours(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func test(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

/// One test target for each module, one for their kit, one for the house.
func modulesTests() -> [Target] {
    let kit: [Target.Dependency] = ["GatehouseModel", "GatehouseRules", "GatehouseDriverKit", "GatehouseModuleKit"]
    let modules = ["Attendance", "Patrol", "Hazards", "Alerts", "Incentives"]
    func tests(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
        .testTarget(
            name: name, dependencies: kit + dependencies, path: "Tests/GatehouseModulesTests/\(folder)",
            swiftSettings: house)
    }
    return modules.map { name in
        // What `check` says of formulas is held against what the module says.
        tests(
            "\(name)ModuleTests", in: name,
            [.target(name: "\(name)Module")] + (name == "Incentives" ? ["GatehouseSite"] : []))
    }
        + [
            tests("GatehouseModuleKitTests", in: "Kit", []),
            tests("GatehouseModulesTests", in: "House", ["GatehouseModules"]),
            // The figures that it opens are made by the modules themselves.
            test(
                "GatehouseEvidenceTests",
                [
                    "GatehouseEvidence", "GatehouseModel", "GatehouseModuleKit", "GatehouseRules", "GatehouseRuntime",
                    "GatehouseSite",
                ]),
        ]
}

/// A wire protocol: bytes in, frames out, and nothing known of who uses it.
func wire(_ name: String) -> [Target] {
    [
        .target(
            name: "\(name)Wire", dependencies: ["GatehouseWireKit"], path: "protocols/\(name)/Sources",
            swiftSettings: house),
        .testTarget(
            name: "\(name)WireTests",
            dependencies: [
                "GatehouseWireKit", "GatehouseModel", "GatehouseSimulation", "GatehouseTestKit",
                .target(name: "\(name)Wire"),
            ],
            path: "protocols/\(name)", exclude: ["README.md", "Sources"], sources: ["Tests"],
            resources: [.copy("Vectors")], swiftSettings: house),
    ]
}

/// A device family: the driver kit and the protocols it speaks, nothing else; beside it the simulated device.
func driver(_ name: String, speaks wires: String...) -> [Target] {
    let wires = wires.map { Target.Dependency.target(name: "\($0)Wire") }
    return [
        .target(
            name: "\(name)Driver", dependencies: ["GatehouseDriverKit", "GatehouseModel", "GatehouseWireKit"] + wires,
            path: "drivers/\(name)/Sources", swiftSettings: house),
        .target(
            name: "\(name)Simulator",
            dependencies: ["GatehouseDriverKit", "GatehouseModel", "GatehouseSimulation", "GatehouseWireKit"] + wires,
            path: "drivers/\(name)/Simulator", swiftSettings: house),
        .testTarget(
            name: "\(name)DriverTests",
            dependencies: [
                "GatehouseDriverKit", "GatehouseModel", "GatehouseWireKit", "GatehouseSimulation", "GatehouseTestKit",
                .target(name: "\(name)Driver"), .target(name: "\(name)Simulator"),
            ] + wires,
            path: "drivers/\(name)/Tests", exclude: ["Recordings"], swiftSettings: house),
    ]
}
