import AnvizDriver
import AnvizSimulator
import EM4100Driver
import EM4100Simulator
import FCARDDriver
import FCARDSimulator
import GatehouseSimulation
import HanvonDriver
import HanvonSimulator
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

/// Everything that is tested: one entry for each wire and one for each family.
enum Roster {
    static func entries() -> [Entry] {
        wires() + drivers()
    }

    /// One entry for each family.
    private static func drivers() -> [Entry] {
        [
            .driver(Anviz.family, SimulatedAnviz.family, seal: Seals.anviz),
            .driver(EM4100.family, SimulatedEM4100.family, seal: Seals.em4100),
            .driver(FCARD.family, SimulatedFCARD.family, seal: Seals.fcard),
            .driver(Hanvon.family, SimulatedHanvon.family),
            hidpos(),
            keyboardWedge(),
            .driver(LineScanner.family, SimulatedLineScanner.family),
            .driver(MemoryScanner.family, SimulatedMemoryScanner.family, seal: Seals.opn2001),
            osdp(),
            .driver(ZKTeco.family, SimulatedZKTeco.family, seal: Seals.zkteco),
            .driver(ZKTecoPush.family, SimulatedPushClock.family),
        ]
    }

    /// Its challenges are the same each time, so that an input is the same each time.
    private static func osdp() -> Entry {
        .driver(
            OSDPReader.family(
                cipher: PlainCipher.cipher,
                random: { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) } }),
            SimulatedOSDPLine.family(cipher: PlainCipher.cipher), seal: Seals.osdp)
    }
}
