import CFuzz
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

/// A family's driver, and mostly its simulated device behind a line on which everything happens that should not.
///
/// The device matters: only with true answers does a driver get as far as reading a log or holding a secure channel,
/// and only there can the next answer be spoilt.
struct DriverSubject: Subject {
    /// How this episode goes wrong.
    struct Temper {
        /// One answer of the device in so many is spoilt.
        var spoiltOneIn: Int
        /// One in so many is lost, comes twice, or changes places with the next.
        var strayOneIn: Int
        /// One input in so many is any input at all, at any time.
        var oddOneIn: Int
        /// Before one input in so many somebody does something to the device.
        var errandOneIn: Int
        /// Whether what the driver says reaches a device. Otherwise nobody answers but noise.
        var hasDevice: Bool
        /// Whether readings reach the disk.
        var hasDisk: Bool

        init(_ random: inout SplitMix64) {
            spoiltOneIn = random.pick([0, 3, 10, 60])
            strayOneIn = random.pick([0, 10, 60])
            oddOneIn = random.pick([2, 10, 50, 300])
            errandOneIn = random.pick([5, 20, 100])
            hasDevice = !random.oneIn(4)
            hasDisk = !random.oneIn(8)
        }
    }

    /// What of the driver's own is still open.
    struct Ledger {
        var receipts: [Receipt] = []
        var requests: Set<RequestID> = []
        var commands: Set<CommandID> = []
        var lastNumber: UInt64 = 0

        mutating func number() -> UInt64 {
            lastNumber += 1
            return lastNumber
        }
    }

    /// A moment of 2026 at which the simulated sites begin too.
    static let start = Moment(seconds: 1_795_420_800)
    /// How many answers may wait for the driver; a device that says more is not heard.
    static let queueLimit = 64

    let family: DriverFamily
    let station: SimulatedStation
    let hostile: Hostile
    /// Of a HID device, what the kernel says of it.
    let descriptor: [UInt8]?
    let temper: Temper
    var driver: any DeviceDriver
    var device: any SimulatedDevice
    var now = Now(wall: Self.start, uptime: .zero)
    var link: Transport?
    /// The driver has given the link up; it is closed next.
    var isAbandoned = false
    var hasTurn = false
    var turnDue: Duration?
    var wakeDue: Duration?
    var deviceDue: Duration?
    /// What the device has said and the driver has not heard.
    var queue: [[UInt8]] = []
    var ledger = Ledger()
    /// Times in a row that the driver was woken without time having passed.
    var restless = 0
    var lastWoken: Duration?
    /// The kernel has said what HID device it is.
    var isDescribed = false

    init(_ family: DriverFamily, _ bench: DriverBench, _ random: inout SplitMix64) {
        self.family = family
        hostile = bench.hostile
        temper = Temper(&random)
        station = bench.draw(&random)
        device = station.device
        descriptor = bench.descriptor(device)
        var context = station.context
        if random.oneIn(3) { context = Self.changed(context, family, &random) }
        // Settings drawn at random are mostly refused, which is an answer too.
        driver = Self.made(family, context) ?? Self.made(family, station.context) ?? Silent()
        precondition(!(driver is Silent), "the settings of a simulated \(family.name) are refused")
    }

    mutating func take(_ course: inout Course) throws(Objection) {
        let input = draw(&course.random)
        course.note("\(now.uptime.wholeMilliseconds) ms  \(Self.shown(input))")
        restless = input == .woke && now.uptime == lastWoken ? restless + 1 : 0
        if input == .woke { lastWoken = now.uptime }
        guard restless < 1000 else { throw Objection(reason: "asks to be woken again and again at the same moment") }
        let (effects, probed) = try owned { () throws(Objection) in
            // A read gives bytes that nobody else has.
            let own = Self.copied(input)
            return (driver.handle(own, at: now), probe(own))
        }
        for effect in effects { course.note("    \(Self.shown(effect))") }
        note(input)
        try judge(effects, of: input)
        guard probed < 64 else { throw Objection(reason: "a family has at most 64 probes") }
        carryOut(effects, &course.random)
    }

    /// The judgement of a probe on the same bytes.
    private func probe(_ input: DriverInput) -> Int {
        guard case .received(let bytes) = input, restless == 0 else { return 0 }
        for probe in family.probes {
            _ = probe.recognise(Array(bytes.prefix(4096)), probe.lines.first ?? SerialLine())
        }
        return family.probes.count
    }

    private static func made(_ family: DriverFamily, _ context: DriverContext) -> (any DeviceDriver)? {
        do throws(SettingsProblem) {
            return try family.make(context)
        } catch {
            return nil
        }
    }

    /// Stands where no driver could be made.
    private struct Silent: DeviceDriver {
        mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] { [] }
    }
}
