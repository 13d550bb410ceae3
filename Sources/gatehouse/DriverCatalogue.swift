import AnvizDriver
import AnvizSimulator
import EM4100Driver
import EM4100Simulator
import FCARDDriver
import FCARDSimulator
import GatehouseDriverKit
import GatehouseSimulation
import HIDPOSDriver
import HanvonDriver
import HanvonSimulator
import KeyboardWedgeDriver
import LineScannerDriver
import LineScannerSimulator
import MemoryScannerDriver
import MemoryScannerSimulator
import OSDPDriver
import OSDPSimulator
import ZKTecoDriver
import ZKTecoPushDriver
import ZKTecoPushSimulator
import ZKTecoSimulator

/// The device families of this build: one line each.
enum DriverCatalogue {
    static let families = families(random: OSDPCryptography.random)

    /// The same, with random bytes that can be foreseen, so that a seed plays the same site to the byte.
    static let rehearsed = families { [UInt8](repeating: 0x5A, count: $0) }

    private static func families(random: @escaping @Sendable (Int) -> [UInt8]) -> [DriverFamily] {
        [
            Anviz.family,
            EM4100.family,
            FCARD.family,
            HIDPOS.family,
            Hanvon.family,
            KeyboardWedge.family,
            LineScanner.family,
            MemoryScanner.family,
            OSDPReader.family(cipher: OSDPCryptography.cipher, random: random),
            ZKTeco.family,
            ZKTecoPush.family,
        ]
    }

    /// The same families' simulated devices, which the sites of `gatehouse simulate site` are made of.
    static let simulated: [SimulatedFamily] = [
        SimulatedAnviz.family,
        SimulatedEM4100.family,
        SimulatedFCARD.family,
        SimulatedHanvon.family,
        SimulatedLineScanner.family,
        SimulatedMemoryScanner.family,
        SimulatedOSDPLine.family(cipher: OSDPCryptography.cipher),
        SimulatedZKTeco.family,
        SimulatedPushClock.family,
    ]
}
