public import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel

/// A small site in memory: supervisors and drivers as in production, simulated devices on faulty lines, a journal that
/// outlives the gateway, and subscribers. Everything that happens is drawn from one seed, and after every step
/// the rules of the house are checked.
///
/// For the length of `plan.trouble` things go wrong; then the faults end, time runs on, and everything must turn
/// out well.
public struct World: Sendable {
    /// What is on the agenda.
    enum Action: Sendable {
        case alarm(Int, life: Int)
        case openEnded(Int, life: Int, LinkNumber, LinkTarget)
        case arrival(Int, serial: Int, OpenLink.Way)
        case lost(Int, serial: Int, reason: String)
        case farewell(Int, serial: Int, Transport, LineFaults)
        case deviceHungUp(Int, serial: Int)
        case deviceWoke(Int, timer: Int)
        case commit(life: Int)
        case stored(Int, life: Int, [StoreToken], events: Int)
        case publish(life: Int)
        case start
        case replay(Int)
        case heartbeat
        case errand(Int)
        case mishap(Int)
        case mend(Int, Mishap)
        case wideMishap
        case wideMend(WideMishap)
        case calm
        case look
    }

    /// What every site has, whatever the seed.
    public struct Plan: Hashable, Sendable {
        /// How many devices the site has.
        public var stations: ClosedRange<Int>
        /// How long things go wrong.
        public var trouble: Duration
        /// How long it may take after that until everything is well: a clock is read every quarter of an hour.
        public var patience: Duration
        /// Whether nothing happens by itself, and every line is sound: the site of a test that tells its own story.
        public var isUneventful: Bool

        public init(
            stations: ClosedRange<Int> = 1...4, trouble: Duration = .seconds(60), patience: Duration = .seconds(2400),
            isUneventful: Bool = false
        ) {
            precondition(stations.lowerBound > 0, "a site has a device")
            self.stations = stations
            self.trouble = trouble
            self.patience = patience
            self.isUneventful = isUneventful
        }
    }

    /// Everything is drawn from it.
    public let seed: UInt64
    /// What the site was drawn to.
    public let plan: Plan
    /// What outlives the gateway.
    public internal(set) var journal = MemoryJournal()
    /// What happened.
    public internal(set) var transcript: Transcript
    /// Simulated time since the beginning.
    public private(set) var uptime = Duration.zero
    /// How many things have happened.
    public private(set) var steps = 0
    /// How often the gateway crashed.
    public internal(set) var crashes = 0

    var random: SplitMix64
    var agenda = Agenda<Action>()
    var stations: [Station] = []
    var subscribers = [Subscriber(), Subscriber(topic: "punch.recorded")]
    var desk = WriterDesk()
    var ledger = Ledger()
    var temper: Temper
    let start: Moment
    /// Which of the gateway's lives this is; what belongs to an earlier one is void.
    var life = 0
    var isUp = false
    /// It crashes right after the next commit, before anybody is told.
    var diesAtCommit = false
    var isCalm = false
    var isQuiet = false
    var lastSerial = 0
    var lastCommand: UInt64 = 0
    var lastRequest: UInt64 = 0
    var publishedThrough: Int64 = 0
    /// By how much the gateway's clock is wrong since when; the oldest first.
    var wallShifts: [(since: Duration, shift: Duration)] = [(.zero, .zero)]

    /// Draws the site. The drivers are taken from `families`, the devices from `simulated`, by name.
    public init(
        seed: UInt64, families: [DriverFamily], simulated: [SimulatedFamily], plan: Plan = Plan(),
        keepsLines: Bool = false
    ) {
        self.seed = seed
        self.plan = plan
        transcript = Transcript(keepsLines: keepsLines)
        random = SplitMix64(seed: seed)
        temper = plan.isUneventful ? .even : Temper(&random)
        // Where daylight saving ends in New York, six minutes before, or any other day.
        start = random.oneIn(6) ? Moment(seconds: 1_793_512_440) : Moment(seconds: 1_795_307_400)
        let zone = Self.zones[random.number(in: 0...Self.zones.count - 1)]
        for index in 0..<random.number(in: plan.stations) {
            let drawn = simulated[random.number(in: 0...simulated.count - 1)]
            guard let family = families.first(where: { $0.name == drawn.name }) else {
                preconditionFailure("no driver for \(drawn.name)")
            }
            stations.append(station(index, family, drawn, zone))
        }
        agenda.add(.start, at: .zero)
        agenda.add(.heartbeat, at: .seconds(10))
        agenda.add(.calm, at: plan.trouble)
        if !plan.isUneventful { addTrouble() }
    }

