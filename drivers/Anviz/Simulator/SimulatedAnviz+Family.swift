import AnvizWire
import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation

extension SimulatedAnviz {
    /// Clocks on a line, on TCP and dialling in, for simulated sites. None has its memory erased: the clock cannot be
    /// locked, so that a punch between the last count and the erasure would be lost, see the driver's page.
    public static let family = SimulatedFamily(name: "anviz", bench: bench) { random, zone, device in
        let transport: Transport = random.oneIn(2) ? .serial : .tcp
        let setup = drawSetup(&random, zone: zone, device: device, transport)
        var clock = SimulatedAnviz(setup: setup, seed: random.next())
        clock.fillMemory(
            [0, 0, 30, 80][random.number(in: 0...3)], at: Now(wall: Moment(seconds: 1_793_000_000), uptime: .zero))
        let context = drawContext(&random, setup)
        var mistaken: DriverContext?
        if setup.login != nil, random.oneIn(3) {
            mistaken = context
            mistaken?.secret = "4711"
        }
        return SimulatedStation(
            device: clock, context: context, mistaken: mistaken, transports: [transport], errand: errand,
            mishap: mishap, mend: ["fault": "none"])
    }

    private static func drawSetup(
        _ random: inout SplitMix64, zone: Zone, device: String, _ transport: Transport
    ) -> Setup {
        var setup = Setup()
        setup.serial = "SIM-\(device)"
        setup.zone = zone
        setup.id = random.oneIn(2) ? 1 : UInt32(random.number(in: 1...255))
        setup.epoch = random.oneIn(4) ? .january1 : .january2
        setup.capacity = [200, 1200][random.number(in: 0...1)]
        setup.login = random.oneIn(4) ? AnvizLogin.data(user: "admin", password: "12345") : nil
        setup.isLive = random.oneIn(2)
        setup.dialsIn = transport == .tcp && random.oneIn(2)
        setup.clockOffset = .seconds([0, -3, 9, -90, 3600, -3600][random.number(in: 0...5)])
        return setup
    }

    private static func drawContext(_ random: inout SplitMix64, _ setup: Setup) -> DriverContext {
        let settings: [JSONValue.Member] = [
            .init("id", .integer(setup.id)), .init("epoch", .string(setup.epoch.rawValue)),
        ]
        let policies = DriverContext.ClockPolicy.allCases
        return DriverContext(
            zone: setup.zone, clock: policies[random.number(in: 0...policies.count - 1)],
            secret: setup.login == nil ? nil : "12345", expectedSerial: random.oneIn(3) ? setup.serial : nil,
            settings: .object(settings))
    }

    /// Mostly one person; now and then the end of a shift.
    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        if random.oneIn(15) { return ["punches": .integer(random.number(in: 2...40))] }
        return [
            "punch": [
                "badge": .string("\(10_001 + random.number(in: 0...39))"),
                "state": .integer(random.number(in: 0...1)), "backup": .integer(1 << random.number(in: 0...3)),
            ]
        ]
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        switch random.number(in: 0...9) {
        case 0: ["fault": "silence"]
        case 1: ["fault": "noise"]
        case 2: ["fault": "cut"]
        case 3...4: ["fault": "lost-reply"]
        case 5: ["fault": "lost-command"]
        case 6: ["fault": "reboot", "seconds": .integer(random.number(in: 0...30))]
        case 7: ["fault": "wrong-clock"]
        case 8: ["clock": random.oneIn(2) ? "-1h" : "+1h"]
        default: ["log": 10]
        }
    }
}

/// What became of each record, by its number.
extension SimulatedAnviz: RecordKeeping {
    public var recordCount: Int { memory.made }
    public var settledCount: Int { memory.clearedCount + memory.erased.count }

    public func standing(of number: Int) -> RecordStanding {
        RecordStanding(isAcknowledged: !memory.entry(number).isNew, isErased: number <= memory.erased.count)
    }

    public func identity(of number: Int) -> String {
        let record = memory.entry(number).record
        return "\(record.user)/\(record.seconds)/\(record.type)/\(record.backup)"
    }
}
