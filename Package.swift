// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is built with.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "gatehouse",
    targets: core() + tests()
)

/// What decides: plain values, no input or output.
func core() -> [Target] {
    [
        ours("GatehouseModel"),
        ours("GatehouseWireKit"),
        ours("GatehouseDriverKit", ["GatehouseModel"]),
        ours("GatehouseEngine", ["GatehouseModel", "GatehouseDriverKit"]),
    ]
}

func tests() -> [Target] {
    [
        test("GatehouseModelTests", ["GatehouseModel"]),
        test("GatehouseWireKitTests", ["GatehouseWireKit"]),
        test("GatehouseEngineTests", ["GatehouseEngine", "GatehouseDriverKit", "GatehouseModel"]),
    ]
}

func ours(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func test(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}
