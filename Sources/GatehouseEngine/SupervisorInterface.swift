public import GatehouseDriverKit
public import GatehouseModel

/// Where a device may be reached.
public struct LinkTarget: Hashable, Sendable {
    public var transport: Transport
    /// `/dev/ttyUSB0`, `tcp://192.168.1.201:4370`: for the port that opens it, and for people.
    public var address: String

    public init(transport: Transport, address: String) {
        self.transport = transport
        self.address = address
    }
}

/// Which of a device's links something belongs to; what comes from an earlier one is stale.
public struct LinkNumber: Hashable, Comparable, Sendable {
    public var number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }

    public static func < (left: LinkNumber, right: LinkNumber) -> Bool {
        left.number < right.number
    }
}

/// Names events that were handed over to be stored.
public struct StoreToken: Hashable, Sendable {
    public var number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }
}

/// What can happen to a supervised device.
public enum SupervisorInput: Sendable {
    /// Where the device can be reached from now on, best first; empty when it is not plugged in. With it, what its USB
    /// descriptors say of it, where it has some.
    case targets([LinkTarget], facts: DeviceFacts = DeviceFacts())
    /// Something changed that makes a try worth while at once: the path appeared.
    case reachable
    /// The link asked for stands.
    case opened(LinkNumber)
    /// The link asked for could not be made; why, for the operator.
    case openFailed(LinkNumber, reason: String)
    /// Bytes came in.
    case received(LinkNumber, [UInt8])
    /// The link is gone; why, for the operator.
    case closed(LinkNumber, reason: String)
    /// The events are on disk.
    case stored(StoreToken)
    /// The time of `nextDeadline` has come.
    case woke
    case command(DeviceCommand, CommandID)
    /// The gateway stops, or the device was taken out of the site file: close, for good.
    case stop(reason: String)
}

/// What a supervisor wants done, in order.
public enum SupervisorEffect: Hashable, Sendable {
    case open(LinkNumber, LinkTarget)
    case send(LinkNumber, [UInt8])
    case close(LinkNumber)
    /// Put the events on disk and say `stored`. None of them may be seen before the ones handed over earlier.
    case store([Event], StoreToken)
    case answered(CommandID, CommandAnswer)
    /// A line for the operator about this device.
    case note(Note)
}

/// A line for the operator.
public struct Note: Hashable, Sendable {
    public enum Weight: Hashable, Sendable {
        case debug, notice, warning
    }

    public var weight: Weight
    public var text: String

    public init(_ weight: Weight, _ text: String) {
        self.weight = weight
        self.text = text
    }
}
