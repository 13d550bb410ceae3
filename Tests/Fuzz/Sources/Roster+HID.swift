import EvdevWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import HIDPOSDriver
import HIDPOSSimulator
import KeyboardWedgeDriver
import KeyboardWedgeSimulator

/// The two families whose devices the kernel reads: no line lies between, so simulated sites have none of them.
extension Roster {
    static func hidpos() -> Entry {
        let simulated = SimulatedFamily(name: HIDPOS.family.name) { random, zone, _ in
            let device = SimulatedHIDPOS(
                make: random.pick(SimulatedHIDPOS.Make.allCases), suffix: random.oneIn(2) ? [0x0D] : [])
            return SimulatedStation(
                device: device, context: DriverContext(zone: zone), transports: [.hidraw], errand: scan,
                mishap: { fault(&$0, "silence", "cut", "short", "unplugged") }, mend: ["fault": "none"])
        }
        return .driver(HIDPOS.family, simulated, descriptor: { ($0 as? SimulatedHIDPOS)?.descriptor })
    }

    static func keyboardWedge() -> Entry {
        let simulated = SimulatedFamily(name: KeyboardWedge.family.name) { random, zone, _ in
            let layout = random.pick(KeyboardLayout.allCases)
            let device = SimulatedKeyboardWedge(
                setup: .init(
                    layout: layout, style: random.pick([.keys, .altCodes]), suffix: random.pick(["\r", "\t"]),
                    step: .milliseconds(random.number(in: 1...8)), togglesCaps: random.oneIn(4)))
            let context = DriverContext(
                zone: zone, settings: ["layout": .string(layout.rawValue), "aim": .bool(random.oneIn(4))])
            return SimulatedStation(
                device: device, context: context, transports: [.evdev],
                errand: { random in random.oneIn(5) ? ["type": "abc"] : scan(&random) },
                mishap: { fault(&$0, "silence", "cut", "lost", "slow", "unplugged") }, mend: ["fault": "none"])
        }
        return .driver(KeyboardWedge.family, simulated)
    }

    private static func scan(_ random: inout SplitMix64) -> JSONValue {
        [
            "scan": .string(
                random.pick(["XF-0001", "]Q1XF-0002", "https://example.invalid/id/0123456789", "a\u{E9}\u{DF}@{}"]))
        ]
    }

    private static func fault(_ random: inout SplitMix64, _ faults: String...) -> JSONValue {
        ["fault": .string(random.pick(faults))]
    }
}
