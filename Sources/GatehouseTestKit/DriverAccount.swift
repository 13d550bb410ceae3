public import GatehouseDriverKit
public import GatehouseModel

/// What a driver wanted done in the course of a test, read by what the test asks about.
public protocol DriverAccount {
    /// Everything that the driver wanted, in order.
    var effects: [DriverEffect] { get }
}

extension DriverAccount {
    /// The readings that were handed over, in order.
    public var observations: [Observation] {
        effects.flatMap { effect -> [Observation] in
            if case .observed(let observations, _) = effect { observations } else { [] }
        }
    }

    public var punches: [PunchReading] {
        observations.compactMap { if case .punch(let punch) = $0 { punch } else { nil } }
    }

    public var scans: [ScanReading] {
        observations.compactMap { if case .scan(let scan) = $0 { scan } else { nil } }
    }

    /// The codes of the faults.
    public var faults: [String] {
        effects.compactMap { if case .faulted(let fault) = $0 { fault.code } else { nil } }
    }

    /// Up to when everything was said to be delivered.
    public var synced: [Moment] {
        effects.compactMap { if case .synced(let moment) = $0 { moment } else { nil } }
    }

    public var clocks: [DeviceClock] {
        effects.compactMap { if case .clock(let clock) = $0 { clock } else { nil } }
    }

    public var answers: [CommandAnswer] {
        effects.compactMap { if case .answered(_, let answer) = $0 { answer } else { nil } }
    }

    /// Why links were given up.
    public var abandoned: [AbandonReason] {
        effects.compactMap { if case .abandonLink(let reason) = $0 { reason } else { nil } }
    }
}
