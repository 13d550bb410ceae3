import AnvizDriver
import AnvizSimulator
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing

/// One line with one or more drivers at the gateway's end and simulated clocks at the other, a disk that takes its
/// time, and a clock that moves only when told. Turns are given as the gateway gives them.
struct AnvizRig: DriverAccount {
    /// One driver and what the gateway keeps of it.
    struct Seat {
        var driver: Anviz
        var isOpen = false
        var opensAt: Duration?
        var wakeAt: Duration?
        var turnAt: Duration?
        /// What is on its way to the disk.
        var stores: [(due: Duration, observations: [Observation], receipt: Receipt)] = []
        /// What is on disk.
        var journal: Set<String> = []
        var effects: [DriverEffect] = []
    }

    var seats: [Seat]
    var line: SimulatedAnvizLine
    let transport: Transport
    var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .seconds(100))
    var holder: Int?
    /// How long a transaction takes.
    var commit = Duration.milliseconds(20)
    /// The first rule that was broken.
    private(set) var broken: String?
    private var toDevice: LineFaults
    private var toGateway: LineFaults
    private var deviceWakeAt: Duration?
    private var deviceIsOpen = false
    /// Of each clock: its count of settled records when last looked, how many records are known, and which of them
    /// still have their marks.
    private var settled: [Int]
    private var watched: [Int]
    private var unsettled: [[Int]]

    init(
        _ contexts: [DriverContext], _ clocks: [SimulatedAnviz], over transport: Transport,
        faults: LineFaults.Plan = .clean, seed: UInt64 = 1
    ) throws {
        seats = try contexts.map { Seat(driver: try Anviz($0)) }
        line = SimulatedAnvizLine(clocks)
        self.transport = transport
        settled = clocks.map { _ in 0 }
        watched = settled
        unsettled = clocks.map { _ in [] }
        toDevice = LineFaults(faults, seed: seed)
        toGateway = LineFaults(faults, seed: seed &+ 1)
    }

    /// One driver and one clock.
    init(
        _ setup: SimulatedAnviz.Setup = .init(), over transport: Transport = .tcp, settings: JSONValue = .object([]),
        faults: LineFaults.Plan = .clean, seed: UInt64 = 1, _ change: (inout DriverContext) -> Void = { _ in }
    ) throws {
        var context = DriverContext(zone: .utc, settings: settings)
        change(&context)
        try self.init(
            [context], [SimulatedAnviz(setup: setup, seed: seed)], over: transport, faults: faults, seed: seed)
    }

    mutating func connect() {
        for index in seats.indices { open(index) }
    }

    mutating func disconnect(again pause: Duration? = nil) {
        for index in seats.indices { close(index, again: pause) }
    }

    mutating func tell(_ command: JSONValue) {
        hear(line.handle(.told(command), at: now))
        check()
    }

    mutating func command(_ command: DeviceCommand, _ number: UInt64 = 1) {
        play(.command(command, CommandID(number)), 0)
    }

    /// What the clock says of itself.
    mutating func report(_ id: UInt32? = nil) -> JSONValue {
        var command: [JSONValue.Member] = [.init("report", true)]
        if let id { command.append(.init("id", .integer(id))) }
        for case .answered(let report) in line.handle(.told(.object(command)), at: now) { return report }
        return .null
    }

    /// A gateway that starts anew: the driver and all that was not on disk are gone, the journal is not.
    mutating func restart(_ context: DriverContext) throws {
        close(0, again: nil)
        seats[0].driver = try Anviz(context)
        seats[0].stores = []
        open(0)
    }

    mutating func pass(_ duration: Duration) {
        let end = now.uptime + duration
        var turns = 0
        while let due = nextDue, due <= end {
            turns = due > now.uptime ? 0 : turns + 1
            guard turns < 10_000 else {
                broken = broken ?? "time stands still at \(now.uptime): \(waits)"
                return
            }
            advance(to: max(due, now.uptime))
            step()
        }
        advance(to: end)
    }

    private var nextDue: Duration? {
        var due: [Duration?] = [toDevice.due, toGateway.due, deviceWakeAt]
        for (index, seat) in seats.enumerated() {
            due += [seat.opensAt, seat.wakeAt, seat.stores.map(\.due).min()]
            if holder == nil || holder == index { due.append(seat.turnAt) }
        }
        return due.compactMap { $0 }.min()
    }

    private var waits: String {
        "line \(String(describing: toDevice.due)) \(String(describing: toGateway.due)), holder "
            + "\(String(describing: holder)), turn \(String(describing: seats[0].turnAt)), wake "
            + "\(String(describing: seats[0].wakeAt))"
    }

    private mutating func advance(to uptime: Duration) {
        now = Now(wall: now.wall + (uptime - now.uptime), uptime: uptime)
    }

    private mutating func step() {
        for delivery in toDevice.deliver(at: now.uptime) {
            if case .bytes(let bytes) = delivery { hear(line.handle(.received(bytes), at: now)) } else { lose() }
            check()
        }
        for delivery in toGateway.deliver(at: now.uptime) {
            guard case .bytes(let bytes) = delivery else {
                lose()
                continue
            }
            if let listener = holder ?? (seats.count == 1 ? 0 : nil) { play(.received(bytes), listener) }
        }
        if let due = deviceWakeAt, due <= now.uptime {
            deviceWakeAt = nil
            hear(line.handle(.woke, at: now))
        }
        for index in seats.indices { step(index) }
        if holder == nil, let index = seats.indices.filter({ isDue(seats[$0].turnAt) }).min(by: earlier) {
            holder = index
            seats[index].turnAt = nil
            play(.lineGranted, index)
        }
    }

    private func earlier(_ left: Int, _ right: Int) -> Bool {
        (seats[left].turnAt ?? .zero) < (seats[right].turnAt ?? .zero)
    }

    private func isDue(_ time: Duration?) -> Bool { time.map { $0 <= now.uptime } ?? false }

    private mutating func step(_ index: Int) {
        if isDue(seats[index].opensAt) {
            open(index)
        }
        while let place = seats[index].stores.firstIndex(where: { $0.due <= now.uptime }) {
            let store = seats[index].stores.remove(at: place)
            for case .punch(let punch) in store.observations { seats[index].journal.insert(punch.identity ?? "") }
            if seats[index].isOpen { play(.recorded(store.receipt), index) }
        }
        if isDue(seats[index].wakeAt) {
            seats[index].wakeAt = nil
            play(.woke, index)
        }
    }

    private mutating func open(_ index: Int) {
        seats[index].opensAt = nil
        if !deviceIsOpen {
            deviceIsOpen = true
            hear(line.handle(.opened(transport), at: now))
        }
        guard deviceIsOpen else { return seats[index].opensAt = now.uptime + .seconds(2) }
        seats[index].isOpen = true
        seats[index].turnAt = now.uptime
        play(.linkOpened(transport), index)
    }

    private mutating func close(_ index: Int, again pause: Duration?) {
        if holder == index { holder = nil }
        guard seats[index].isOpen else { return }
        seats[index].isOpen = false
        seats[index].turnAt = nil
        seats[index].wakeAt = nil
        play(.linkClosed, index)
        seats[index].wakeAt = nil
        seats[index].opensAt = pause.map { now.uptime + $0 }
        guard seats.count == 1 else { return }
        deviceIsOpen = false
        toDevice.hangUp()
        toGateway.hangUp()
        _ = line.handle(.closed, at: now)
    }

    private mutating func lose() {
        for index in seats.indices { close(index, again: .seconds(2)) }
    }

    private mutating func hear(_ said: [SimulatedEffect]) {
        for effect in said {
            switch effect {
            case .send(let bytes): toGateway.carry(bytes, at: now.uptime)
            case .wake(let delay): deviceWakeAt = now.uptime + delay
            case .close:
                deviceIsOpen = false
                lose()
            case .answered(let answer): if let error = answer["error"]?.text { broken = broken ?? error }
            }
        }
    }

    private mutating func play(_ input: DriverInput, _ index: Int) {
        for effect in seats[index].driver.handle(input, at: now) {
            switch effect {
            case .send(let bytes):
                if holder != index { broken = broken ?? "seat \(index) sends without having the line" }
                toDevice.carry(bytes, at: now.uptime)
            case .wake(let delay): seats[index].wakeAt = now.uptime + delay
            case .passLine(let pause):
                if holder != index { broken = broken ?? "seat \(index) passes a line that it does not have" }
                holder = nil
                seats[index].turnAt = now.uptime + max(pause, .milliseconds(1))
            case .wantLine: if holder != index, seats[index].isOpen { seats[index].turnAt = now.uptime }
            case .observed(let observations, let receipt):
                seats[index].effects.append(effect)
                seats[index].stores.append((now.uptime + commit, observations, receipt))
            case .abandonLink:
                seats[index].effects.append(effect)
                return close(index, again: .seconds(2))
            default: seats[index].effects.append(effect)
            }
        }
    }

    /// What a clock let go of must be on disk.
    private mutating func check() {
        for (index, clock) in line.clocks.enumerated() where clock.settledCount != settled[index] && broken == nil {
            settled[index] = clock.settledCount
            let journal = seats[min(index, seats.count - 1)].journal
            unsettled[index] += Array(watched[index]..<clock.recordCount).map { $0 + 1 }
            watched[index] = clock.recordCount
            unsettled[index].removeAll { number in
                guard clock.standing(of: number).isAcknowledged else { return false }
                if !journal.contains(clock.identity(of: number)), number > fetchedByOthers {
                    broken = "record \(number) of clock \(clock.setup.id) lost its mark before it was on disk"
                }
                return true
            }
        }
    }

    /// Records that a test says somebody else has fetched.
    var fetchedByOthers = 0
}

extension AnvizRig {
    var effects: [DriverEffect] { seats[0].effects }

    /// The identities of everything that the first clock ever recorded.
    var made: Set<String> { made(0) }

    func made(_ index: Int) -> Set<String> {
        let clock = line.clocks[index]
        return Set((0..<clock.recordCount).map { clock.identity(of: $0 + 1) })
    }
}
