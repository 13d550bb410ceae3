import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import MemoryScannerDriver
import MemoryScannerSimulator

/// A line between the driver and the simulated scanner, without loss or delay, and a journal that stores at once unless
/// it is told to wait.
struct ScannerSession: DriverAccount {
    var driver: MemoryScanner
    var scanner: SimulatedMemoryScanner
    var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
    /// Batches are not stored before `store` is called.
    var holdsReceipts = false
    private(set) var unstored: [Receipt] = []
    private(set) var effects: [DriverEffect] = []
    /// Opcodes of what was sent, in order.
    private(set) var asked: [UInt8] = []
    private(set) var isAbandoned = false
    private var wakeAt: Duration?

    init(
        _ setup: SimulatedMemoryScanner.Setup = .init(), clock: DriverContext.ClockPolicy = .report,
        clearLog: DriverContext.ClearPolicy = .never, settings: JSONValue = .object([]), told: [JSONValue] = []
    ) throws {
        driver = try MemoryScanner(DriverContext(zone: .utc, clock: clock, clearLog: clearLog, settings: settings))
        scanner = SimulatedMemoryScanner(setup: setup)
        for command in told { tell(command) }
    }

    mutating func connect() {
        isAbandoned = false
        _ = scanner.handle(.opened(.serial), at: now)
        carryOut(driver.handle(.linkOpened(.serial), at: now))
    }

    mutating func disconnect() {
        _ = scanner.handle(.closed, at: now)
        wakeAt = nil
        unstored = []
        carryOut(driver.handle(.linkClosed, at: now))
    }

    mutating func tell(_ command: JSONValue) {
        _ = scanner.handle(.told(command), at: now)
    }

    mutating func command(_ command: DeviceCommand, _ number: UInt64 = 1) {
        carryOut(driver.handle(.command(command, CommandID(number)), at: now))
    }

    mutating func hear(_ bytes: [UInt8]) {
        carryOut(driver.handle(.received(bytes), at: now))
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
                asked.append(bytes[0])
                for case .send(let answer) in scanner.handle(.received(bytes), at: now) {
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
    var codes: [String] { scans.map { String(decoding: $0.payload, as: UTF8.self) } }
    var statuses: [Int] { effects.compactMap { if case .status(let status) = $0 { status.logUsed } else { nil } } }

    var held: Int {
        mutating get {
            guard case .answered(let report) = scanner.handle(.told(["report": true]), at: now).first else { return -1 }
            return report["held"]?.integer ?? -1
        }
    }
}
