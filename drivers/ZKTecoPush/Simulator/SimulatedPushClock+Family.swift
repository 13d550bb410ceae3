import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation
import IClockWire

extension SimulatedPushClock {
    /// Time clocks that call in, for simulated sites.
    public static let family = SimulatedFamily(name: "zkteco-push", bench: bench) { random, zone, device in
        var setup = Setup()
        setup.serial = "PUSH-\(device)"
        setup.zone = zone
        setup.batch = [1, 7, 50][random.number(in: 0...2)]
        setup.queries = !random.oneIn(4)
        setup.isASPX = random.oneIn(3)
        setup.errorPause = .seconds([2, 30][random.number(in: 0...1)])
        setup.clockOffset = .seconds([0, -3, 9, -90, 3600][random.number(in: 0...4)])
        let policies = DriverContext.ClockPolicy.allCases
        let context = DriverContext(
            zone: zone, clock: policies[random.number(in: 0...policies.count - 1)],
            expectedSerial: random.oneIn(2) ? setup.serial : nil, settings: ["poll": "10s"])
        return SimulatedStation(
            device: SimulatedPushClock(setup: setup, seed: random.next()), context: context, transports: [.push],
            errand: { errand(&$0) }, mishap: { mishap(&$0) }, mend: ["fault": "none"])
    }

    /// One by itself: `gatehouse simulate zkteco-push --listen call:tcp://127.0.0.1:8081 --set serial=A1`.
    static let bench = SimulatedBench([
        "serial": "its serial number; PUSH0001",
        "batch": "punches an upload, 1 to 1000; 50",
        "error_pause": "seconds before it tries again after a failure, 1 to 300; 30",
        "queries": "whether it can count and send its log again; true",
        "aspx": "whether its paths end in .aspx; false",
        "hangs_up": "whether it hangs up after each answer; false",
    ]) { setup throws(SettingsProblem) in
        var own = Setup()
        own.zone = setup.zone
        own.serial = try setup.text("serial", default: own.serial)
        guard IClockRequest.serial([("SN", own.serial)]) != nil else {
            throw SettingsProblem(key: "serial", reason: "1 to 64 letters, digits, - and _ are expected")
        }
        own.batch = try setup.number("batch", in: 1...1000, default: own.batch)
        own.errorPause = .seconds(try setup.number("error_pause", in: 1...300, default: 30))
        own.queries = try setup.flag("queries", default: own.queries)
        own.isASPX = try setup.flag("aspx", default: own.isASPX)
        own.hangsUp = try setup.flag("hangs_up", default: own.hangsUp)
        return SimulatedPushClock(setup: own, seed: setup.seed)
    }

    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        if random.oneIn(15) { return ["punches": .integer(random.number(in: 2...120))] }
        return [
            "punch": [
                "badge": .string("\(10_001 + random.number(in: 0...39))"),
                "state": .integer(random.number(in: 0...5)), "verify": .integer(random.number(in: 0...3)),
            ]
        ]
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        switch random.number(in: 0...6) {
        case 0: ["fault": "silence"]
        case 1: ["fault": "noise"]
        case 2: ["fault": "cut"]
        case 3: ["fault": "lost-answer"]
        case 4: ["fault": "reboot", "seconds": .integer(random.number(in: 0...30))]
        case 5: ["operation": .integer([4, 21, 23][random.number(in: 0...2)])]
        default: ["clock": random.oneIn(2) ? "-1h" : "+1h"]
        }
    }
}

/// What became of each punch, by its number.
extension SimulatedPushClock: RecordKeeping {
    public var recordCount: Int { memory.log.count }
    public var settledCount: Int { memory.acknowledgedCount }

    public func standing(of number: Int) -> RecordStanding {
        RecordStanding(isAcknowledged: memory.log[number - 1].isAcknowledged, isErased: false)
    }

    public func identity(of number: Int) -> String { memory.log[number - 1].identity }
}
