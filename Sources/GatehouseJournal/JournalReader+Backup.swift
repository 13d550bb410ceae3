import Foundation
import GRDB

extension JournalReader {
    /// Copies the journal to `file` while it is being written to, as it is at one instant, through SQLite's own
    /// backup.
    ///
    /// The copy is made under a temporary name beside it and takes its name only when whole and flushed. An
    /// existing file is never overwritten. The copy is a single file that opens anywhere, also from read-only
    /// media.
    ///
    /// - Parameter progress: told after each step how many pages are copied, of how many.
    public func backup(
        to file: String, progress: (_ copied: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(JournalError) {
        let files = FileManager.default
        guard !files.fileExists(atPath: file) else { throw .exists(file: file) }
        let unfinished = file + ".unfinished"
        Self.remove(unfinished)
        defer { Self.remove(unfinished) }
        try journalling {
            let copy = try DatabaseQueue(path: unfinished)
            try withoutActuallyEscaping(progress) { progress in
                try database.backup(to: copy, pagesPerStep: 64) { step in
                    progress(step.completedPageCount, step.totalPageCount)
                }
            }
            try copy.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE")
            }
            try copy.close()
        }
        try Self.publish(unfinished, as: file)
    }

    /// Flushes the copy and its folder around the change of name, so that a power cut leaves a whole backup or none.
    private static func publish(_ unfinished: String, as file: String) throws(JournalError) {
        guard flush(unfinished), !FileManager.default.fileExists(atPath: file), rename(unfinished, file) == 0,
            flush((file as NSString).deletingLastPathComponent)
        else {
            guard !FileManager.default.fileExists(atPath: unfinished) else {
                throw FileManager.default.fileExists(atPath: file)
                    ? .exists(file: file) : .unwritable(reason: "\(file): \(String(cString: strerror(errno)))")
            }
            throw .unwritable(reason: "\(file): its folder could not be flushed")
        }
    }

    private static func remove(_ unfinished: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(unfinished + suffix) }
    }
}

/// Waits until a file, or a folder's list of names, is on disk.
private func flush(_ path: String) -> Bool {
    let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
}
