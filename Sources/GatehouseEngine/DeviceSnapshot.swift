public import GatehouseDriverKit
public import GatehouseModel

/// How a device stands right now: a row of `gatehouse devices`.
public struct DeviceSnapshot: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        case online, offline, faulted, unmanaged
    }

    public var device: String
    /// Nil for a port that no driver claims.
    public var driver: String?
    public var address: String?
    public var state: State
    public var facts: DeviceFacts
    /// When its last reading was stored.
    public var lastEvent: Timestamp?
    public var clockOffset: Duration?
    public var log: DeviceStatus?
    /// Frames whose check was right.
    public var frames = 0
    /// Frames whose check was wrong.
    public var badFrames = 0
    /// What is wrong, or why the device is away.
    public var trouble: String?
    /// For an unmanaged port, the YAML to paste into the site file.
    public var suggestion: String?

    public init(device: String, driver: String?, address: String?, state: State, facts: DeviceFacts = DeviceFacts()) {
        self.device = device
        self.driver = driver
        self.address = address
        self.state = state
        self.facts = facts
    }

    /// The row of a device that is also heard on a second road: the first counts while it works, then the other.
    public func joined(with second: DeviceSnapshot?) -> DeviceSnapshot {
        guard let second, second.state == .online else { return self }
        guard state != .online else {
            var both = self
            both.lastEvent = [lastEvent, second.lastEvent].compactMap(\.self).max { $0.moment < $1.moment }
            return both
        }
        var other = second
        other.facts = DeviceFacts(
            vendor: second.facts.vendor ?? facts.vendor, model: second.facts.model ?? facts.model,
            serial: second.facts.serial ?? facts.serial, firmware: second.facts.firmware ?? facts.firmware)
        other.log = second.log ?? log
        return other
    }

    /// The row as the commands and the bus give it.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("device", .string(device)),
            .init("driver", .optional(driver)),
            .init("address", .optional(address)),
            .init("state", .string(state.rawValue)),
            .init("vendor", .optional(facts.vendor)),
            .init("model", .optional(facts.model)),
            .init("serial", .optional(facts.serial)),
            .init("lastEvent", .optional(lastEvent?.text)),
            .init("clockOffsetMilliseconds", clockOffset.map { .integer($0.wholeMilliseconds) } ?? .null),
            .init("logUsed", log.map { .integer($0.logUsed) } ?? .null),
            .init("logCapacity", log?.logCapacity.map { .integer($0) } ?? .null),
            .init("frames", .integer(frames)),
            .init("badFrames", .integer(badFrames)),
            .init("trouble", .optional(trouble)),
        ]
        if let suggestion { members.append(.init("suggestion", .string(suggestion))) }
        return .object(members)
    }
}
