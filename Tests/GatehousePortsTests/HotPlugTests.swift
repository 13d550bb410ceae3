import Testing

@testable import GatehousePorts

@Suite("Hot-plug", .timeLimit(.minutes(1)))
struct HotPlugTests {
    @Test("a scan works on any machine, and finds no consoles or pseudo-terminals")
    func scan() async throws {
        let found = try await HotPlug.scan()
        #expect(found.allSatisfy { !$0.systemPath.contains("/virtual/") && $0.devicePath.hasPrefix("/dev/") })
        #expect(found == found.sorted { $0.devicePath < $1.devicePath })
    }

    @Test("the stream begins with a rescan and ends when watching stops")
    func beginsAndEnds() async throws {
        let hotPlug = try await HotPlug()
        var events = hotPlug.events.makeAsyncIterator()
        #expect(await events.next() == .rescan)
        await hotPlug.stop()
        #expect(await events.next() == nil)
    }

    @Test("a watch that nobody holds any more ends by itself")
    func dropped() async throws {
        var hotPlug: HotPlug? = try await HotPlug()
        let events = try #require(hotPlug).events
        hotPlug = nil
        var last: HotPlugEvent?
        for await event in events { last = event }
        #expect(last == .rescan)
    }
}

@Suite("Hot-plug relay", .timeLimit(.minutes(1)))
struct HotPlugRelayTests {
    @Test("a port that comes and goes is told, and what is no port is not when it comes")
    func comesAndGoes() async throws {
        let (events, relay) = makeRelay(limit: 8)
        relay.tell(.add, .cdcScanner)
        relay.tell(.add, .console)
        relay.tell(.other, .cdcScanner)
        // The record of a device that is gone has no ancestors any more.
        relay.tell(.remove, DeviceRecord(subsystem: "tty", devicePath: "/dev/ttyACM0", systemPath: "/sys/gone"))
        relay.outlet.finish()
        let scanner = try #require(FoundPort(.cdcScanner))
        #expect(await all(events) == [.appeared(scanner), .vanished(devicePath: "/dev/ttyACM0")])
    }

    @Test("when events are lost the last thing told is to scan again")
    func overflow() async {
        let (events, relay) = makeRelay(limit: 4)
        for number in 0..<100 { relay.tell(.vanished(devicePath: "/dev/ttyUSB\(number)")) }
        relay.outlet.finish()
        let told = await all(events)
        #expect(told.count == 4)
        #expect(told.last == .rescan)
    }

    private func makeRelay(limit: Int) -> (AsyncStream<HotPlugEvent>, HotPlugRelay) {
        let (events, outlet) = AsyncStream.makeStream(of: HotPlugEvent.self, bufferingPolicy: .bufferingNewest(limit))
        return (events, HotPlugRelay(outlet: outlet))
    }

    private func all(_ events: AsyncStream<HotPlugEvent>) async -> [HotPlugEvent] {
        var told: [HotPlugEvent] = []
        for await event in events { told.append(event) }
        return told
    }
}
