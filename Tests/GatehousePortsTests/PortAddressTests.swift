import GatehouseDriverKit
import Testing

@testable import GatehousePorts

@Suite("Port address")
struct PortAddressTests {
    @Test(
        "what is written can be read back",
        arguments: [
            "/dev/ttyUSB0", "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0", "tcp://192.168.1.201:4370",
            "udp://[fe80::1%eth0]:4370", "tcp://clock.example:5010", "evdev:/dev/input/event5",
            "evdev:/dev/input/by-id/usb-Zebra-event-kbd", "hidraw:/dev/hidraw2", "tcp-listen://0.0.0.0:5010",
            "tcp-listen://[::]:5010?from=192.168.1.60", "tcp-listen://0.0.0.0:5010?from=fe80::1",
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
            "tcp://host:４３７０", "evdev:", "evdev:event5", "hidraw:", "hidraw:\0", "hidraw:/dev/\0",
            "tcp-listen://", "tcp-listen://0.0.0.0", "tcp-listen://0.0.0.0:0", "tcp-listen://0.0.0.0:5010?",
            "tcp-listen://0.0.0.0:5010?from=", "tcp-listen://0.0.0.0:5010?from=clock.example",
            "tcp-listen://0.0.0.0:5010?from=1.2.3.4?from=5.6.7.8", "tcp-listen://0.0.0.0:5010?to=1.2.3.4",
            "udp-listen://0.0.0.0:5010",
        ])
    func refused(text: String) {
        #expect(PortAddress(text) == nil)
    }

    @Test("an address knows its transport and a serial one has no host")
    func transports() {
        #expect(PortAddress("/dev/ttyS1")?.transport == .serial)
        #expect(PortAddress(.udp, host: "::1", port: 9)?.description == "udp://[::1]:9")
        #expect(PortAddress("evdev:/dev/input/event5")?.transport == .evdev)
        #expect(PortAddress("hidraw:/dev/hidraw2")?.transport == .hidraw)
        #expect(PortAddress("tcp-listen://[::]:5010")?.transport == .tcp)
        for transport in [Transport.serial, .evdev, .hidraw, .push] {
            #expect(PortAddress(transport, host: "::1", port: 9) == nil)
        }
    }

    @Test("only what is plugged into this machine has a path")
    func paths() {
        #expect(PortAddress("/dev/ttyS1")?.path == "/dev/ttyS1")
        #expect(PortAddress("evdev:/dev/input/event5")?.path == "/dev/input/event5")
        #expect(PortAddress("hidraw:/dev/hidraw2")?.path == "/dev/hidraw2")
        #expect(PortAddress("tcp://a:1")?.path == nil)
        #expect(PortAddress("tcp-listen://0.0.0.0:5010")?.path == nil)
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

@Suite("Peer address")
struct PeerAddressTests {
    @Test(
        "one address is the same however it is written",
        arguments: [
            ("192.168.1.60", "::ffff:192.168.1.60"), ("::ffff:c0a8:13c", "192.168.1.60"), ("fe80::1%eth0", "FE80:0::1"),
            ("::1", "0:0:0:0:0:0:0:1"),
        ])
    func same(one: String, other: String) throws {
        #expect(try #require(PeerAddress(one)) == #require(PeerAddress(other)))
    }

    @Test("is written as people write it")
    func written() throws {
        #expect(try #require(PeerAddress("::ffff:10.0.0.7")).description == "10.0.0.7")
        #expect(try #require(PeerAddress("FE80:0:0:0::1")).description == "fe80::1")
    }

    @Test("different addresses differ, also the loopbacks of both kinds")
    func different() {
        #expect(PeerAddress("127.0.0.1") != PeerAddress("::1"))
        #expect(PeerAddress("10.0.0.1") != PeerAddress("::10.0.0.1"))
    }

    @Test(
        "is nothing else",
        arguments: ["", "clock", "192.168.1", "192.168.1.256", "192.168.1.60:80", "[::1]", "%eth0"])
    func refused(text: String) {
        #expect(PeerAddress(text) == nil)
    }
}
