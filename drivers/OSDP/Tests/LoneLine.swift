import GatehouseDriverKit
import GatehouseModel
import OSDPDriver

/// A reader that has the line to itself: it gets every turn that it asks for, so that whoever plays a recording need
/// know nothing of turns.
struct LoneLine: DeviceDriver {
    var reader: OSDPReader
    /// When the next turn is due; nil while the line is the reader's.
    private var turnDue: Duration?
    private var readerWake: Duration?

    init(_ reader: OSDPReader) {
        self.reader = reader
    }

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        var effects: [DriverEffect] = []
        if input == .woke {
            if let due = readerWake, due <= now.uptime {
                readerWake = nil
                effects += pass(.woke, at: now)
            }
        } else {
            effects += pass(input, at: now)
        }
        while let due = turnDue, due <= now.uptime {
            turnDue = nil
            effects += pass(.lineGranted, at: now)
        }
        if let due = [turnDue, readerWake].compactMap({ $0 }).min() { effects.append(.wake(after: due - now.uptime)) }
        return effects
    }

    private mutating func pass(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        reader.handle(input, at: now).filter { effect in
            switch effect {
            case .passLine(let again): turnDue = now.uptime + again
            case .wantLine: turnDue = now.uptime
            case .wake(let after): readerWake = now.uptime + after
            default: return true
            }
            return false
        }
    }
}
