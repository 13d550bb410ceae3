import FCARDWire
import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation

extension SimulatedFCARD {
    /// Wands with memories small enough to wrap around, for simulated sites.
    public static let family = SimulatedFamily(name: "fcard", bench: bench) { random, zone, _ in
        var setup = Setup()
        setup.number = UInt8(random.number(in: 0...255))
        setup.zone = zone
        setup.clockOffset = .seconds([0, -3, 40, -90, 3600][random.number(in: 0...4)])
        setup.capacity = [8, 30, 150, 1000][random.number(in: 0...3)]
        // A record that was overwritten unread is lost, whatever the gateway does.
        setup.overwrites = false
        setup.packetRecords = random.number(in: 1...15)
        let policies = DriverContext.ClockPolicy.allCases
        let context = DriverContext(
            zone: zone, role: .patrol, clock: policies[random.number(in: 0...policies.count - 1)],
            settings: [
                "address": .integer(setup.number), "poll": .string("\(random.number(in: 1...10))s"),
                "live": .bool(random.oneIn(2)),
            ])
        return SimulatedStation(
            device: SimulatedFCARD(setup: setup, seed: random.next()), context: context, transports: [.serial],
            errand: errand, mishap: mishap, mend: ["fault": "none"])
    }

    static let bench = SimulatedBench([
        "number": "its number and address, 0 to 255 (1)",
        "capacity": "how many records it holds (60000)",
        "records": "records in its memory at the start (0)",
    ]) { asked throws(SettingsProblem) in
        var setup = Setup()
        setup.number = UInt8(try asked.number("number", in: 0...255, default: 1))
        setup.capacity = UInt32(try asked.number("capacity", in: 1...1_000_000, default: 60_000))
        setup.zone = asked.zone
        var wand = SimulatedFCARD(setup: setup, seed: asked.seed)
        for number in 0..<(try asked.number("records", in: 0...100_000, default: 0)) {
            let made = Now(wall: Moment(seconds: 1_795_000_000 + Int64(number) * 10), uptime: .zero)
            _ = wand.touch(UInt32(1000 + number % 50), state: 0, at: made)
        }
        return wand
    }

    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        if random.oneIn(15) { return ["checkpoints": .integer(random.number(in: 2...30))] }
        if random.oneIn(5) { return ["staff": .integer(8_257_790 + random.number(in: 0...5))] }
        return ["checkpoint": .integer(43_981 + random.number(in: 0...20))]
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        let faults: [JSONValue] = [
            "silence", "noise", "cut", "gap", "swapped", "checksum", "reboot", "wrong-clock", "battery-low",
        ]
        if random.oneIn(8) { return ["clock": random.oneIn(2) ? "-3600s" : "+3600s"] }
        return ["fault": faults[random.number(in: 0...faults.count - 1)]]
    }
}

/// What became of each record, by its number.
extension SimulatedFCARD: RecordKeeping {
    public var recordCount: Int { memory.made.count }
    public var settledCount: Int { memory.acknowledged }

    public func standing(of number: Int) -> RecordStanding {
        RecordStanding(isAcknowledged: number <= memory.acknowledged, isErased: false)
    }

    public func identity(of number: Int) -> String {
        precondition((1...memory.made.count).contains(number), "the wand has made no such record")
        let record = memory.made[number - 1]
        let time = record.time.flatMap {
            LocalTime(
                year: $0.year, month: $0.month, day: $0.day, hour: $0.hour, minute: $0.minute, second: $0.second)
        }
        return "\(setup.number)/\(record.serial)/\(time?.text ?? "")/\(record.state)/\(record.card)"
    }
}
