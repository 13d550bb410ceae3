import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Bus address")
struct BusAddressTests {
    @Test(
        "only loopback and ipc count as local",
        arguments: [
            ("tcp://127.0.0.1:7780", true), ("tcp://127.8.9.10:1", true), ("tcp://localhost:0", true),
            ("tcp://[::1]:7780", true), ("ipc:///run/gatehouse/events", true), ("tcp://0.0.0.0:7780", false),
            ("tcp://*:7780", false), ("tcp://192.168.1.5:7780", false), ("tcp://127.0.0.1.example.com:1", false),
            ("tcp://[::]:7780", false), ("tcp://eth0:7780", false),
        ])
    func local(text: String, isLocal: Bool) throws {
        #expect(try BusAddress(text).isLocal == isLocal)
    }

    @Test(
        "anything else is refused with an example of what would be right",
        arguments: [
            "", "7780", "udp://127.0.0.1:1", "tcp://127.0.0.1", "tcp://:1", "tcp://a:65536", "tcp://a:-1", "ipc://",
            "tcp://:",
        ])
    func refused(text: String) {
        #expect { try BusAddress(text) } throws: { ($0 as? BusError)?.message.contains("give ") == true }
    }

    @Test("a free port is asked for with 0 or a star")
    func freePort() throws {
        #expect(try BusAddress("tcp://127.0.0.1:0") == BusAddress("tcp://127.0.0.1:*"))
    }

    @Test("the bus does not start on an address that others reach unless there are keys")
    func reach() throws {
        let configuration = BusConfiguration(
            events: "tcp://127.0.0.1:0", requests: "tcp://0.0.0.0:0", version: "1", head: 0)
        #expect {
            try Bus.start(configuration, runtime: MemoryJournal()) { Moment(milliseconds: 0) }
        } throws: {
            ($0 as? BusError)?.message.contains("gatehouse keys new") == true
        }
    }

    @Test("with keys it does")
    func reachWithKeys() throws {
        let configuration = BusConfiguration(
            events: "tcp://0.0.0.0:0", requests: "tcp://0.0.0.0:0", version: "1", keys: try .generate(), head: 0)
        let bus = try Bus.start(configuration, runtime: MemoryJournal()) { Moment(milliseconds: 0) }
        #expect(!bus.endpoints.events.hasSuffix(":0"))
        bus.stop()
    }

    @Test("an address that is taken is named, and free again after the stop")
    func taken() throws {
        let free = BusConfiguration(events: "tcp://127.0.0.1:0", requests: "tcp://127.0.0.1:0", version: "1", head: 0)
        let first = try Bus.start(free, runtime: MemoryJournal()) { Moment(milliseconds: 0) }
        var same = free
        same.events = first.endpoints.events
        #expect {
            try Bus.start(same, runtime: MemoryJournal()) { Moment(milliseconds: 0) }
        } throws: {
            ($0 as? BusError)?.message.contains(first.endpoints.events) == true
        }
        first.stop()
        let second = try Bus.start(same, runtime: MemoryJournal()) { Moment(milliseconds: 0) }
        #expect(second.endpoints.events == first.endpoints.events)
        second.stop()
    }
}
