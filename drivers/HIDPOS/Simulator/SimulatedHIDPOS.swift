public import GatehouseModel
public import GatehouseSimulation

/// A scanner in HID POS mode: each code that somebody holds under it becomes reports, and it keeps none.
///
/// Told: `{"scan": "XF-0001"}`, `{"scan": {"hex": "b6fe"}}`, `{"fault": …}`, `{"report": true}`. What it `send`s is one
/// report each; `descriptor` is what the kernel would hand over first.
public struct SimulatedHIDPOS: SimulatedDevice {
    /// Whose order the fields of its reports have.
    public enum Make: String, Hashable, Sendable, CaseIterable {
        /// Count, identifier, 56 bytes, flag.
        case counted
        /// Identifier, 56 bytes filled up with zeros, flag.
        case uncounted
        /// As counted, with the maker's symbology letter before the flag, silent until it gets its feature report.
        case honeywell
        /// No report numbers, flag first, 16 bytes: as no known maker has it.
        case turnedRound
    }

    /// What is wrong with it.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// It reads codes and sends nothing.
        case silence
        /// The last report of the next code is lost, once.
        case cut
        /// The next report is half as long as it should be, once.
        case short
        /// It is pulled out: the link ends.
        case unplugged
    }

    let make: Make
    /// The AIM identifier of everything it reads.
    let identifier: [UInt8]
    /// What it puts behind each code.
    let suffix: [UInt8]
    var fault = Fault.none
    var isOpen = false
    /// Whether it sends what it reads: a Honeywell only after its feature report.
    var isEnabled: Bool
    /// Codes that were held under it, and those that went out whole.
    var made = 0
    var sent = 0

    /// - Parameter identifier: three bytes, `]Q1`.
    public init(make: Make = .counted, identifier: [UInt8] = Array("]Q1".utf8), suffix: [UInt8] = []) {
        precondition(identifier.count == 3, "an AIM identifier has three characters")
        self.make = make
        self.identifier = identifier
        self.suffix = suffix
        isEnabled = make != .honeywell
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        switch input {
        case .opened:
            isOpen = true
            return []
        case .closed:
            isOpen = false
            isEnabled = make != .honeywell
            return []
        case .received(let report):
            // A feature report; nothing else is said to a scanner.
            if report == [0xFE, 1] { isEnabled = true }
            return []
        case .told(let command): return told(command)
        case .woke: return []
        }
    }

    /// Its report descriptor.
    public var descriptor: [UInt8] { make.descriptor }

    /// A code as reports, in order.
    func reports(of code: [UInt8]) -> [[UInt8]] {
        var rest = code[...]
        var reports: [[UInt8]] = []
        repeat {
            let part = rest.prefix(make.capacity)
            rest = rest.dropFirst(make.capacity)
            reports.append(make.report(Array(part), identifier: identifier, continues: !rest.isEmpty))
        } while !rest.isEmpty
        return reports
    }
}
