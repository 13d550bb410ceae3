import Glibc
import Testing

@testable import GatehousePorts

@Suite("Port use", .timeLimit(.minutes(1)))
struct PortUseTests {
    @Test("a device that is open somewhere is in use, also by a link to it, and free again when it is closed")
    func open() async throws {
        let folder = try TemporaryFolder()
        let link = "\(folder.path)/scanner"
        let terminal = try PseudoTerminal()
        symlink(terminal.path, link)
        #expect(await Ports.isInUse(link) == false)
        let port = try await Ports().open(.tty(path: terminal.path))
        #expect(await Ports.isInUse(link))
        await port.close()
        #expect(await Ports.isInUse(link) == false)
    }

    @Test("a lock is seen also of a process whose files are not ours to look into")
    func locked() throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/file"
        let descriptor = creat(file, 0o600)
        defer { close(descriptor) }
        // What cannot be looked into is as good as not there.
        var use = PortUse(lockFolders: [])
        use.openFiles = "/nowhere"
        #expect(!use.isInUse(file))
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(use.isInUse(file))
    }

    @Test(
        "a lock file of a terminal program counts as long as that program lives",
        arguments: [("\(getpid())\n", true), ("       1 cu root\n", true), ("2147483647\n", false), ("x", false)])
    func lockFile(text: String, inUse: Bool) throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/LCK..ttyUSB4711"
        let descriptor = creat(file, 0o600)
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
        close(descriptor)
        defer { unlink(file) }
        #expect(PortUse(lockFolders: [folder.path]).isInUse("/dev/ttyUSB4711") == inUse)
    }

    @Test("nothing is in use where nothing is")
    func nothing() async {
        #expect(await Ports.isInUse("/dev/ttyUSB4711") == false)
    }
}
