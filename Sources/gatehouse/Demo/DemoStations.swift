import AnvizSimulator
import GatehouseModel
import GatehouseSimulation
import LineScannerSimulator
import MemoryScannerSimulator
import OSDPSimulator
import ZKTecoPushSimulator
import ZKTecoSimulator
import ZKTecoWire

/// The devices of the demo's plant: a row for each port.
extension DemoStation {
    static let all: [DemoStation] = [
        DemoStation(
            [Entry(id: "gate-1-clock", driver: "zkteco", place: "gate-1", more: "clock: sync")], .tcp
        ) { zone in
            var setup = SimulatedZKTeco.Setup()
            setup.serial = "SIM-gate-1-clock"
            setup.zone = zone
            return SimulatedZKTeco(setup: setup)
        },
        DemoStation(
            [Entry(id: "gate-2-clock", driver: "zkteco", place: "gate-2", more: "clock: sync")], .udp
        ) { zone in
            var setup = SimulatedZKTeco.Setup()
            setup.serial = "SIM-gate-2-clock"
            setup.layout = .sixteen
            setup.zone = zone
            // Nobody has set it for months.
            setup.clockOffset = .seconds(-9 * 60)
            return SimulatedZKTeco(setup: setup)
        },
        DemoStation(
            [Entry(id: "workshop-clock", driver: "zkteco-push", place: "workshop", more: "clock: sync")],
            .call(serial: "SIM-workshop-clock")
        ) { zone in
            var setup = SimulatedPushClock.Setup()
            setup.serial = "SIM-workshop-clock"
            setup.zone = zone
            return SimulatedPushClock(setup: setup)
        },
        DemoStation(
            [
                Entry(
                    id: "office-clock", driver: "anviz", place: "offices",
                    more: "clock: sync, settings: { poll: 2s }")
            ], .tcp
        ) { zone in
            var setup = SimulatedAnviz.Setup()
            setup.serial = "SIMofficeclock"
            setup.zone = zone
            return SimulatedAnviz(setup: setup)
        },
        DemoStation(
            (0...1).map { address in
                Entry(
                    id: "door-\(address + 1)-reader", driver: "osdp", place: "workshop",
                    more: "secret: \(DemoSite.lineKey.name), settings: { address: \(address) }")
            }, .terminal
        ) { _ in
            let readers = (UInt8(0)...1).map { address in
                SimulatedOSDPReader.Setup(
                    address: address, key: DemoSite.lineKey.bytes, isEnforced: true, serial: 4711 + UInt32(address))
            }
            return SimulatedOSDPLine(readers, cipher: OSDPCryptography.cipher)
        },
        lineScanner("guardroom-scanner", at: "gate-1"),
        // A cordless one: the guard carries it, its base hangs on the gateway.
        lineScanner("patrol-scanner", at: "workshop"),
        DemoStation(
            [
                Entry(
                    id: "yard-scanner", driver: "memory-scanner", place: "yard", role: "patrol",
                    more: "clear_log: when_full, settings: { poll: 2s }")
            ], .cradle
        ) { zone in
            var setup = SimulatedMemoryScanner.Setup()
            setup.zone = zone
            return SimulatedMemoryScanner(setup: setup)
        },
    ]

    private static func lineScanner(_ id: String, at place: String) -> DemoStation {
        DemoStation(
            [Entry(id: id, driver: "line-scanner", place: place, role: "patrol")], .terminal
        ) { _ in
            SimulatedLineScanner()
        }
    }
}
