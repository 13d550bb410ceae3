import Glibc

/// A file at the root of a stick, and which state of it. It is only ever opened for reading.
struct StickFile: Hashable, Sendable {
    /// The largest that is read: some 300,000 punches, more than any clock holds.
    static let sizeLimit = 16 << 20
    /// How many entries of a folder are looked at.
    static let entryLimit = 4096

    /// Why a file was not read. Nothing of it has been taken then.
    enum Trouble: Error, Hashable, Sendable {
        /// The stick went away.
        case pulled(after: Int)
        /// It grew or shrank meanwhile: somebody still writes it.
        case changing
        case tooLarge
        case system(Int32)
    }

    var folder: String
    var name: String
    private var device: UInt64
    private var inode: UInt64
    private var size: Int
    private var changed: Int

    var path: String { "\(folder)/\(name)" }

    private init(folder: String, name: String, _ status: stat) {
        self.folder = folder
        self.name = name
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        changed = Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec)
    }

    /// The ordinary files of a folder whose names fit. What is a symbolic link, also as a folder, leads away from the
    /// stick and is nothing.
    static func files(in folder: String, where fits: (String) -> Bool) -> [StickFile] {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        guard let entries = fdopendir(descriptor) else {
            close(descriptor)
            return []
        }
        defer { closedir(entries) }
        var files: [StickFile] = []
        for _ in 0..<entryLimit {
            guard let entry = readdir(entries) else { break }
            let name = Self.name(of: entry)
            var status = stat()
            guard fits(name), fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0, isOrdinary(status) else {
                continue
            }
            files.append(StickFile(folder: folder, name: name, status))
        }
        return files.sorted { $0.name < $1.name }
    }

    /// The folders in a folder, symbolic links left out.
    static func folders(in folder: String) -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var folders: [String] = []
        for _ in 0..<entryLimit {
            guard let entry = readdir(entries) else { break }
            let name = Self.name(of: entry)
            var status = stat()
            guard name != ".", name != "..", lstat("\(folder)/\(name)", &status) == 0,
                status.st_mode & S_IFMT == S_IFDIR
            else { continue }
            folders.append("\(folder)/\(name)")
        }
        return folders
    }

    /// All of the file, or why not. `read` is read(2), or what a test puts in its place.
    func bytes(
        read: (Int32, UnsafeMutableRawPointer, Int) -> Int = { Glibc.read($0, $1, $2) }
    ) throws(Trouble) -> [UInt8] {
        guard size <= Self.sizeLimit else { throw .tooLarge }
        let root = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard root >= 0 else { throw Self.trouble(errno, after: 0) }
        defer { close(root) }
        let descriptor = openat(root, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.trouble(errno, after: 0) }
        defer { close(descriptor) }
        guard isUnchanged(descriptor) else { throw .changing }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { read(descriptor, $0, buffer.count) } ?? 0
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.trouble(errno, after: bytes.count) }
            guard count > 0 else { break }
            bytes += chunk[..<count]
            guard bytes.count <= size else { throw .changing }
        }
        guard bytes.count == size, isUnchanged(descriptor) else { throw .changing }
        return bytes
    }

    private func isUnchanged(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Self.isOrdinary(status) else { return false }
        return StickFile(folder: folder, name: name, status) == self
    }

    private static func trouble(_ code: Int32, after count: Int) -> Trouble {
        switch code {
        case EIO, ENODEV, ENXIO, ENOENT, ESTALE, ENOMEDIUM: .pulled(after: count)
        default: .system(code)
        }
    }

    private static func isOrdinary(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFREG
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
