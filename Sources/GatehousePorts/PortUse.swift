import Glibc

/// Whether some program uses a device, found out without opening it: opening a serial port raises its control lines,
/// which resets some devices.
///
/// What cannot be seen is a program of another user that neither locks the file nor leaves a lock file; opening then
/// still fails with `busy` where the kernel or that program's lock says so.
struct PortUse: Sendable {
    /// Where the processes and their open files are; elsewhere in tests.
    var openFiles = "/proc"
    var lockFolders = ["/run/lock", "/var/lock"]

    /// Whether the device at this path is open in a process that we may look into, or locked by any.
    func isInUse(_ path: String) -> Bool {
        let real = resolved(path)
        return isLocked(real) || hasLockFile(real) || isOpen(real)
    }

    private func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    /// `/proc/locks` lists every process's locks, for everybody to read: our own daemon's among them.
    private func isLocked(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, let lines = text(of: "/proc/locks") else { return false }
        let file = ":\(status.st_ino)"
        let device = Self.device(status.st_dev)
        return lines.split(separator: "\n").contains { line in
            line.split(separator: " ").contains { $0 == device + file }
        }
    }

    /// `00:06`, as `/proc/locks` writes a device number. (The C library's `major` and `minor` are macros.)
    private static func device(_ number: dev_t) -> String {
        let major = (number >> 8) & 0xFFF | (number >> 32) & 0xFFFF_F000
        let minor = number & 0xFF | (number >> 12) & 0xFFFF_FF00
        return [major, minor].map { part in
            let digits = String(part, radix: 16)
            return digits.count < 2 ? "0\(digits)" : digits
        }.joined(separator: ":")
    }

    /// What terminal programs have left since UUCP: `LCK..ttyUSB0` with a process number in it.
    private func hasLockFile(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return lockFolders.contains { folder in
            guard let holder = text(of: "\(folder)/LCK..\(name)") else { return false }
            let digits = holder.drop { $0 == " " }.prefix { $0.isNumber }
            guard let process = Int32(digits), process > 0 else { return false }
            return kill(process, 0) == 0 || errno == EPERM
        }
    }

    private func isOpen(_ path: String) -> Bool {
        names(in: openFiles).contains { process in
            guard process.allSatisfy({ $0.isNumber }) else { return false }
            let folder = "\(openFiles)/\(process)/fd"
            return names(in: folder).contains { link(at: "\(folder)/\($0)") == path }
        }
    }

    private func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private func link(at path: String) -> String? {
        var target = [CChar](repeating: 0, count: 512)
        let length = readlink(path, &target, target.count)
        guard length > 0 else { return nil }
        return String(decoding: target.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Up to 1 MiB of a file; nil when it cannot be read.
    private func text(of path: String) -> String? {
        readFile(path, atMost: 1_048_576).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Ports {
    /// Whether some program, this one included, has the device at this path open or locked. Nothing is opened.
    public static func isInUse(_ path: String) async -> Bool {
        await blocking { PortUse().isInUse(path) }
    }
}
