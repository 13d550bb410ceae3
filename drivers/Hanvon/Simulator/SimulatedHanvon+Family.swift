import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation

extension SimulatedHanvon {
    /// Face clocks that are asked and face clocks that deliver, for simulated sites.
    public static let family = SimulatedFamily(name: "hanvon", bench: bench) { random, zone, device in
        var setup = Setup()
        setup.serial = "SIM-\(device)"
        setup.zone = zone
        setup.key = random.oneIn(2) ? "\(random.number(in: 1...99_999_999))" : nil
        setup.delivers = random.oneIn(2)
        setup.endsLines = random.oneIn(2)
        setup.waits = random.oneIn(2)
        setup.isTerse = random.oneIn(2)
        setup.capacity = [300, 1200][random.number(in: 0...1)]
        setup.clockOffset = .seconds([0, -3, 9, -90, 3600, -3600][random.number(in: 0...5)])
        var clock = SimulatedHanvon(setup: setup, seed: random.next())
        clock.fillMemory(
            [0, 0, 5, 40][random.number(in: 0...3)], at: Now(wall: Moment(seconds: 1_793_000_000), uptime: .zero))
        let policies = DriverContext.ClockPolicy.allCases
        let modes = ["auto", setup.delivers ? "push" : "pull"]
        let context = DriverContext(
            zone: zone, clock: policies[random.number(in: 0...policies.count - 1)], secret: setup.key,
            settings: ["mode": .string(modes[random.number(in: 0...1)]), "direction": "status"])
        var mistaken: DriverContext?
        if setup.key != nil, random.oneIn(3) {
            mistaken = context
            mistaken?.secret = "4711"
        }
        return SimulatedStation(
            device: clock, context: context, mistaken: mistaken, transports: [.tcp], errand: errand, mishap: mishap,
            mend: ["fault": "none"])
    }

    /// Mostly one person; now and then the end of a shift.
    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        if random.oneIn(15) { return ["punches": .integer(random.number(in: 2...25))] }
        return [
            "punch": [
                "badge": .string("\(10_001 + random.number(in: 0...39))"),
                "status": .string("\(random.number(in: 0...1))"),
            ]
        ]
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        switch random.number(in: 0...8) {
        case 0: ["fault": "silence"]
        case 1: ["fault": "noise"]
        case 2...3: ["fault": "cut"]
        case 4: ["fault": "lost-reply"]
        case 5: ["fault": "reboot", "seconds": .integer(random.number(in: 0...30))]
        case 6: ["fault": "wrong-clock"]
        case 7: ["clock": random.oneIn(2) ? "-1h" : "+1h"]
        default: ["log": 10]
        }
    }
}

/// What became of each record, by its number.
extension SimulatedHanvon: RecordKeeping {
    public var recordCount: Int { memory.made }
    public var settledCount: Int { memory.deliveredCount + memory.erased.count }

    public func standing(of number: Int) -> RecordStanding {
        RecordStanding(isAcknowledged: memory.entry(number).isDelivered, isErased: memory.isErased(number))
    }

    public func identity(of number: Int) -> String {
        let entry = memory.entry(number)
        return "\(entry.id)/\(entry.time.text)/\(entry.status)"
    }
}
