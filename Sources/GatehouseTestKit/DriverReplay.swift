public import GatehouseDriverKit
public import GatehouseModel
import GatehouseWireKit

/// Plays a recorded session to a driver as if the device were there, and compares what the driver sends with what was
/// sent then. Readings are recorded the moment they are handed over.
public struct DriverReplay: Sendable {
    /// Everything that the driver wanted done, in order, without `send` and `wake`.
    public private(set) var effects: [DriverEffect] = []
    /// Every difference between what the driver sent and the recording, with the recording's line.
    public private(set) var differences: [String] = []

    private var unheard: [[UInt8]] = []
    private var wakeAt: Duration?
    private let start: Now

    /// Plays the recording from its first to its last line. The link is left open.
    public init(
        _ recording: Recording, to driver: inout some DeviceDriver, over transport: Transport,
        start: Now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(100))
    ) {
        self.start = start
        carryOut(driver.handle(.linkOpened(transport), at: start), driver: &driver, at: .zero)
        for step in recording.steps {
            wake(&driver, until: step.time)
            switch step.direction {
            case .fromDevice:
                carryOut(driver.handle(.received(step.bytes), at: now(step.time)), driver: &driver, at: step.time)
            case .toDevice: compare(step)
            }
        }
        for bytes in unheard {
            differences.append("sent \(hex(bytes)), which the recording does not have")
        }
    }

    /// The readings that the driver handed over.
    public var observations: [Observation] {
        effects.flatMap { effect -> [Observation] in
            if case .observed(let readings, _) = effect { readings } else { [] }
        }
    }

    private mutating func compare(_ step: Recording.Step) {
        guard !unheard.isEmpty else {
            differences.append("line \(step.line): nothing was sent, not \(hex(step.bytes))")
            return
        }
        let sent = unheard.removeFirst()
        if sent != step.bytes {
            differences.append("line \(step.line): sent \(hex(sent)), not \(hex(step.bytes))")
        }
    }

    private mutating func wake(_ driver: inout some DeviceDriver, until time: Duration) {
        while let due = wakeAt, due <= time {
            wakeAt = nil
            carryOut(driver.handle(.woke, at: now(due)), driver: &driver, at: due)
        }
    }

    private mutating func carryOut(_ wanted: [DriverEffect], driver: inout some DeviceDriver, at time: Duration) {
        var queue = wanted[...]
        while let effect = queue.popFirst() {
            switch effect {
            case .send(let bytes): unheard.append(bytes)
            case .wake(let delay): wakeAt = time + delay
            case .observed(_, let receipt):
                effects.append(effect)
                queue += driver.handle(.recorded(receipt), at: now(time))
            default: effects.append(effect)
            }
        }
    }

    private func now(_ time: Duration) -> Now {
        Now(wall: start.wall + time, uptime: start.uptime + time)
    }

    private func hex(_ bytes: [UInt8]) -> String { Hex.text(bytes) }
}
