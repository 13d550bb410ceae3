import AnvizDriver
import AnvizSimulator
import EM4100Driver
import EM4100Simulator
import FCARDDriver
import FCARDSimulator
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import HanvonDriver
import HanvonSimulator
import LineScannerDriver
import LineScannerSimulator
import MemoryScannerDriver
import MemoryScannerSimulator
import OSDPDriver
import OSDPSimulator
import OSDPWire
import ZKTecoDriver
import ZKTecoPushDriver
import ZKTecoPushSimulator
import ZKTecoSimulator

/// The device families of this repository, as `gatehouse simulate site` takes them: a seed means the same site in both.
enum Sites {
    static let families = [
        Anviz.family,
        EM4100.family,
        FCARD.family,
        Hanvon.family,
        LineScanner.family,
        MemoryScanner.family,
        OSDPReader.family(cipher: cipher) { [UInt8](repeating: 0x5A, count: $0) },
        ZKTeco.family,
        ZKTecoPush.family,
    ]
    static let simulated = [
        SimulatedAnviz.family,
        SimulatedEM4100.family,
        SimulatedFCARD.family,
        SimulatedHanvon.family,
        SimulatedLineScanner.family,
        SimulatedMemoryScanner.family,
        SimulatedOSDPLine.family(cipher: cipher),
        SimulatedZKTeco.family,
        SimulatedPushClock.family,
    ]
    private static let cipher = BlockCipher(
        encrypt: { SlowAES.encrypt($0, $1) }, decrypt: { SlowAES.decrypt($0, $1) })

    /// A site of any kind.
    static func drawn(_ seed: UInt64, trouble: Duration = .seconds(60), keepsLines: Bool = false) -> World {
        World(
            seed: seed, families: families, simulated: simulated, plan: World.Plan(trouble: trouble),
            keepsLines: keepsLines)
    }

    /// A site of one clock that behaves, on the doors given: what goes wrong is up to the test.
    static func clock(
        seed: UInt64 = 1, transports: [Transport] = [.tcp], setup: SimulatedZKTeco.Setup = SimulatedZKTeco.Setup(),
        mistaken: DriverContext? = nil, family: DriverFamily = ZKTeco.family,
        _ change: (inout DriverContext) -> Void = { _ in }
    ) -> World {
        var context = DriverContext(zone: setup.zone)
        change(&context)
        let station = SimulatedStation(
            device: SimulatedZKTeco(setup: setup, seed: 1), context: context, mistaken: mistaken,
            transports: transports,
            errand: { _ in ["report": true] }, mishap: { _ in ["report": true] }, mend: ["fault": "none"])
        return quiet(seed, family, station)
    }

    /// A site of one scanner that behaves.
    static func scanner(seed: UInt64 = 1) -> World {
        let station = SimulatedStation(
            device: SimulatedLineScanner(), context: DriverContext(zone: .utc), transports: [.serial],
            errand: { _ in ["report": true] }, mishap: { _ in ["report": true] }, mend: ["fault": "none"])
        return quiet(seed, LineScanner.family, station)
    }

    private static func quiet(_ seed: UInt64, _ family: DriverFamily, _ station: SimulatedStation) -> World {
        World(
            seed: seed, families: [family], simulated: [SimulatedFamily(name: family.name) { _, _, _ in station }],
            plan: World.Plan(stations: 1...1, trouble: .seconds(300), isUneventful: true), keepsLines: true)
    }
}
