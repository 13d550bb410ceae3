import GatehouseRules
import Glibc

/// Reads whole files of bounded size, whatever stands under their name.
enum FileBytes {
    /// Why a file could not be read, and what to do.
    struct Refusal: Error {
        var problem: String
        var hint: String
        /// There is nothing under that name, rather than something that cannot be read.
        var isMissing = false
    }

    /// A file's content, and who may read it.
    struct Content {
        var bytes: [UInt8]
        /// The permission bits of the file's mode.
        var permissions: UInt32
    }

    /// Reads a regular file of at most `limit` bytes. A pipe or a device is refused, never waited for.
    static func read(_ path: String, limit: Int) throws(Refusal) -> Content {
        // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw refusal(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw Refusal(
                problem: isFolder ? "this is a folder" : "this is no ordinary file", hint: "name a file that holds text"
            )
        }
        guard status.st_size <= limit else { throw tooLarge(Int(status.st_size), limit: limit) }
        let bytes = try drain(descriptor, expected: Int(status.st_size), limit: limit)
        return Content(bytes: bytes, permissions: status.st_mode & 0o777)
    }

    private static func drain(_ descriptor: Int32, expected: Int, limit: Int) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected)
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw refusal(errno)
            }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else { throw tooLarge(bytes.count, limit: limit) }
        }
    }

    private static func refusal(_ code: Int32) -> Refusal {
        switch code {
        case ENOENT, ENOTDIR:
            Refusal(
                problem: "there is no such file", hint: "check the name, and that a link leads somewhere",
                isMissing: true)
        case EACCES, EPERM:
            Refusal(problem: "this file may not be read", hint: "let the user that runs Gatehouse read it")
        case ELOOP: Refusal(problem: "this link leads in a circle", hint: "name the file itself")
        default:
            Refusal(problem: "reading failed: \(String(cString: strerror(code)))", hint: "check the disk and the name")
        }
    }

    private static func tooLarge(_ size: Int, limit: Int) -> Refusal {
        Refusal(problem: "the file has \(size) bytes", hint: "at most \(limit) are taken: leave out what is over")
    }
}
