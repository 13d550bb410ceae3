/// A rule of the house that a simulated site broke, and how to see it again.
public struct BrokenInvariant: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rules.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        case acknowledgedOnlyWhenStored = "a device is told that its record is stored only when it is"
        case erasedOnlyWhenStored = "a device's log is erased only when every record of it is stored"
        case oneRowPerIdentity = "an event has one row, however often it was read"
        case sequenceWithoutHoles = "sequences run from 1 without holes"
        case previousChains = "each row points to the row before it with its topic"
        case publishedOnlyWhenStored = "only what is stored is published"
        case boundedQueues = "every queue has a limit"
        case syncedMeansStored = "device.synced says only what is stored"
        case oneLink = "a device has at most one open link"
        case noStaleSends = "nothing is sent on a link that is gone"
        case answeredOnce = "a command is answered once"
        case nothingInvented = "every punch in the journal was made at the device"
        case nothingLost = "in the end every record of every device is in the journal"
        case everybodyBack = "in the end every device is online"
        case subscriberMissesNothing = "a subscriber gets every event once, in order"
    }

    /// Which rule.
    public var rule: Rule
    /// Where and on what it was broken.
    public var detail: String
    /// The seed of the site.
    public var seed: UInt64
    /// How long things went wrong in that site, in simulated seconds.
    public var untilSeconds: Int64
    /// After how many steps.
    public var step: Int
    /// At what time since the beginning.
    public var uptime: Duration

    /// The command line that shows it again.
    public var command: String { "gatehouse simulate site --seed \(seed) --until \(untilSeconds)" }

    /// What was broken, and on a second line the command that shows it again.
    public var description: String {
        "broken after \(step) steps, \(uptime): \(rule.rawValue): \(detail)\nsee it again: \(command)"
    }
}
