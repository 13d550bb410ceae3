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
            [Entry(id: "gate-1-clock", driver: "zkteco", more: "clock: sync")], .tcp, .isRestarted,
            visit: DemoPeople.punch
        ) { zone, now in
            var setup = SimulatedZKTeco.Setup()
            setup.serial = "SIM-gate-1-clock"
            setup.zone = zone
            return told(SimulatedZKTeco(setup: setup), ["log": 5], at: now)
        },
        DemoStation(
            [Entry(id: "gate-2-clock", driver: "zkteco", more: "clock: sync")], .udp, .isRestarted,
            visit: DemoPeople.punch
        ) { zone, now in
            var setup = SimulatedZKTeco.Setup()
            setup.serial = "SIM-gate-2-clock"
            setup.layout = .sixteen
            setup.zone = zone
            setup.clockOffset = .seconds(40)
            return told(SimulatedZKTeco(setup: setup), ["log": 5], at: now)
        },
        DemoStation(
            [Entry(id: "gate-3-clock", driver: "zkteco-push", more: "clock: sync")], .call(serial: "SIM-gate-3-clock"),
            visit: DemoPeople.punch
        ) { zone, _ in
            var setup = SimulatedPushClock.Setup()
            setup.serial = "SIM-gate-3-clock"
            setup.zone = zone
            return SimulatedPushClock(setup: setup)
        },
        DemoStation(
            [Entry(id: "office-clock", driver: "anviz", more: "clock: sync, settings: { poll: 2s }")], .tcp,
            visit: DemoPeople.punch
        ) { zone, now in
            var setup = SimulatedAnviz.Setup()
            setup.serial = "SIMofficeclock"
            setup.zone = zone
            return told(SimulatedAnviz(setup: setup), ["log": 3], at: now)
        },
        DemoStation(
            (0...1).map { address in
                Entry(
                    id: "door-\(address + 1)-reader", driver: "osdp",
                    more: "secret: \(DemoSite.lineKey.name), settings: { address: \(address) }")
            }, .terminal, visit: DemoPeople.card
        ) { _, _ in
            let readers = (UInt8(0)...1).map { address in
                SimulatedOSDPReader.Setup(
                    address: address, key: DemoSite.lineKey.bytes, isEnforced: true, serial: 4711 + UInt32(address))
            }
            return SimulatedOSDPLine(readers, cipher: OSDPCryptography.cipher)
        },
        lineScanner("guardroom-scanner"),
        lineScanner("packing-scanner"),
        DemoStation(
            [
                Entry(
                    id: "night-scanner", driver: "memory-scanner", role: "patrol",
                    more: "clock: sync, clear_log: when_full, settings: { poll: 2s }")
            ], .terminal, .isCarried, visit: DemoPeople.scan
        ) { zone, now in
            var setup = SimulatedMemoryScanner.Setup()
            setup.zone = zone
            return carried(SimulatedMemoryScanner(setup: setup), at: now)
        },
    ]

    private static func lineScanner(_ id: String) -> DemoStation {
        DemoStation(
            [Entry(id: id, driver: "line-scanner", role: "patrol")], .terminal, .isUnplugged, visit: DemoPeople.scan
        ) { _, _ in
            SimulatedLineScanner()
        }
    }

    /// The scanner on its way back from a round that began three quarters of an hour ago.
    private static func carried(_ scanner: SimulatedMemoryScanner, at now: Now) -> SimulatedMemoryScanner {
        var scanner = told(scanner, ["fault": "away"], at: now)
        for (place, checkpoint) in DemoPeople.checkpoints.enumerated() {
            let then = Now(wall: now.wall - .seconds((45 - 10 * place) * 60), uptime: now.uptime)
            scanner = told(scanner, ["scan": .string(checkpoint.code)], at: then)
        }
        return scanner
    }

    /// The device after what happened to it while nobody listened.
    private static func told<Device: SimulatedDevice>(_ device: Device, _ command: JSONValue, at now: Now) -> Device {
        var device = device
        _ = device.handle(.told(command), at: now)
        return device
    }
}
