import Foundation

/// A database file that is made under another name and takes its own only when it is whole and flushed: whoever is
/// killed meanwhile leaves nothing or everything.
struct Draft {
    /// Where it is made.
    let path: String
    private let file: String

    /// `suffix` tells the draft from the file beside it. What an earlier try left behind is removed.
    init(of file: String, suffix: String) {
        self.file = file
        path = file + suffix
        remove()
    }

    /// Removes the draft and what SQLite keeps beside it.
    func remove() {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    /// Gives the draft its name. An existing file is replaced only by who has looked that nothing is in it.
    func publish(replacingEmpty: Bool = false) throws(JournalError) {
        guard Self.flush(path) else { throw .unwritable(reason: "\(path): \(String(cString: strerror(errno)))") }
        guard replacingEmpty || !FileManager.default.fileExists(atPath: file) else { throw .exists(file: file) }
        guard rename(path, file) == 0 else { throw .unwritable(reason: "\(file): \(String(cString: strerror(errno)))") }
        guard Self.flush((file as NSString).deletingLastPathComponent) else {
            throw .unwritable(reason: "\(file): its folder could not be flushed")
        }
    }

    /// Waits until a file, or a folder's list of names, is on disk.
    private static func flush(_ path: String) -> Bool {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
