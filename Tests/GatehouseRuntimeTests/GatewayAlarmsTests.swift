import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Testing

@testable import GatehouseRuntime

@Suite("What the gateway itself raises")
struct GatewayAlarmsTests {
    @Test("a plugged device that nobody speaks to is told once, and cleared when it is claimed")
    func unmanaged() throws {
        var bench = try AlarmBench()
        bench.look(.port("/dev/ttyUSB0"))
        bench.look(.port("/dev/ttyUSB0"))
        #expect(bench.told == ["raised device.unmanaged:/dev/ttyUSB0"])
        #expect(bench.last["rule"]?["measured"] == "two drivers could")
        bench.look()
        #expect(bench.told == ["raised device.unmanaged:/dev/ttyUSB0", "cleared device.unmanaged:/dev/ttyUSB0"])
        #expect(bench.last["reason"] == "claimed-or-gone")
    }

    @Test("a serial port of the board itself is nothing plugged in", arguments: ["/dev/ttyS0", "/dev/ttyAMA0"])
    func board(port: String) throws {
        var bench = try AlarmBench()
        bench.look(.port(port))
        #expect(bench.told.isEmpty)
    }

    @Test(
        "a memory is nearly full from the limit on, and not any more below the lower one",
        arguments: [
            ([89, 90, 95, 80, 79, 79], #"{}"#, "default"),
            ([49, 50, 60, 40, 39], #"{"device.log_nearly_full":{"limit":"50%","clear_below":"40%"}}"#, "site file"),
        ] as [([Int], String, String)])
    func memory(fills: [Int], alerts: String, from: String) throws {
        var bench = try AlarmBench(alerts)
        for fill in fills.prefix(2) { bench.look(.memory(used: fill)) }
        #expect(bench.told == ["raised device.log_nearly_full:clock"])
        #expect(bench.last["rule"]?["from"] == .string(from))
        #expect(bench.last["rule"]?["measured"] == .number("\(fills[1]).0"))
        for fill in fills.dropFirst(2).prefix(2) { bench.look(.memory(used: fill)) }
        #expect(bench.told.count == 1)
        for fill in fills.dropFirst(4) { bench.look(.memory(used: fill)) }
        #expect(bench.told.last == "cleared device.log_nearly_full:clock")
        #expect(bench.told.count == 2)
    }

    @Test("a memory of unknown size is never nearly full")
    func unknownSize() throws {
        var bench = try AlarmBench()
        bench.look(.memory(used: 100, of: nil))
        bench.look(.memory(used: 100, of: 0))
        #expect(bench.told.isEmpty)
    }

    @Test("bad frames are told over the limit and with at least ten of them, and cleared after a clean stretch")
    func frames() throws {
        var bench = try AlarmBench()
        bench.look(.frames(1000, bad: 0))
        bench.look(.frames(1100, bad: 9), after: .seconds(10))
        #expect(bench.told.isEmpty)
        bench.look(.frames(1200, bad: 10), after: .seconds(10))
        #expect(bench.told == ["raised device.bad_frames:clock"])
        #expect(bench.last["rule"]?["bad"] == 10)
        #expect(bench.last["rule"]?["frames"] == 210)
        bench.look(.frames(2000, bad: 10), after: .seconds(290))
        #expect(bench.told.count == 1)
        bench.look(.frames(4000, bad: 10), after: .seconds(301))
        #expect(bench.told.last == "cleared device.bad_frames:clock")
    }

    @Test("one bad frame in a hundred is not over one in a hundred")
    func exactlyTheLimit() throws {
        var bench = try AlarmBench()
        bench.look(.frames(0, bad: 0))
        bench.look(.frames(1980, bad: 20), after: .seconds(10))
        #expect(bench.told.isEmpty)
        bench.look(.frames(1980, bad: 21), after: .seconds(10))
        #expect(bench.told == ["raised device.bad_frames:clock"])
    }

    @Test("a session that begins anew begins its count anew")
    func newSession() throws {
        var bench = try AlarmBench()
        bench.look(.frames(5000, bad: 400))
        bench.look(.frames(10, bad: 0), after: .seconds(10))
        bench.look(.frames(20, bad: 5), after: .seconds(10))
        #expect(bench.told.isEmpty)
    }

    @Test(
        "a disk is low under a tenth or under a gibibyte",
        // In mebibytes.
        arguments: [
            (20_480, 102_400, false), (9216, 102_400, true), (10_240, 102_400, false), (512, 2048, true),
            (1024, 2048, false),
        ] as [(Int64, Int64, Bool)])
    func disk(free: Int64, total: Int64, isLow: Bool) throws {
        var bench = try AlarmBench()
        let (free, total) = (free << 20, total << 20)
        bench.disk(free: free, of: total)
        bench.disk(free: free, of: total)
        #expect(bench.told == (isLow ? ["raised gateway.disk_low:gateway"] : []))
        bench.disk(free: total, of: total)
        #expect(bench.told.count == (isLow ? 2 : 0))
    }

    @Test("a disk's limits are the site file's")
    func diskLimits() throws {
        var bench = try AlarmBench(#"{"gateway.disk_low":{"limit":"50%","size":"1MiB"}}"#)
        bench.disk(free: 49 << 30, of: 100 << 30)
        #expect(bench.told == ["raised gateway.disk_low:gateway"])
        #expect(bench.last["rule"]?["from"] == "site file")
    }

    @Test("a full disk is critical, told once, and cleared when there is room")
    func diskFull() throws {
        var bench = try AlarmBench()
        bench.disk(isFull: true)
        bench.disk(isFull: true)
        #expect(bench.told == ["raised gateway.disk_full:gateway"])
        #expect(bench.last["severity"] == "critical")
        bench.disk(isFull: false)
        bench.disk(isFull: false)
        #expect(bench.told == ["raised gateway.disk_full:gateway", "cleared gateway.disk_full:gateway"])
    }

    @Test("what stands is remembered over a restart: not raised again, and cleared under its own id")
    func restart() throws {
        var bench = try AlarmBench()
        bench.look(.memory(used: 95))
        bench.disk(isFull: true)
        let id = bench.events.first?["alert"]
        bench.restart()
        bench.look(.memory(used: 95))
        bench.disk(isFull: true)
        #expect(bench.told.count == 2)
        bench.look(.memory(used: 10))
        #expect(bench.told.last == "cleared device.log_nearly_full:clock")
        #expect(bench.last["alert"] == id)
    }

    @Test("a list of standing alerts that cannot be read is an empty one")
    func unreadable() throws {
        var bench = try AlarmBench()
        bench.restart(keeping: ["device.unmanaged:x": "?", "gateway.disk_full:gateway": ["id": "1"]])
        bench.disk(isFull: true)
        #expect(bench.told == ["raised gateway.disk_full:gateway"])
    }

    @Test(
        "a code that is off is never raised",
        arguments: ["device.unmanaged", "device.log_nearly_full", "device.bad_frames", "gateway.disk_low"])
    func off(code: String) throws {
        var bench = try AlarmBench("{\"\(code)\":\"off\"}")
        bench.everythingGoesWrong()
        #expect(bench.told.count == 4)
        #expect(!bench.told.contains { $0.contains(code) })
    }

    @Test("a code that is turned off while its alert stands clears it")
    func turnedOff() throws {
        var bench = try AlarmBench()
        bench.everythingGoesWrong()
        #expect(bench.told.count == 5)
        try bench.apply(#"{"device.bad_frames":"off","gateway.disk_low":"off"}"#)
        #expect(bench.told.suffix(2) == ["cleared device.bad_frames:clock", "cleared gateway.disk_low:gateway"])
        #expect(bench.last["reason"] == "turned-off")
    }
}

/// The alarms with a clock and devices of their own.
private struct AlarmBench {
    private var alarms: GatewayAlarms
    private var now = Now(wall: Moment(seconds: 1_764_000_000), uptime: .zero)
    private(set) var events: [JSONValue] = []
    /// What was told, in the order in which it was.
    private(set) var told: [String] = []

    init(_ alerts: String = "{}") throws {
        alarms = GatewayAlarms(site: try Self.site(alerts), keeping: nil, identifiers: Self.identifiers(1))
    }

    var last: JSONValue { events.last ?? .null }

    private static func identifiers(_ seed: UInt64) -> UUIDv7Source {
        UUIDv7Source(generator: SplitMix64(seed: seed))
    }

    private static func site(_ alerts: String) throws -> Site {
        let text = #"{"site":"sh1","timezone":"Asia/Shanghai","language":"en","alerts":\#(alerts)}"#
        let reading = SiteReader.read(json: try JSONValue(parsing: Array(text.utf8)))
        return try #require(reading.site, "\(reading.problems.map(\.text))")
    }

    mutating func look(_ rows: DeviceSnapshot..., after time: Duration = .seconds(2)) {
        pass(time)
        note(alarms.look(at: rows, now))
    }

    mutating func disk(free: Int64, of total: Int64) {
        pass(.seconds(2))
        note(alarms.disk(free: free, of: total, now))
    }

    mutating func disk(isFull: Bool) { note(alarms.disk(isFull: isFull, now)) }

    mutating func apply(_ alerts: String) throws { note(alarms.apply(try Self.site(alerts), at: now)) }

    /// Another life, with what the one before has kept.
    mutating func restart(keeping kept: JSONValue? = nil) {
        guard let site = try? Self.site("{}") else { return }
        alarms = GatewayAlarms(site: site, keeping: kept ?? alarms.kept, identifiers: Self.identifiers(2))
    }

    mutating func everythingGoesWrong() {
        look(.port("/dev/ttyUSB0"), .frames(0, bad: 0))
        var clock = DeviceSnapshot.frames(100, bad: 50)
        clock.log = DeviceStatus(logUsed: 99, logCapacity: 100)
        look(.port("/dev/ttyUSB0"), clock)
        disk(free: 0, of: 1 << 40)
        disk(isFull: true)
    }

    private mutating func pass(_ time: Duration) {
        now = Now(wall: now.wall + time, uptime: now.uptime + time)
    }

    private mutating func note(_ found: [Event]) {
        for event in found {
            let data = (try? JSONValue(parsing: event.data)) ?? .null
            events.append(data)
            told.append("\(event.topic.rawValue.dropFirst("alert.".count)) \(data["key"]?.text ?? "")")
        }
    }
}

extension DeviceSnapshot {
    fileprivate static func port(_ path: String) -> DeviceSnapshot {
        var row = DeviceSnapshot(device: path, driver: nil, address: path, state: .unmanaged)
        row.trouble = "two drivers could"
        return row
    }

    fileprivate static func memory(used: Int, of capacity: Int? = 100) -> DeviceSnapshot {
        var row = DeviceSnapshot(device: "clock", driver: "zkteco", address: nil, state: .online)
        row.log = DeviceStatus(logUsed: used, logCapacity: capacity)
        return row
    }

    fileprivate static func frames(_ good: Int, bad: Int) -> DeviceSnapshot {
        var row = DeviceSnapshot(device: "clock", driver: "zkteco", address: nil, state: .online)
        (row.frames, row.badFrames) = (good, bad)
        return row
    }
}
