import Foundation
import GatehouseDriverKit
import GatehouseModel
import Glibc
import Testing

@testable import GatehouseRuntime

@Suite("Where sticks are")
struct StickPlacesTests {
    let watched = ["/media", "/run/media", "/mnt"]

    @Test("the mount table is read, with escaped spaces and optional fields")
    func table() {
        let mounts = StickPlaces.mounts(
            """
            36 35 8:1 / /media/A\\040B rw,noatime master:1 shared:7 - vfat /dev/sda1 rw
            37 35 0:50 / /mnt/share rw - nfs server:/export rw
            38 35 8:2 / /mnt rw - ext4 /dev/sdb1 rw
            half a line

            """)
        #expect(
            mounts == [
                StickPlaces.Mount(point: "/media/A B", source: "/dev/sda1"),
                StickPlaces.Mount(point: "/mnt/share", source: "server:/export"),
                StickPlaces.Mount(point: "/mnt", source: "/dev/sdb1"),
            ])
    }

    @Test("mounted disks count at any depth, plain folders one below a watched one")
    func folders() {
        let mounts = [
            StickPlaces.Mount(point: "/run/media/guard/STICK", source: "/dev/sda1"),
            StickPlaces.Mount(point: "/", source: "/dev/vda"), StickPlaces.Mount(point: "/mediaX", source: "/dev/sdc"),
        ]
        let found = StickPlaces.folders(mounts, watched: watched) { $0 == "/media" ? ["/media/plain"] : [] }
        #expect(found == ["/media/plain", "/run/media/guard/STICK"])
    }

    @Test("a share in the network is never looked at: its server may be gone")
    func shares() {
        let mounts = [
            StickPlaces.Mount(point: "/mnt/share", source: "server:/export"),
            StickPlaces.Mount(point: "/media", source: "//server/share"),
        ]
        var listed: [String] = []
        let found = StickPlaces.folders(mounts, watched: watched) { folder in
            listed.append(folder)
            return ["\(folder)/share"]
        }
        #expect(found == ["/run/media/share"] && listed == ["/run/media", "/mnt"])
    }

    @Test("no more sticks than a box has sockets")
    func bounded() {
        let found = StickPlaces.folders([], watched: ["/media"]) { _ in (0..<5000).map { "/media/\($0)" } }
        #expect(found.count == StickPlaces.limit)
    }
}

@Suite("Files on a stick")
struct StickFileTests {
    private func fits(_ name: String) -> Bool { name.hasSuffix("_attlog.dat") }

    @Test("ordinary files at the root are found; links, folders and pipes are not")
    func finding() throws {
        let stick = try TemporaryFolder()
        try stick.write("1_attlog.dat", "x")
        try stick.write("other.txt", "x")
        try FileManager.default.createDirectory(atPath: stick.path + "/2_attlog.dat", withIntermediateDirectories: true)
        #expect(symlink("/etc/passwd", stick.path + "/3_attlog.dat") == 0)
        #expect(mkfifo(stick.path + "/4_attlog.dat", 0o600) == 0)
        #expect(StickFile.files(in: stick.path, where: fits).map(\.name) == ["1_attlog.dat"])
    }

    @Test("a link to a folder leads away from the stick")
    func linkedFolder() throws {
        let place = try TemporaryFolder()
        let stick = try TemporaryFolder()
        try stick.write("1_attlog.dat", "x")
        #expect(symlink(stick.path, place.path + "/link") == 0)
        #expect(StickFile.folders(in: place.path).isEmpty)
        #expect(StickFile.files(in: place.path + "/link", where: fits).isEmpty)
    }

    @Test("a file is read whole")
    func reading() throws {
        let (stick, file) = try stickFile("10001\t2026-11-02 07:58:11\n")
        #expect(try file.bytes() == Array("10001\t2026-11-02 07:58:11\n".utf8))
        withExtendedLifetime(stick) {}
    }

    @Test("a stick that is pulled out in the middle gives nothing", arguments: [EIO, ENODEV, ENXIO])
    func pulled(code: Int32) throws {
        let (stick, file) = try stickFile(String(repeating: "x", count: 200_000))
        var reads = 0
        #expect(throws: StickFile.Trouble.pulled(after: 65_536)) {
            try file.bytes { descriptor, buffer, count in
                reads += 1
                guard reads > 1 else { return read(descriptor, buffer, count) }
                errno = code
                return -1
            }
        }
        withExtendedLifetime(stick) {}
    }

    @Test("a file that is exchanged, grows or shrinks while it is read gives nothing")
    func changing() throws {
        let (stick, file) = try stickFile(String(repeating: "x", count: 1000))
        #expect(throws: StickFile.Trouble.changing) { try file.bytes { _, _, _ in 0 } }
        #expect(throws: StickFile.Trouble.changing) { try file.bytes { _, _, count in count } }
        try stick.write("1_attlog.dat", "another")
        #expect(throws: StickFile.Trouble.changing) { try file.bytes() }
    }

    @Test("a file that has become a link is not followed")
    func becomesLink() throws {
        let (stick, file) = try stickFile("x")
        #expect(unlink(file.path) == 0 && symlink("/etc/passwd", file.path) == 0)
        #expect(throws: StickFile.Trouble.system(ELOOP)) { try file.bytes() }
        withExtendedLifetime(stick) {}
    }

    @Test("a huge file is left alone")
    func huge() throws {
        let (stick, file) = try stickFile("")
        #expect(truncate(file.path, StickFile.sizeLimit + 1) == 0)
        let grown = try #require(StickFile.files(in: stick.path, where: fits).first)
        #expect(throws: StickFile.Trouble.tooLarge) { try grown.bytes() }
    }

    private func stickFile(_ content: String) throws -> (TemporaryFolder, StickFile) {
        let stick = try TemporaryFolder()
        try stick.write("1_attlog.dat", content)
        return (stick, try #require(StickFile.files(in: stick.path, where: fits).first))
    }
}

@Suite("Pieces of a file")
struct StickLinesTests {
    @Test("are whole lines, and together the file", arguments: [0, 1, 20, 65_536, 65_537, 300_000])
    func whole(size: Int) {
        var random = SplitMix64(seed: UInt64(size))
        let bytes = (0..<size).map { _ in random.next() % 30 == 0 ? 0x0A : UInt8(ascii: "x") }
        let pieces = Array(StickLines(bytes))
        #expect(pieces.flatMap(\.self) == bytes)
        #expect(pieces.dropLast().allSatisfy { $0.last == 0x0A })
        #expect(pieces.allSatisfy { !$0.isEmpty && $0.count <= 65_536 })
    }

    @Test("end, even where no line does")
    func noLines() {
        #expect(Array(StickLines(Array(repeating: 1, count: 200_000))).count == 4)
    }
}

extension TemporaryFolder {
    fileprivate func write(_ name: String, _ content: String) throws {
        try Data(content.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    }
}
