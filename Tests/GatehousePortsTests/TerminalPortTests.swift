import GatehouseDriverKit
import GatehousePorts
import Glibc
import Testing

@Suite("Terminal port", .timeLimit(.minutes(1)))
struct TerminalPortTests {
    let ports = Ports()

    @Test("the line is raw, with the rate and stop bits that were asked for, also rates that have no name")
    func framing() async throws {
        let terminal = try PseudoTerminal()
        let line = SerialLine(rate: 250_000, dataBits: 8, parity: .none, stopBits: 2)
        let port = try await ports.open(.tty(path: terminal.path), line: line)

        let settings = terminal.settings()
        #expect(terminal.rate == 250_000)
        #expect(settings.c_cflag & UInt32(CSTOPB) != 0)
        #expect(settings.c_cflag & UInt32(CLOCAL) != 0)
        #expect(settings.c_cflag & UInt32(CREAD) != 0)
        #expect(settings.c_cflag & UInt32(CRTSCTS) == 0)
        // No echo, no line editing, no translation of CR: a scan must arrive as it is and never go back.
        #expect(settings.c_lflag == 0)
        #expect(settings.c_oflag == 0)
        #expect(settings.c_iflag & UInt32(ICRNL | IXON | IXOFF | ISTRIP) == 0)
        await port.close()
    }

    @Test("bytes go both ways, control characters too")
    func bothWays() async throws {
        let terminal = try PseudoTerminal()
        let port = try await ports.open(.tty(path: terminal.path))
        let everyByte = Array(UInt8.min...UInt8.max)

        try await port.send(everyByte)
        #expect(await terminal.read(256) == everyByte)
        await terminal.write(everyByte)
        #expect(await collect(256, from: port) == everyByte)
        await port.close()
        #expect(port.ending == .closedHere)
    }

    @Test("readings that waited before the port was opened are not thrown away")
    func keepsWhatWaits() async throws {
        let terminal = try PseudoTerminal()
        await terminal.write(Array("XF-0001\n".utf8))
        let port = try await ports.open(.tty(path: terminal.path))
        #expect(await collect(8, from: port) == Array("XF-0001\n".utf8))
    }

    @Test("a terminal is opened once, and again when it was closed")
    func exclusive() async throws {
        let terminal = try PseudoTerminal()
        let first = try await ports.open(.tty(path: terminal.path))
        await #expect(throws: PortError.busy) { try await ports.open(.tty(path: terminal.path)) }

        // The refused attempt must not have disturbed the one that has it.
        await terminal.write([1, 2, 3])
        #expect(await collect(3, from: first) == [1, 2, 3])
        await first.close()
        let second = try await ports.open(.tty(path: terminal.path))
        await second.close()
    }

    @Test("pulling the cable ends the port, for a reader that waits and for who sends afterwards")
    func unplugged() async throws {
        let terminal = try PseudoTerminal()
        let port = try await ports.open(.tty(path: terminal.path))
        let reader = Task { await collect(.max, from: port) }
        await terminal.write([0x55])
        terminal.unplug()

        #expect(await reader.value.count <= 1)
        #expect(port.ending == .unplugged)
        await #expect(throws: PortError.ended(.unplugged)) { try await port.send([1]) }
    }

    @Test("pulling the cable is noticed also while nobody reads")
    func unpluggedUnread() async throws {
        let terminal = try PseudoTerminal()
        let port = try await ports.open(.tty(path: terminal.path))
        await terminal.write(pattern(1_000_000), patience: 300)
        terminal.unplug()
        _ = await collect(.max, from: port)
        #expect(port.ending == .unplugged)
    }

    @Test("a replugged device is found at the same link and opened again")
    func replugged() async throws {
        let folder = try TemporaryFolder()
        let link = "\(folder.path)/scanner"
        let before = try PseudoTerminal()
        symlink(before.path, link)
        let first = try await ports.open(.tty(path: link))
        before.unplug()
        unlink(link)
        #expect(await collect(.max, from: first) == [])
        await #expect(throws: PortError.absent) { try await ports.open(.tty(path: link)) }

        let watch = Task { [ports] in await ports.appears(link) }
        let after = try PseudoTerminal()
        symlink(after.path, link)
        #expect(await watch.value)
        let second = try await ports.open(.tty(path: link))
        await after.write([7])
        #expect(await collect(1, from: second) == [7])
    }

    @Test("a link to nowhere is nothing, and its target's coming is noticed")
    func linkToNowhere() async throws {
        let folder = try TemporaryFolder()
        let link = "\(folder.path)/scanner"
        symlink("\(folder.path)/file", link)
        await #expect(throws: PortError.absent) { try await ports.open(.tty(path: link)) }

        let watch = Task { [ports] in await ports.appears(link) }
        let file = creat("\(folder.path)/file", 0o600)
        #expect(await watch.value)
        close(file)
        await #expect(throws: PortError.notATerminal) { try await ports.open(.tty(path: link)) }
    }

    @Test("a watch for a path ends when its task is cancelled")
    func watchCancelled() async {
        let watch = Task { [ports] in await ports.appears("/nowhere/at/all") }
        watch.cancel()
        #expect(await watch.value == false)
    }

    @Test("what is no terminal is not opened", arguments: ["/dev/null", "/dev/zero", "/tmp"])
    func notATerminal(path: String) async {
        await #expect(throws: PortError.notATerminal) { try await ports.open(.tty(path: path)) }
    }

    @Test("a path at which nothing is says so", arguments: ["/dev/ttyUSB4711", "/dev/null/scanner"])
    func absent(path: String) async {
        await #expect(throws: PortError.absent) { try await ports.open(.tty(path: path)) }
    }

    @Test(
        "a terminal that we may not open says whom to ask", .enabled(if: geteuid() != 0, "root may open everything"))
    func notPermitted() async throws {
        let terminal = try PseudoTerminal()
        chmod(terminal.path, 0)
        await #expect(throws: PortError.notPermitted) { try await ports.open(.tty(path: terminal.path)) }
    }

    @Test("impossible lines are refused before anything is opened")
    func impossible() async throws {
        let terminal = try PseudoTerminal()
        for line in [
            SerialLine(dataBits: 9), SerialLine(dataBits: -1), SerialLine(stopBits: 0), SerialLine(stopBits: .max),
        ] {
            await #expect(throws: PortError.unsupported(.framing)) {
                try await ports.open(.tty(path: terminal.path), line: line)
            }
        }
        for rate in [0, -1, .max, .min] {
            await #expect(throws: PortError.unsupported(.rate)) {
                try await ports.open(.tty(path: terminal.path), line: SerialLine(rate: rate))
            }
        }
    }

    @Test("a pseudo-terminal has no direction to switch, so RS-485 does not fail there")
    func rs485() async throws {
        let terminal = try PseudoTerminal()
        let port = try await ports.open(.tty(path: terminal.path), line: SerialLine(rs485: true))
        await port.close()
    }
}

/// Reads until this many bytes have come or the port ends.
func collect(_ count: Int, from port: Port) async -> [UInt8] {
    var bytes: [UInt8] = []
    guard count > 0 else { return bytes }
    for await chunk in port.chunks {
        bytes += chunk
        if bytes.count >= count { break }
    }
    return bytes
}
