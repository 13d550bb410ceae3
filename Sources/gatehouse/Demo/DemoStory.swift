/// Something that somebody does in the demo's plant.
enum DemoDeed: Sendable {
    /// A person punches at a device.
    case punch(String, at: String)
    /// Somebody holds a code under a scanner.
    case scan(Code, with: String)
    /// A scanner's cable comes off.
    case unplug(String)
    /// The cable is put in again, or a scanner that was carried is put into its cradle.
    case plug(String)
    /// HR grants a person a day's leave.
    case grantLeave(String)
    /// The hazard that was found goes its loop.
    case assign(to: String, by: String)
    case submit(by: String)
    case verify(by: String)
    /// A guard hands the plant over to the night.
    case handOver(by: String)

    enum Code: Sendable {
        case checkpoint(String)
        case condition(String)
        case person(String)
        /// Somebody has printed a code of their own, and could not know the tag.
        case forged(checkpoint: String)
    }
}

/// What happens in the demo's day, in order.
enum DemoStory {
    static let deeds: [(at: String, deed: DemoDeed)] =
        morning + firstRound + forgery + secondRound + noon + afternoon + evening

    private static let morning: [(at: String, deed: DemoDeed)] = [
        ("07:32", .punch("E2001", at: "gate-1-clock")), ("07:35", .punch("E1006", at: "workshop-clock")),
        ("07:38", .punch("E1007", at: "office-clock")), ("07:41", .punch("E1001", at: "gate-1-clock")),
        ("07:44", .punch("E1002", at: "gate-1-clock")), ("07:49", .punch("E1008", at: "door-1-reader")),
        ("07:52", .punch("E2002", at: "gate-1-clock")), ("08:09", .punch("E1004", at: "gate-1-clock")),
        ("08:17", .punch("E1003", at: "gate-1-clock")), ("08:50", .grantLeave("E1005")),
    ]

    /// The cabinet is forgotten, and a passage is blocked.
    private static let firstRound: [(at: String, deed: DemoDeed)] = [
        ("09:03", .scan(.person("E2001"), with: "patrol-scanner")),
        ("09:05", .scan(.checkpoint("CP01"), with: "patrol-scanner")),
        ("09:12", .scan(.checkpoint("CP02"), with: "patrol-scanner")),
        ("09:21", .scan(.checkpoint("CP04"), with: "patrol-scanner")),
        ("09:22", .scan(.condition("blocked"), with: "patrol-scanner")), ("09:38", .assign(to: "E1006", by: "E1007")),
    ]

    /// Somebody would rather not walk: a home-made code is held under the guard room's scanner, whose cable comes off.
    private static let forgery: [(at: String, deed: DemoDeed)] = [
        ("10:02", .scan(.forged(checkpoint: "CP03"), with: "guardroom-scanner")),
        ("10:14", .unplug("guardroom-scanner")), ("10:36", .plug("guardroom-scanner")),
    ]

    /// The last checkpoint comes after the half hour that a round may take.
    private static let secondRound: [(at: String, deed: DemoDeed)] = [
        ("11:04", .scan(.person("E2002"), with: "patrol-scanner")),
        ("11:07", .scan(.checkpoint("CP01"), with: "patrol-scanner")),
        ("11:14", .scan(.checkpoint("CP02"), with: "patrol-scanner")),
        ("11:22", .scan(.checkpoint("CP03"), with: "patrol-scanner")),
        ("11:37", .scan(.checkpoint("CP04"), with: "patrol-scanner")),
    ]

    private static let noon: [(at: String, deed: DemoDeed)] = [
        ("12:02", .punch("E1001", at: "gate-1-clock")), ("12:04", .punch("E1003", at: "gate-1-clock")),
        ("12:06", .punch("E1007", at: "office-clock")), ("12:48", .punch("E1007", at: "office-clock")),
        ("12:52", .punch("E1001", at: "gate-1-clock")), ("12:55", .punch("E1003", at: "gate-1-clock")),
        ("13:20", .submit(by: "E1006")), ("13:45", .verify(by: "E2002")),
    ]

    /// A round as it should be, and one whose scanner keeps its scans until it is back in its cradle.
    private static let afternoon: [(at: String, deed: DemoDeed)] = [
        ("14:32", .scan(.person("E2001"), with: "patrol-scanner")),
        ("14:34", .scan(.checkpoint("CP01"), with: "patrol-scanner")),
        ("14:40", .scan(.checkpoint("CP02"), with: "patrol-scanner")),
        ("14:47", .scan(.checkpoint("CP03"), with: "patrol-scanner")),
        ("14:53", .scan(.checkpoint("CP04"), with: "patrol-scanner")),
        ("15:33", .scan(.person("E2002"), with: "yard-scanner")),
        ("15:36", .scan(.checkpoint("CP11"), with: "yard-scanner")),
        ("15:43", .scan(.checkpoint("CP12"), with: "yard-scanner")),
        ("15:51", .scan(.checkpoint("CP13"), with: "yard-scanner")), ("15:56", .plug("yard-scanner")),
    ]

    private static let evening: [(at: String, deed: DemoDeed)] = [
        ("17:01", .punch("E1001", at: "gate-1-clock")), ("17:02", .punch("E1002", at: "gate-1-clock")),
        ("17:03", .punch("E1006", at: "workshop-clock")), ("17:04", .punch("E1007", at: "office-clock")),
        ("17:05", .punch("E1008", at: "door-2-reader")), ("17:07", .punch("E1004", at: "gate-1-clock")),
        ("17:10", .punch("E1003", at: "gate-2-clock")), ("17:14", .punch("E2001", at: "gate-1-clock")),
        ("17:16", .punch("E2002", at: "gate-1-clock")), ("18:00", .handOver(by: "E2002")),
    ]
}
