import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation

extension SimulatedLineScanner {
    /// Scanners of every setting, for simulated sites.
    public static let family = SimulatedFamily(name: "line-scanner") { random, zone, device in
        let ends: [(bytes: [UInt8], name: JSONValue)] = [
            ([0x0D], "auto"), ([0x0A], "lf"), ([0x0D, 0x0A], "crlf"), ([0x09], "tab"), ([], "none"),
        ]
        let end = ends[random.number(in: 0...ends.count - 1)]
        let hasAim = random.oneIn(3)
        let setup = Setup(suffix: end.bytes, aim: hasAim ? "]Q1" : nil, series: "\(device)-")
        let context = DriverContext(zone: zone, settings: ["terminator": end.name, "aim": .bool(hasAim)])
        return SimulatedStation(
            device: SimulatedLineScanner(setup: setup, seed: random.next()), context: context, transports: [.serial],
            errand: errand, mishap: mishap, mend: ["fault": "none"])
    }

    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        if random.oneIn(20) { return ["scans": .integer(random.number(in: 2...40))] }
        if random.oneIn(20) { return ["scan": ["hex": "b6fec0a5c2eb"]] }
        return ["scan": .string("XF-\(1000 + random.number(in: 0...99))")]
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        let faults: [JSONValue] = ["silence", "noise", "cut", "overlong", "reboot"]
        return ["fault": faults[random.number(in: 0...faults.count - 1)]]
    }
}
