import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import HanvonDriver
import HanvonSimulator

/// A driver and a simulated clock on one connection, a disk that takes its time, and a clock that moves only when told.
struct HanvonRig: DriverAccount {
    var driver: Hanvon
    var clock: SimulatedHanvon
    var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .seconds(100))
    /// How long a transaction takes.
    var commit = Duration.milliseconds(20)
    /// What is on disk.
    private(set) var journal: Set<String> = []
    private(set) var effects: [DriverEffect] = []
    /// Everything that the driver sent.
    private(set) var sent: [[UInt8]] = []
    /// The first rule that was broken.
    private(set) var broken: String?
    private var stores: [(due: Duration, observations: [Observation], receipt: Receipt)] = []
    private var toDevice: LineFaults
    private var toGateway: LineFaults
    private var wakeAt: Duration?
    private var opensAt: Duration?
    private var clockWakeAt: Duration?
    private var isOpen = false
    private var settled = 0

    init(
        _ setup: SimulatedHanvon.Setup = .init(), settings: JSONValue = ["mode": "pull"],
        faults: LineFaults.Plan = .clean, seed: UInt64 = 1, _ change: (inout DriverContext) -> Void = { _ in }
    ) throws {
        var context = DriverContext(zone: .utc, secret: setup.key, settings: settings)
        change(&context)
        driver = try Hanvon(context)
        clock = SimulatedHanvon(setup: setup, seed: seed)
        toDevice = LineFaults(faults, seed: seed)
        toGateway = LineFaults(faults, seed: seed &+ 1)
    }

    mutating func connect() {
        opensAt = nil
        guard !isOpen else { return }
        isOpen = true
        let said = clock.handle(.opened(.tcp), at: now)
        play(.linkOpened(.tcp))
        hear(said)
    }

    mutating func disconnect(again pause: Duration? = nil) {
        guard isOpen else { return }
        isOpen = false
        wakeAt = nil
        toDevice.hangUp()
        toGateway.hangUp()
        _ = clock.handle(.closed, at: now)
        play(.linkClosed)
        wakeAt = nil
        opensAt = pause.map { now.uptime + $0 }
    }

    /// A gateway that starts anew: all that was not on disk is gone.
    mutating func restart(_ context: DriverContext) throws {
        disconnect()
        stores = []
        driver = try Hanvon(context)
        connect()
    }

    mutating func tell(_ command: JSONValue) {
        hear(clock.handle(.told(command), at: now))
    }

    mutating func command(_ command: DeviceCommand, _ number: UInt64 = 1) {
        play(.command(command, CommandID(number)))
    }

    mutating func report() -> JSONValue {
        for case .answered(let report) in clock.handle(.told(["report": true]), at: now) { return report }
        return .null
    }

    mutating func pass(_ duration: Duration) {
        let end = now.uptime + duration
        var turns = 0
        while let due = nextDue, due <= end {
            turns = due > now.uptime ? 0 : turns + 1
            guard turns < 10_000 else {
                broken = broken ?? "time stands still at \(now.uptime)"
                return
            }
            advance(to: max(due, now.uptime))
            step()
        }
        advance(to: end)
    }

    private var nextDue: Duration? {
        [toDevice.due, toGateway.due, wakeAt, opensAt, clockWakeAt, stores.map(\.due).min()].compactMap { $0 }.min()
    }

    private mutating func advance(to uptime: Duration) {
        now = Now(wall: now.wall + (uptime - now.uptime), uptime: uptime)
    }

    private mutating func step() {
        for delivery in toDevice.deliver(at: now.uptime) {
            guard case .bytes(let bytes) = delivery else { return disconnect(again: .seconds(2)) }
            hear(clock.handle(.received(bytes), at: now))
            check()
        }
        for delivery in toGateway.deliver(at: now.uptime) {
            guard case .bytes(let bytes) = delivery else { return disconnect(again: .seconds(2)) }
            play(.received(bytes))
        }
        while let place = stores.firstIndex(where: { $0.due <= now.uptime }) {
            let store = stores.remove(at: place)
            for case .punch(let punch) in store.observations { journal.insert(punch.identity ?? "") }
            if isOpen { play(.recorded(store.receipt)) }
        }
        if let due = wakeAt, due <= now.uptime {
            wakeAt = nil
            play(.woke)
        }
        if let due = clockWakeAt, due <= now.uptime {
            clockWakeAt = nil
            hear(clock.handle(.woke, at: now))
        }
        if let due = opensAt, due <= now.uptime { connect() }
    }

    private mutating func hear(_ said: [SimulatedEffect]) {
        for effect in said {
            switch effect {
            case .send(let bytes): if isOpen { toGateway.carry(bytes, at: now.uptime) }
            case .wake(let delay): clockWakeAt = now.uptime + delay
            case .close: disconnect(again: .seconds(2))
            case .answered(let answer): if let error = answer["error"]?.text { broken = broken ?? error }
            }
        }
    }

    private mutating func play(_ input: DriverInput) {
        for effect in driver.handle(input, at: now) {
            switch effect {
            case .send(let bytes):
                sent.append(bytes)
                if isOpen { toDevice.carry(bytes, at: now.uptime) }
            case .wake(let delay): wakeAt = now.uptime + delay
            case .observed(let observations, let receipt):
                effects.append(effect)
                stores.append((now.uptime + commit, observations, receipt))
            case .abandonLink:
                effects.append(effect)
                return disconnect(again: .seconds(2))
            default: effects.append(effect)
            }
        }
    }

    /// What the clock let go of must be on disk.
    private mutating func check() {
        guard clock.settledCount != settled, broken == nil else { return }
        settled = clock.settledCount
        for number in 1...clock.recordCount {
            let standing = clock.standing(of: number)
            guard standing.isAcknowledged || standing.isErased, !journal.contains(clock.identity(of: number)) else {
                continue
            }
            broken = "record \(number) was let go of before it was on disk"
        }
    }
}

extension HanvonRig {

    /// The identities of everything that the clock ever recorded.
    var made: Set<String> { Set((0..<clock.recordCount).map { clock.identity(of: $0 + 1) }) }
}
