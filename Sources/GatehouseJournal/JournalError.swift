/// Why the journal refused, by what the caller can do about it.
public enum JournalError: Error, Hashable, Sendable {
    /// The disk has no room. Stop acknowledging: the devices still hold their own records.
    case full
    /// Another process holds the file. Try again after the delay.
    case busy(retryAfter: Duration)
    /// The disk answered with an error while reading or writing; `reason` is SQLite's own text.
    case unwritable(reason: String)
    /// The file does not say what it said when it was written. Do not write to it again.
    case damaged(atSequence: Int64, reason: String)
    /// The file is something else than a journal, and stays as it is.
    case foreign(file: String)
    /// A newer Gatehouse has written the file, and this one would misread it.
    case newer(file: String)
    /// There is no journal where one was expected.
    case missing(file: String)
    /// A backup never overwrites.
    case exists(file: String)
    /// The writer has been stopped and takes no more events.
    case stopped
}

extension JournalError: CustomStringConvertible {
    /// What happened and what to do next, for an operator.
    public var description: String {
        switch self {
        case .full:
            "the disk of the journal is full: free some space or lower the retention; recording goes on by itself"
        case .busy(let delay):
            "another process writes to the journal: stop it, or try again in \(delay)"
        case .unwritable(let reason):
            "the journal's disk failed (\(reason)): check the disk and the kernel's log; recording is tried again"
        case .damaged(let sequence, let reason):
            "the journal is damaged at event \(sequence) (\(reason)): keep the file, run `gatehouse verify`, "
                + "and start from the latest backup in another folder"
        case .foreign(let file):
            "\(file) is no Gatehouse journal: move it away, or name another data folder"
        case .newer(let file):
            "\(file) was written by a newer Gatehouse: install that version again, or restore a backup of this one's"
        case .missing(let file):
            "there is no journal at \(file): name the data folder of the gateway"
        case .exists(let file):
            "\(file) exists already: move it away or name another file for the backup"
        case .stopped:
            "the gateway is stopping: send the events again after it has started"
        }
    }
}
