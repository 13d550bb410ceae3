public import GatehouseDriverKit
public import GatehouseModel

/// The device's side of a wire as a plain value: it answers the gateway byte for byte as the real thing would.
///
/// Each device family ships one beside its driver. The deterministic simulation plays it against the driver in memory;
/// `gatehouse simulate` puts it behind a pseudo-terminal or a socket for integrators without hardware.
public protocol SimulatedDevice: Sendable {
    /// Takes one input and returns what follows from it, to be carried out in order.
    mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect]
}

/// What can happen to a simulated device.
public enum SimulatedInput: Hashable, Sendable {
    /// Somebody connected, or opened the line.
    case opened(Transport)
    /// What one read gave; on UDP one datagram.
    case received([UInt8])
    /// The time asked for with `wake` has come.
    case woke
    /// The other side is gone.
    case closed
    /// What the person in front of the device, or a test, does: one JSON object, for example
    /// `{"punch": {"badge": "10023"}}`, `{"scan": "XF-0001"}` or `{"fault": "silence"}`.
    case told(JSONValue)
}

/// What a simulated device wants done.
public enum SimulatedEffect: Hashable, Sendable {
    /// Bytes for the gateway; on UDP one datagram.
    case send([UInt8])
    /// Asks for `woke` after this time. One timer a device: a new one replaces the last.
    case wake(after: Duration)
    /// Hangs up, as a device does that reboots.
    case close
    /// What came of the last `told`: a JSON object; one with `error` says what was not understood and what would be.
    case answered(JSONValue)
}
