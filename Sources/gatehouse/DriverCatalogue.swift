import GatehouseDriverKit
import GatehouseSimulation
import LineScannerDriver
import LineScannerSimulator
import ZKTecoDriver
import ZKTecoSimulator

/// The device families of this build: one line each.
enum DriverCatalogue {
    static let families = families()

    static let rehearsed = families

    private static func families() -> [DriverFamily] {
        [
            LineScanner.family,
            ZKTeco.family,
        ]
    }

    /// The same families' simulated devices, which the sites of `gatehouse simulate site` are made of.
    static let simulated: [SimulatedFamily] = [
        SimulatedLineScanner.family,
        SimulatedZKTeco.family,
    ]
}
