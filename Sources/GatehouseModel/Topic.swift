/// What kind of event it is, and what subscribers filter on: `punch.recorded`. The CloudEvents type is `gatehouse.`
/// and the topic.
public struct Topic: Hashable, Sendable, RawRepresentable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public init(stringLiteral value: String) {
        self.rawValue = value
    }

    /// Where an event of this topic comes from, which says who may write it.
    public enum Origin: Hashable, Sendable {
        /// A driver, for a device.
        case device
        /// A person or another system, through the bus, the API or an import.
        case people
        /// A module of Gatehouse.
        case module
    }

    /// Every topic of Gatehouse's own, by who writes it. Beside them a site may carry `ext.<name>`.
    public static let all: [Origin: [Topic]] = [
        .device: [
            "device.connected", "device.disconnected", "device.faulted", "device.clock", "device.synced",
            "punch.recorded", "scan.recorded",
        ],
        .people: [
            "site.updated", "schedule.assigned", "leave.granted", "leave.cancelled", "overtime.approved",
            "punch.corrected", "visit.waived", "hazard.reported", "hazard.assigned", "hazard.submitted",
            "hazard.verified", "hazard.rejected", "incident.recorded", "measure.recorded", "alert.acknowledged",
        ],
        .module: [
            "attendance.updated", "attendance.closed", "presence.changed", "patrol.opened", "patrol.visited",
            "patrol.missed", "patrol.closed", "patrol.revised", "hazard.opened", "hazard.overdue", "hazard.closed",
            "alert.raised", "alert.cleared", "reminder.due", "kpi.updated", "incentive.computed",
        ],
    ]

    private static let origins: [Topic: Origin] = Dictionary(
        uniqueKeysWithValues: all.flatMap { origin, topics in topics.map { ($0, origin) } })

    /// Who writes this topic; nil for one that Gatehouse does not know. `ext.<name>`, the name made of letters,
    /// digits, `.`, `_` and `-` (64 at most), is written by people and other systems.
    public var origin: Origin? {
        if let known = Self.origins[self] { return known }
        guard rawValue.hasPrefix("ext."), (5...68).contains(rawValue.utf8.count) else { return nil }
        return rawValue.utf8.allSatisfy(Identifier.allows) ? .people : nil
    }
}

/// The names that a site gives to its people, devices and places.
public enum Identifier {
    /// At most 64 characters of letters, digits, `.`, `_`, `-`; not empty.
    public static func isValid(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(allows)
    }

    static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D: true
        default: false
        }
    }
}
