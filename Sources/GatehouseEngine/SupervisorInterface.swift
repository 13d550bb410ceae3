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

    /// Whether opening it means to wait until the device calls.
    public var calls: Bool { transport == .push || address.hasPrefix("tcp-listen:") }

    /// The device file, where the target is one.
    public var path: String? {
        let path = address.drop { $0 != "/" }
        return [.serial, .evdev, .hidraw].contains(transport) && path.hasPrefix("/") ? String(path) : nil
    }

    /// A device file of this machine: `/dev/ttyUSB0`, `evdev:/dev/input/event3`, `hidraw:/dev/hidraw0`.
    public init(transport: Transport, path: String) {
        let scheme = transport == .serial ? "" : "\(transport.rawValue):"
        self.init(transport: transport, address: scheme + path)
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
    /// The link asked for stands; what the kernel says of it (a report descriptor), and whether other devices hang on
    /// the same line, so that the shell gives turns.
    case opened(LinkNumber, descriptor: [UInt8] = [], isShared: Bool = false)
    /// The shared line is this device's until it passes it on.
    case granted(LinkNumber)
    /// The device asks something over HTTP.
    case requested(LinkNumber, DeviceRequest, RequestID)
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
    /// A feature report for a HID device.
    case feature(LinkNumber, [UInt8])
    /// The shared line is free for the others; this device wants its next turn after that time.
    case passLine(LinkNumber, again: Duration)
    /// This device wants its next turn on the shared line soon.
    case wantLine(LinkNumber)
    case respond(LinkNumber, RequestID, DeviceResponse)
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
