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
        guard !FileManager.default.fileExists(atPath: file) else { throw .exists(file: file) }
        let draft = Draft(of: file, suffix: ".unfinished")
        defer { draft.remove() }
        try journalling {
            let copy = try DatabaseQueue(path: draft.path)
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
        try draft.publish()
    }
}
