import Glibc

/// Small files that only their owner reads, written so that a power cut leaves the old or the new one, never
/// half of it.
public enum SecretFile {
    /// No key file is larger.
    private static let sizeLimit = 64 * 1024

    static func read(_ path: String) throws(BusError) -> [UInt8] {
        guard let content = try readIfPresent(path) else {
            throw BusError("\(path) is missing: make it with gatehouse keys")
        }
        return content
    }

    /// Nil when there is no such file.
    public static func readIfPresent(_ path: String) throws(BusError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw BusError("cannot read \(path): \(lastProblem)")
        }
        defer { close(descriptor) }
        var content = [UInt8](repeating: 0, count: sizeLimit)
        var count = 0
        while count < sizeLimit {
            let got = content.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), sizeLimit - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw BusError("cannot read \(path): \(lastProblem)") }
            if got == 0 { break }
            count += got
        }
        return Array(content.prefix(count))
    }

    /// Writes the file with mode 0600, all at once.
    static func write(_ content: [UInt8], to path: String) throws(BusError) {
        let draft = path + ".new"
        try writeDraft(content, to: draft)
        guard rename(draft, path) == 0 else {
            let problem = lastProblem
            unlink(draft)
            throw BusError("cannot write \(path): \(problem)")
        }
    }

    /// Writes the file with mode 0600, all at once, unless there is one by now: of two programs that make it at the
    /// same time the first one's stays.
    public static func create(_ content: [UInt8], at path: String) throws(BusError) {
        let draft = "\(path).\(getpid())"
        try writeDraft(content, to: draft)
        defer { unlink(draft) }
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw BusError("cannot write \(path): \(lastProblem)")
        }
    }

    /// A new file whose content is on the disk.
    private static func writeDraft(_ content: [UInt8], to draft: String) throws(BusError) {
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BusError("cannot write \(draft): \(lastProblem)") }
        var rest = content[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            if written <= 0 { break }
            rest = rest.dropFirst(written)
        }
        let isOnDisk = rest.isEmpty && fsync(descriptor) == 0
        let problem = lastProblem
        close(descriptor)
        guard isOnDisk else {
            unlink(draft)
            throw BusError("cannot write \(draft): \(problem)")
        }
    }

    /// Makes a folder that only its owner enters, and those above it, unless they are there.
    public static func makeFolder(_ path: String) throws(BusError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw BusError("cannot make \(path): \(lastProblem)")
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw BusError("cannot make \(path): \(lastProblem)") }
    }

    /// The names of the files in a folder, sorted; none when the folder is missing.
    static func names(in path: String) throws(BusError) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw BusError("cannot read \(path): \(lastProblem)")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names.sorted()
    }

    /// True when a file was there to be removed.
    static func remove(_ path: String) throws(BusError) -> Bool {
        if unlink(path) == 0 { return true }
        if errno == ENOENT { return false }
        throw BusError("cannot remove \(path): \(lastProblem)")
    }

    private static var lastProblem: String { String(cString: strerror(errno)) }
}
