public import GatehouseDriverKit
public import GatehouseModel
import GatehouseWireKit

/// Plays a recorded session to a driver as if the device were there, and compares what the driver sends with what was
/// sent then. Readings are recorded the moment they are handed over.
public struct DriverReplay: Sendable {
    /// Everything that the driver wanted done, in order, without `send`, `wake` and what is asked of a shared line.
    public private(set) var effects: [DriverEffect] = []
    /// Every difference between what the driver sent and the recording, with the recording's line.
    public private(set) var differences: [String] = []

    private var unheard: [[UInt8]] = []
    private var wakeAt: Duration?
    /// When the driver has its next turn on a shared line; nil during one, and on a line that is not shared.
    private var turnAt: Duration?
    private let start: Now

    /// Plays the recording from its first to its last line. The link is left open.
    ///
    /// - Parameter sharesLine: Whether the driver is given turns, as one whose family declares it: the first when the
    ///   link opens, each other one when it wants it, since nobody else hangs on the line.
    public init(
        _ recording: Recording, to driver: inout some DeviceDriver, over transport: Transport,
        sharesLine: Bool = false, start: Now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(100))
    ) {
        self.start = start
        if sharesLine { turnAt = .zero }
        handle(.linkOpened(transport), driver: &driver, at: .zero)
        for step in recording.steps {
            pass(&driver, until: step.time)
            switch step.direction {
            case .fromDevice: handle(.received(step.bytes), driver: &driver, at: step.time)
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

    /// Wakes and turns that are due up to then, in their order; of the same moment, the wake first.
    private mutating func pass(_ driver: inout some DeviceDriver, until time: Duration) {
        while let due = [wakeAt, turnAt].compactMap({ $0 }).min(), due <= time {
            if due == wakeAt {
                wakeAt = nil
                handle(.woke, driver: &driver, at: due)
            } else {
                turnAt = nil
                handle(.lineGranted, driver: &driver, at: due)
            }
        }
    }

    private mutating func handle(_ input: DriverInput, driver: inout some DeviceDriver, at time: Duration) {
        var queue = driver.handle(input, at: now(time))[...]
        while let effect = queue.popFirst() {
            switch effect {
            case .send(let bytes): unheard.append(bytes)
            case .wake(let delay): wakeAt = time + delay
            // Some time passes between two turns, however soon the next one is wanted.
            case .passLine(let again): turnAt = time + max(again, .milliseconds(1))
            case .wantLine: turnAt = turnAt.map { min($0, time) }
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
