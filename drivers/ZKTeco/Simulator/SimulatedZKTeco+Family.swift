import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation
import ZKTecoWire

extension SimulatedZKTeco {
    /// Time clocks of every make, for simulated sites.
    public static let family = SimulatedFamily(name: "zkteco") { random, zone, device in
        let transports: [Transport] = [[.tcp, .udp], [.tcp], [.udp]][random.number(in: 0...2)]
        let setup = drawSetup(&random, zone: zone, device: device, transports)
        var clock = SimulatedZKTeco(setup: setup, seed: random.next())
        clock.fault = random.oneIn(8) ? .cut(.transfer) : .none
        clock.fillLog(
            [0, 0, 5, 40][random.number(in: 0...3)], at: Now(wall: Moment(seconds: 1_793_000_000), uptime: .zero))
        let context = drawContext(&random, setup)
        return SimulatedStation(
            device: clock, context: context, mistaken: mistaken(context, &random),
            transports: transports, errand: { errand(&$0, setup) },
            mishap: { mishap(&$0, isStream: transports != [.udp]) },
            mend: ["fault": "none"])
    }

    /// Events that name the person; one with the internal number only waits for the user table, see `ZKTeco`.
    private static let eventForms: [ZKEvent.Form] = [.twelve, .thirtyTwo, .thirtySix, .thirtySeven, .fiftyTwo]

    private static func drawSetup(
        _ random: inout SplitMix64, zone: Zone, device: String, _ transports: [Transport]
    ) -> Setup {
        var setup = Setup()
        setup.serial = "SIM-\(device)"
        setup.zone = zone
        setup.key = random.oneIn(3) ? UInt32(random.number(in: 1...999_999)) : 0
        setup.alwaysAsksForKey = random.oneIn(4)
        let layouts = ZKRecordLayout.allCases.filter { !$0.needsUsers || transports == [.tcp] }
        setup.layout = layouts[random.number(in: 0...layouts.count - 1)]
        setup.eventForm = eventForms[random.number(in: 0...eventForms.count - 1)]
        setup.userLayout = random.oneIn(2) ? .short : .long
        setup.userCount = random.number(in: 1...30)
        setup.capacity = [60, 200, 1200][random.number(in: 0...2)]
        // A clock is rarely right, and now and then an hour off or in the year 2000.
        setup.clockOffset = .seconds([0, -3, 9, -90, 3600, -3600][random.number(in: 0...5)])
        // What is too old for the prepared read is too old for TCP.
        setup.bulk.isPrepared = transports != [.udp] || !random.oneIn(4)
        setup.bulk.directLimit = [0, 200, 1000][random.number(in: 0...2)]
        setup.bulk.announcesChunks = !random.oneIn(3)
        setup.bulk.tcpPacket = [nil, 64, 1000][random.number(in: 0...2)]
        // The parts of a chunk carry no place: where datagrams overtake each other they must not be cut.
        setup.bulk.udpPacket = 16_384
        return setup
    }

    private static func drawContext(_ random: inout SplitMix64, _ setup: Setup) -> DriverContext {
        var settings: [JSONValue.Member] = []
        if random.oneIn(2) { settings.append(.init("direction", "device")) }
        if setup.layout.needsUsers {
            settings.append(.init("layout8", setup.layout == .eightA ? "A" : "B"))
        }
        let policies = DriverContext.ClockPolicy.allCases
        return DriverContext(
            zone: setup.zone, clock: policies[random.number(in: 0...policies.count - 1)],
            clearLog: random.oneIn(2) ? .whenFull : .never, secret: setup.key == 0 ? nil : "\(setup.key)",
            expectedSerial: random.oneIn(3) ? setup.serial : nil, settings: .object(settings))
    }

    /// Now and then the site file has the key wrong, until somebody corrects it.
    private static func mistaken(_ context: DriverContext, _ random: inout SplitMix64) -> DriverContext? {
        guard random.oneIn(5) else { return nil }
        var mistaken = context
        mistaken.secret = context.secret == nil ? "4711" : nil
        return mistaken
    }

    /// Mostly one person; now and then the end of a shift.
    /// Where records carry the internal number, only people who are enrolled: the user table stands still while it is
    /// read.
    private static func errand(_ random: inout SplitMix64, _ setup: Setup) -> JSONValue {
        let isNumbered = setup.layout.needsUsers
        if !isNumbered, random.oneIn(15) { return ["punches": .integer(random.number(in: 2...25))] }
        return [
            "punch": [
                "badge": .string("\(10_001 + random.number(in: 0...(isNumbered ? setup.userCount - 1 : 39)))"),
                "state": .integer(random.number(in: 0...5)),
                "verify": .integer(random.number(in: 0...3)),
            ]
        ]
    }

    /// A silent clock goes on counting the events that it owes, which on a stream belies its acknowledgements; there
    /// a pulled cable is silence enough.
    private static func mishap(_ random: inout SplitMix64, isStream: Bool) -> JSONValue {
        let when: JSONValue = random.oneIn(2) ? "transfer" : "next"
        return switch random.number(in: 0...10) {
        case 0: ["fault": isStream ? "noise" : "silence"]
        case 1: ["fault": "noise"]
        case 2...3: ["fault": "cut", "when": when]
        case 4...6: ["fault": "reboot", "when": when, "seconds": .integer(random.number(in: 0...30))]
        case 7: ["fault": "wrong-clock"]
        case 8: ["fault": "full-log"]
        case 9: ["clock": random.oneIn(2) ? "-1h" : "+1h"]
        default: ["log": 10]
        }
    }
}

/// What became of each punch, by its number.
extension SimulatedZKTeco: RecordKeeping {
    public var recordCount: Int { memory.made }
    public var settledCount: Int { memory.acknowledgedCount + memory.erased.count }

    public func standing(of number: Int) -> RecordStanding {
        RecordStanding(isAcknowledged: entry(number).isAcknowledged, isErased: number <= memory.erased.count)
    }

    public func identity(of number: Int) -> String {
        let punch = entry(number).punch
        return "\(punch.userID ?? "")/\(punch.time.local?.text ?? "")/\(punch.state)/\(punch.verify)"
    }

    private func entry(_ number: Int) -> ClockMemory.Entry {
        precondition((1...memory.made).contains(number), "the clock has made no such record")
        let erased = memory.erased.count
        return number <= erased ? memory.erased[number - 1] : memory.log[number - 1 - erased]
    }
}
