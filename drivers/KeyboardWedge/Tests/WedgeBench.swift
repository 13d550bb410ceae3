import EvdevWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import KeyboardWedgeDriver
import KeyboardWedgeSimulator

/// A simulated scanner and its driver on one clock, with the driver's and the scanner's timers.
struct WedgeBench {
    var scanner: SimulatedKeyboardWedge
    var driver: KeyboardWedge
    var now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(100))
    /// What the driver wanted done, without timers.
    private(set) var effects: [DriverEffect] = []
    /// How much later than it was typed the gateway reads, as on a busy machine.
    var readDelay = Duration.zero

    private var scannerWake: Duration?
    private var driverWake: Duration?
    private var unread: [(due: Duration, bytes: [UInt8])] = []
    private var isOpen = false

    init(
        _ setup: SimulatedKeyboardWedge.Setup = .init(), settings: JSONValue = .object([]),
        role: DriverContext.Role = .both
    ) throws {
        scanner = SimulatedKeyboardWedge(setup: setup)
        driver = KeyboardWedge(settings: try KeyboardWedgeSettings(settings, role: role))
        open()
    }

    mutating func open() {
        isOpen = true
        carryOut(scanner.handle(.opened(.evdev), at: now))
        carryOut(driver.handle(.linkOpened(.evdev), at: now))
    }

    /// Tells the scanner something and hands back its answer.
    @discardableResult
    mutating func tell(_ command: JSONValue) -> JSONValue {
        var answer = JSONValue.null
        let effects = scanner.handle(.told(command), at: now)
        for case .answered(let value) in effects { answer = value }
        carryOut(effects)
        return answer
    }

    /// Scans a code and waits until it is read and the line is quiet.
    mutating func scan(_ code: String) {
        tell(["scan": .string(code)])
        run(for: .seconds(60))
    }

    /// Lets time pass, everything happening when it is due.
    mutating func run(for duration: Duration) {
        let end = now.uptime + duration
        while let due = [scannerWake, driverWake, unread.first?.due].compactMap({ $0 }).min(), due <= end {
            pass(until: max(due, now.uptime))
            if scannerWake.map({ $0 <= now.uptime }) == true {
                scannerWake = nil
                carryOut(scanner.handle(.woke, at: now))
            }
            read()
            if driverWake.map({ $0 <= now.uptime }) == true {
                driverWake = nil
                carryOut(driver.handle(.woke, at: now))
            }
        }
        pass(until: end)
    }

    /// The gateway is away for so long: nothing is read and no timer fires; afterwards its timers come first.
    mutating func stall(for duration: Duration) {
        let end = now.uptime + duration
        while let due = scannerWake, due <= end {
            pass(until: due)
            scannerWake = nil
            carryOut(scanner.handle(.woke, at: now))
        }
        pass(until: end)
        guard driverWake.map({ $0 <= now.uptime }) == true else { return }
        driverWake = nil
        carryOut(driver.handle(.woke, at: now))
    }

    /// The payloads of the scans, as text.
    var codes: [String] {
        readings.map { reading in
            switch reading {
            case .scan(let scan): String(decoding: scan.payload, as: UTF8.self)
            case .punch(let punch): "punch \(punch.badge)"
            }
        }
    }

    var readings: [Observation] {
        effects.flatMap { if case .observed(let readings, _) = $0 { readings } else { [Observation]() } }
    }

    var faults: [DeviceFault] {
        effects.compactMap { if case .faulted(let fault) = $0 { fault } else { nil } }
    }

    private mutating func pass(until uptime: Duration) {
        now.wall = now.wall + (uptime - now.uptime)
        now.uptime = uptime
    }

    private mutating func read() {
        while let first = unread.first, first.due <= now.uptime {
            unread.removeFirst()
            carryOut(driver.handle(.received(first.bytes), at: now))
        }
    }

    private mutating func carryOut(_ wanted: [SimulatedEffect]) {
        for effect in wanted {
            switch effect {
            case .send(let bytes): unread.append((now.uptime + readDelay, bytes))
            case .wake(let delay): scannerWake = now.uptime + delay
            case .close:
                isOpen = false
                unread = []
                carryOut(scanner.handle(.closed, at: now))
                carryOut(driver.handle(.linkClosed, at: now))
            case .answered: break
            }
        }
    }

    private mutating func carryOut(_ wanted: [DriverEffect]) {
        for effect in wanted {
            if case .wake(let delay) = effect { driverWake = now.uptime + delay } else { effects.append(effect) }
        }
    }
}
