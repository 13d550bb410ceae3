import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation
import GatehouseWireKit
import OPN2001Wire

extension SimulatedMemoryScanner {
    /// Scanners of every habit, for simulated sites.
    public static let family = SimulatedFamily(name: "memory-scanner", bench: bench) { random, zone, _ in
        var setup = Setup()
        setup.serial = random.bytes(8)
        setup.zone = zone
        setup.clockOffset = .seconds([0, -3, 40, -90, 3600][random.number(in: 0...4)])
        setup.sleepiness = random.number(in: 0...3)
        setup.capacity = [400, 4000, 100_000][random.number(in: 0...2)]
        setup.tellsParameters = !random.oneIn(4)
        setup.clearsItself = setup.tellsParameters && random.oneIn(4)
        setup.dataCheck = random.oneIn(4) ? .withoutSerial : .whole
        let policies = DriverContext.ClockPolicy.allCases
        let context = DriverContext(
            zone: zone, role: .patrol, clock: policies[random.number(in: 0...policies.count - 1)],
            clearLog: random.oneIn(3) ? .never : .whenFull,
            settings: [
                "poll": .string("\(random.number(in: 1...10))s"), "data_crc": .string(setup.dataCheck.rawValue),
                "prepare": .bool(setup.clearsItself), "assume_factory": .bool(!setup.tellsParameters),
            ])
        return SimulatedStation(
            device: SimulatedMemoryScanner(setup: setup, seed: random.next()), context: context,
            transports: [.serial], errand: errand, mishap: mishap, mend: ["fault": "none"])
    }

    static let bench = SimulatedBench([
        "serial": "its serial number, 16 hexadecimal digits (0000000012345678)",
        "scans": "codes in its memory at the start (0)",
        "sleepiness": "how many requests only wake it (1)",
    ]) { asked throws(SettingsProblem) in
        var setup = Setup()
        setup.serial = try asked.bytes("serial", default: setup.serial)
        guard setup.serial.count == 8 else {
            throw SettingsProblem(key: "serial", reason: "must be 16 hexadecimal digits")
        }
        setup.zone = asked.zone
        setup.sleepiness = try asked.number("sleepiness", in: 0...10, default: setup.sleepiness)
        var scanner = SimulatedMemoryScanner(setup: setup, seed: asked.seed)
        let count = try asked.number("scans", in: 0...10_000, default: 0)
        for number in 0..<count {
            let made = Now(wall: Moment(seconds: 1_795_000_000 + Int64(number) * 10), uptime: .zero)
            scanner.scan(Array("C-\(number + 1)".utf8), symbology: 3, at: made)
        }
        return scanner
    }

    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        if random.oneIn(20) { return ["scans": .integer(random.number(in: 2...30))] }
        return [
            "scan": .string("CP-\(1000 + random.number(in: 0...9))"), "symbology": .integer(random.number(in: 1...12)),
        ]
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        let faults: [JSONValue] = [
            "away", "away", "noise", "cut", "check", "dumb", "reboot", "wrong-clock", "battery-low",
        ]
        if random.oneIn(8) { return ["clock": random.oneIn(2) ? "-3600s" : "+3600s"] }
        return ["fault": faults[random.number(in: 0...faults.count - 1)]]
    }
}

/// What became of each scan, by its number.
extension SimulatedMemoryScanner: RecordKeeping {
    public var recordCount: Int { memory.made.count }
    public var settledCount: Int { memory.erasedCount }

    public func standing(of number: Int) -> RecordStanding {
        RecordStanding(isAcknowledged: false, isErased: number <= memory.erasedCount)
    }

    public func identity(of number: Int) -> String {
        precondition((1...memory.made.count).contains(number), "the scanner has made no such scan")
        let entry = memory.made[number - 1]
        let time = entry.scan.time.flatMap {
            LocalTime(
                year: $0.year, month: $0.month, day: $0.day, hour: $0.hour, minute: $0.minute, second: $0.second)
        }
        let code = String(decoding: entry.scan.code, as: UTF8.self)
        return "\(Hex.text(setup.serial).uppercased())/\(time?.text ?? "")/\(entry.ordinal)/\(code)"
    }
}
