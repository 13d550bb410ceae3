import GatehouseDriverKit
import LineScannerDriver
import ZKTecoDriver

/// The device families of this build: one line each.
enum DriverCatalogue {
    static let families: [DriverFamily] = [
        LineScanner.family,
        ZKTeco.family,
    ]
}
