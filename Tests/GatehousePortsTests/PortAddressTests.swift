import GatehouseDriverKit
import GatehousePorts
import Testing

@Suite("Port address")
struct PortAddressTests {
    @Test(
        "what is written can be read back",
        arguments: [
            "/dev/ttyUSB0", "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0", "tcp://192.168.1.201:4370",
            "udp://[fe80::1%eth0]:4370", "tcp://clock.example:5010",
        ])
    func roundTrip(text: String) {
        #expect(PortAddress(text)?.description == text)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "ttyUSB0", "tcp://", "tcp://host", "tcp://host:0", "tcp://host:65536", "tcp://host:+1",
            "tcp://host:4370 ",
            "tcp://[::1:80", "tcp://[::1]80", "tcp://[host]:80", "http://host:80", "tcp://a b:80", "tcp://:80",
            "/dev/\0x",
            "tcp://host:４３７０",
        ])
    func refused(text: String) {
        #expect(PortAddress(text) == nil)
    }

    @Test("an address knows its transport and a serial one has no host")
    func transports() {
        #expect(PortAddress("/dev/ttyS1")?.transport == .serial)
        #expect(PortAddress(.udp, host: "::1", port: 9)?.description == "udp://[::1]:9")
        #expect(PortAddress(.serial, host: "::1", port: 9) == nil)
    }
}

@Suite("Network host")
struct NetworkHostTests {
    @Test(
        "a port is optional and IPv6 needs brackets only with one",
        arguments: [
            ("192.168.1.201", NetworkHost(host: "192.168.1.201")),
            ("192.168.1.201:4370", NetworkHost(host: "192.168.1.201", port: 4370)),
            ("fe80::1", NetworkHost(host: "fe80::1")),
            ("[fe80::1]", NetworkHost(host: "fe80::1")),
            ("[fe80::1]:80", NetworkHost(host: "fe80::1", port: 80)),
        ])
    func read(text: String, expected: NetworkHost) {
        #expect(NetworkHost(text) == expected)
    }

    @Test(
        "a host that no resolver could take is refused",
        arguments: ["", "[]", "[]:1", "a/b", "host:", "host:99999999999"])
    func refused(text: String) {
        #expect(NetworkHost(text) == nil)
    }

    @Test("a host longer than DNS allows is refused")
    func tooLong() {
        #expect(NetworkHost(String(repeating: "a", count: 256)) == nil)
        #expect(NetworkHost(String(repeating: "a", count: 255)) != nil)
    }
}
