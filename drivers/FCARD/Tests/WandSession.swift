import FCARDDriver
import FCARDSimulator
import FCARDWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit

/// A line between the driver and the simulated wand, without loss or delay, and a journal that stores at once unless it
/// is told to wait.
struct WandSession: DriverAccount {
    var driver: FCARD
    var wand: SimulatedFCARD
    var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
    /// Portions are not stored before `store` is called.
    var holdsReceipts = false
    private(set) var unstored: [Receipt] = []
    private(set) var effects: [DriverEffect] = []
    /// What was sent, in order.
    private(set) var asked: [FCARDFrame] = []
    private(set) var isAbandoned = false
    private var wakeAt: Duration?

    init(
        _ setup: SimulatedFCARD.Setup = .init(), clock: DriverContext.ClockPolicy = .report,
        settings: JSONValue = .object([]), told: [JSONValue] = []
    ) throws {
        driver = try FCARD(DriverContext(zone: .utc, clock: clock, settings: settings))
        wand = SimulatedFCARD(setup: setup)
        for command in told { tell(command) }
    }

    mutating func connect() {
        isAbandoned = false
        _ = wand.handle(.opened(.serial), at: now)
        carryOut(driver.handle(.linkOpened(.serial), at: now))
    }

    mutating func disconnect() {
        _ = wand.handle(.closed, at: now)
        wakeAt = nil
        unstored = []
        carryOut(driver.handle(.linkClosed, at: now))
    }

    mutating func tell(_ command: JSONValue) {
        for case .send(let bytes) in wand.handle(.told(command), at: now) {
            carryOut(driver.handle(.received(bytes), at: now))
        }
    }

    mutating func command(_ command: DeviceCommand, _ number: UInt64 = 1) {
        carryOut(driver.handle(.command(command, CommandID(number)), at: now))
    }

    mutating func leave() {
        carryOut(driver.handle(.linkClosing, at: now))
    }

    mutating func store() {
        let receipts = unstored
        unstored = []
        for receipt in receipts { carryOut(driver.handle(.recorded(receipt), at: now)) }
    }

    mutating func pass(_ duration: Duration) {
        let end = now.uptime + duration
        while let due = wakeAt, due <= end {
            now = Now(wall: now.wall + (due - now.uptime), uptime: due)
            wakeAt = nil
            carryOut(driver.handle(.woke, at: now))
        }
        now = Now(wall: now.wall + (end - now.uptime), uptime: end)
    }

    mutating func forget() {
        effects = []
        asked = []
    }

    private mutating func carryOut(_ wanted: [DriverEffect]) {
        var queue = wanted[...]
        while let effect = queue.popFirst() {
            switch effect {
            case .send(let bytes):
                var framer = FCARDFramer()
                framer.receive(bytes)
                if case .frame(let frame) = framer.next() { asked.append(frame) }
                for case .send(let answer) in wand.handle(.received(bytes), at: now) {
                    queue += driver.handle(.received(answer), at: now)
                }
            case .wake(let delay): wakeAt = now.uptime + delay
            case .observed(_, let receipt):
                effects.append(effect)
                if holdsReceipts {
                    unstored.append(receipt)
                } else {
                    queue += driver.handle(.recorded(receipt), at: now)
                }
            case .abandonLink:
                effects.append(effect)
                isAbandoned = true
                wakeAt = nil
            default: effects.append(effect)
            }
        }
    }

    var identities: [String] { scans.compactMap(\.identity) }
    var cards: [String] { scans.map { String(decoding: $0.payload, as: UTF8.self) } }
    /// Type and index of each request as four hexadecimal digits.
    var codes: [Int] { asked.map { Int($0.type) << 8 | Int($0.index) } }
    var movedTo: [Int] {
        asked.filter { $0.type == 0x04 && $0.index == 0x04 }.map { $0.data[1...4].reduce(0) { $0 << 8 | Int($1) } }
    }

    var report: JSONValue {
        mutating get {
            guard case .answered(let report) = wand.handle(.told(["report": true]), at: now).first else { return .null }
            return report
        }
    }
}
