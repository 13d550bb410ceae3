import Foundation

/// Keeps a second gateway from writing to the same journal. The kernel lets go of it when the process ends, however
/// it ends.
///
/// It is a file of its own: closing any descriptor of the database file would drop SQLite's own locks on it.
final class JournalLock: Sendable {
    private let descriptor: Int32

    /// Locks `file` with `.lock` added to its name, made where it is missing.
    init(beside file: String) throws(JournalError) {
        let opened = open(file + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .unwritable(reason: "\(file).lock: \(String(cString: strerror(errno)))") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw .busy(retryAfter: .seconds(1))
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }
}