    /// People and mishaps begin.
    private mutating func addTrouble() {
        for index in stations.indices {
            agenda.add(.errand(index), at: random.duration(in: .zero...(.seconds(10))))
            agenda.add(.mishap(index), at: random.duration(in: .seconds(2)...(.seconds(30))))
        }
        agenda.add(.wideMishap, at: random.duration(in: .seconds(2)...(.seconds(30))))
    }

    /// Time zones without a database: none, one without daylight saving, one where it just ends.
    static let zones = [
        Zone.utc,
        Zone(name: "Asia/Shanghai", spans: [.init(start: Moment(milliseconds: 0), offsetSeconds: 28_800)]),
        Zone(
            name: "America/New_York",
            spans: [
                .init(start: Moment(milliseconds: 0), offsetSeconds: -14_400),
                .init(start: Moment(seconds: 1_793_512_800), offsetSeconds: -18_000),
            ]),
    ]

    /// Draws one device and what is around it, all from a generator of its own.
    private mutating func station(
        _ index: Int, _ family: DriverFamily, _ simulated: SimulatedFamily, _ zone: Zone
    ) -> Station {
        let name = "\(family.name)-\(index + 1)"
        var own = random.split()
        let drawn = simulated.draw(&own, zone, name)
        let profile = DeviceProfile(
            site: "sim", device: name, driver: family.name, hasMemory: family.hasMemory, sharesLine: family.sharesLine,
            zone: zone,
            clock: drawn.context.clock)
        var lines: [Transport: LineFaults.Plan] = [:]
        for transport in drawn.transports {
            lines[transport] = plan.isUneventful ? .sound(for: transport) : .drawn(for: transport, &own)
        }
        let isKnownBySerial = own.oneIn(2)
        var station = Station(
            profile: profile, family: family, drawn: drawn, lines: lines, isKnownBySerial: isKnownBySerial, random: own,
            device: drawn.device, place: isKnownBySerial ? index : 0)
        station.deadTransports = !plan.isUneventful && drawn.transports.contains(.udp) && own.oneIn(4) ? [.tcp] : []
        return station
    }

    /// The gateway's clocks.
    var now: Now {
        Now(wall: start + uptime + (wallShifts.last?.shift ?? .zero), uptime: uptime)
    }

    /// The true time, which the devices' clocks are off from.
    var trueNow: Now { Now(wall: start + uptime, uptime: uptime) }

    /// The words of a step, made only where they are kept.
    func words(_ make: @autoclosure () -> String) -> String? {
        transcript.keepsLines ? make() : nil
    }

    /// Plays the site to its end.
    public mutating func run() throws(BrokenInvariant) {
        while !isQuiet { try step() }
        try checkEnd()
    }

    /// Plays what is due until that time has come.
    public mutating func run(until end: Duration) throws(BrokenInvariant) {
        while let due = agenda.due, due <= end, !isQuiet { try step() }
        uptime = max(uptime, end)
    }

    /// One thing happens.
    mutating func step() throws(BrokenInvariant) {
        guard let next = agenda.next() else { preconditionFailure("a heartbeat is always due") }
        uptime = max(uptime, next.due)
        steps += 1
        try perform(next.action)
    }

    /// Every kind of thing that can happen, in one place.
    private mutating func perform(_ action: Action) throws(BrokenInvariant) {
        switch action {
        case .alarm(let index, let life): try ring(index, life)
        case .openEnded(let index, let life, let number, let target): try openEnded(index, life, number, target)
        case .arrival(let index, let serial, let way): try arrive(index, serial, way)
        case .lost(let index, let serial, let reason): try lose(index, serial, reason)
        case .farewell(let index, let serial, let transport, let line): try farewell(index, serial, transport, line)
        case .deviceHungUp(let index, let serial): try hangUpDevice(index, serial)
        case .deviceWoke(let index, let timer):
            if stations[index].deviceTimer == timer { try tell(.woke, index) }
        case .commit(let life): try commit(life)
        case .stored(let index, let life, let tokens, let events): try stored(index, life, tokens, events)
        case .publish(let life): try publish(life)
        case .start: try startGateway()
        case .replay(let index): replay(index)
        case .heartbeat: beat()
        case .errand(let index): try errand(index)
        case .mishap(let index): try mishap(index)
        case .mend(let index, let mishap): try mend(index, mishap)
        case .wideMishap: try wideMishap()
        case .wideMend(let mishap): try wideMend(mishap)
        case .calm: try calm()
        case .look: try look()
        }
    }
}
