/// What happens to the ports of a machine.
public enum HotPlugEvent: Hashable, Sendable {
    /// A port is there now; or something about it changed.
    case appeared(FoundPort)
    /// The device at this path is gone.
    case vanished(devicePath: String)
    /// Compare the whole set with what you know (`HotPlug.scan`, `HotPlugEvent.changes`): the stream
    /// begins, or events were lost.
    case rescan

    /// What must have happened between two scans: first what went, then what came, each in the order of the
    /// paths.
    public static func changes(from old: some Sequence<FoundPort>, to new: some Sequence<FoundPort>) -> [HotPlugEvent] {
        let before = Set(old)
        let after = Set(new)
        // Another device at the same path is a going and a coming, or a driver would go on talking to a
        // stranger.
        let gone = before.subtracting(after).map(\.devicePath).sorted()
        let come = after.subtracting(before).sorted { $0.devicePath < $1.devicePath }
        return gone.map { .vanished(devicePath: $0) } + come.map { .appeared($0) }
    }
}
