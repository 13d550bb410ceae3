import GatehouseSimulationPorts
import Testing

@Suite("A simulated door")
struct SimulatedDoorTests {
    @Test(
        "is written as an address",
        arguments: [
            ("tcp://127.0.0.1:4370", SimulatedDoor.tcp(host: "127.0.0.1", port: 4370)),
            ("udp://[::1]:0", .udp(host: "::1", port: 0)), ("tty", .terminal(link: nil)),
            ("tty:/run/scanner", .terminal(link: "/run/scanner")),
            ("call:tcp://192.168.1.2:5010", .call(host: "192.168.1.2", port: 5010)),
            ("call:tcp://[::1]:5010", .call(host: "::1", port: 5010)),
        ])
    func read(text: String, door: SimulatedDoor) {
        #expect(SimulatedDoor(text) == door)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "tcp://", "tcp://:1", "tcp://host", "tcp://host:65536", "http://a:1", "tty:", "tty:scanner", "tty:/",
            "call:", "call:tcp://", "call:tcp://host", "call:tcp://host:0", "call:udp://host:1", "call:host:1",
        ])
    func refused(text: String) {
        #expect(SimulatedDoor(text) == nil)
    }
}
