import Glibc

/// Where sticks are: file systems that are mounted at or below the watched folders, and the folders in these.
enum StickPlaces {
    /// More sticks than a box has sockets.
    static let limit = 32

    /// A mounted file system, as `/proc/self/mountinfo` has it (proc(5)).
    struct Mount: Hashable, Sendable {
        var point: String
        /// `/dev/sda1`; for a share in the network something else.
        var source: String

        /// Whether it lies on a disk of this machine. Looking at a share whose server is gone may take for ever.
        var isOfDisk: Bool { source.hasPrefix("/dev/") }
    }

    /// Reads the table: the mount point is the fifth field, the source the second behind the separator.
    static func mounts(_ table: String) -> [Mount] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count > 4, let separator = fields.dropFirst(6).firstIndex(of: "-"),
                separator + 2 < fields.count
            else { return nil }
            return Mount(point: unescaped(fields[4]), source: unescaped(fields[separator + 2]))
        }
    }

    /// The folders at whose root a clock's file may lie, in order. `children` lists the folders in a folder, symbolic
    /// links left out.
    static func folders(_ mounts: [Mount], watched: [String], children: (String) -> [String]) -> [String] {
        let near = mounts.filter { mount in
            watched.contains { mount.point == $0 || mount.point.hasPrefix("\($0)/") }
        }
        let elsewhere = Set(near.filter { !$0.isOfDisk }.map(\.point))
        let folders = watched.filter { !elsewhere.contains($0) }.flatMap(children)
        let all = Set(near.filter(\.isOfDisk).map(\.point) + folders).subtracting(elsewhere)
        return Array(all.sorted().prefix(limit))
    }

    /// Spaces and the like stand as a backslash and three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x5C, rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
