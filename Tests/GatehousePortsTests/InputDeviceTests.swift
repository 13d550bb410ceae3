import GatehouseDriverKit
import GatehousePorts
import Glibc
import Testing

@Suite("Keyboards and HID devices", .timeLimit(.minutes(1)))
struct InputDeviceTests {
    let ports = Ports()

    @Test(
        "what is something else is not opened as one",
        arguments: ["evdev:/dev/null", "hidraw:/dev/null", "evdev:/tmp", "hidraw:/tmp"])
    func wrongKind(text: String) async throws {
        let address = try #require(PortAddress(text))
        await #expect(throws: PortError.wrongKind(address.transport)) { try await ports.open(address) }
    }

    @Test("a terminal is neither, and is left alone")
    func terminal() async throws {
        let terminal = try PseudoTerminal()
        await #expect(throws: PortError.wrongKind(.evdev)) { try await ports.open(.evdev(path: terminal.path)) }
        await #expect(throws: PortError.wrongKind(.hidraw)) { try await ports.open(.hidraw(path: terminal.path)) }
        let port = try await ports.open(.tty(path: terminal.path))
        await port.close()
    }

    @Test("a path at which nothing is says so", arguments: ["evdev:/dev/input/event4711", "hidraw:/dev/hidraw4711"])
    func absent(text: String) async throws {
        let address = try #require(PortAddress(text))
        await #expect(throws: PortError.absent) { try await ports.open(address) }
    }

    @Test("one that we may not open says which group to join", .enabled(if: geteuid() != 0, "root may open everything"))
    func notPermitted() async throws {
        let terminal = try PseudoTerminal()
        chmod(terminal.path, 0)
        await #expect(throws: PortError.notInGroup("input")) {
            try await ports.open(.hidraw(path: terminal.path))
        }
    }

    @Test("only a HID device takes feature reports")
    func noFeature() async throws {
        let terminal = try PseudoTerminal()
        let port = try await ports.open(.tty(path: terminal.path))
        #expect(port.descriptor == [])
        #expect(port.peer == nil)
        await #expect(throws: PortError.wrongKind(.hidraw)) { try await port.sendFeature([1, 2]) }
        await port.close()
    }
}
