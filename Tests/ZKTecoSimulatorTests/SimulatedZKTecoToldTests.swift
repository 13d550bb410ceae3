import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing
import ZKTecoSimulator
import ZKTecoWire

@Suite("What a simulated ZKTeco clock is told")
struct SimulatedZKTecoToldTests {
    @Test("a punch is stored with the time that the clock shows, or the one given")
    func punch() throws {
        var client = try Client.connected()
        client.now.wall = Moment(seconds: 1_795_336_200)
        let now = client.tell(["punch": ["badge": "10007"]])["punch"]
        #expect(now?["time"] == .string(Zone.utc.local(at: client.now.wall).text))
        let then = client.tell(["punch": ["badge": 10008, "time": "2026-11-22 08:30:00", "state": 1, "verify": 15]])[
            "punch"]
        #expect(then?["time"] == "2026-11-22T08:30:00")
        #expect(then?["record"] == 2)
        let log = try ZKAttendanceLog.read(try client.read(.attendance), count: 2)
        #expect(log.punches.last?.state == 1)
        #expect(log.punches.last?.verify == 15)
    }

    @Test(
        "whoever registered hears punches live; acknowledged ones are remembered, oldest first",
        arguments: ZKEvent.Form.allCases)
    func live(_ form: ZKEvent.Form) throws {
        var setup = SimulatedZKTeco.Setup()
        setup.eventForm = form
        var client = try Client.connected(setup)
        #expect(client.tell(["punch": ["badge": "10001"]])["live"] == false)
        #expect(try client.ask(.event, [1, 0, 0, 0]).command == .ok)
        let (answer, events) = client.tellWithEvents(["punches": 3])
        #expect(answer["live"] == 3)
        #expect(events.count == 3)
        for event in events {
            guard case .punches(let punches) = ZKEvent(event) else {
                Issue.record("not a punch: \(event)")
                continue
            }
            #expect(punches.count == 1)
        }
        #expect(client.acknowledge() == [])
        #expect(client.acknowledge() == [])
        let report = client.tell(["report": true, "list": "acknowledged"])
        #expect(report["acknowledged"] == 2)
        #expect(report["punches"]?.elements?.map { $0["record"] } == [2, 3])
    }

    @Test("events that nobody acknowledged are not sent again on the next link")
    func notResent() throws {
        var client = try Client.connected()
        _ = try client.ask(.event, [1, 0, 0, 0])
        _ = client.tell(["punch": ["badge": "10001"]])
        client.hangUp()
        client.connect()
        client.session = try client.ask(.connect).session
        #expect(client.acknowledge() == [])
        #expect(client.tell(["report": true])["acknowledged"] == 0)
    }

    @Test("many punches are of different people in the same second")
    func many() throws {
        var client = try Client.connected()
        _ = client.tell(["punches": 25_000])
        let log = try ZKAttendanceLog.read(try client.read(.attendance), count: 25_000)
        #expect(Set(log.punches.map { "\($0.userID ?? "") \($0.time.code)" }).count == 25_000)
    }

    @Test("a locked keypad and a full log take no punch")
    func refusesPunch() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.capacity = 2
        var client = try Client.connected(setup)
        _ = try client.ask(.disable)
        #expect(client.tell(["punch": ["badge": "1"]])["error"]?.text?.contains("locked") == true)
        _ = try client.ask(.enable)
        _ = client.tell(["fault": "full-log"])
        #expect(client.tell(["punch": ["badge": "1"]])["error"]?.text?.contains("full") == true)
        #expect(client.tell(["punches": 1])["error"] != nil)
    }

    @Test("the clock is moved, set, and shows what it was set to in its own zone")
    func clockMoves() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.zone = Zone(name: "Asia/Shanghai", spans: [.init(start: Moment(milliseconds: 0), offsetSeconds: 28_800)])
        var client = try Client.connected(setup)
        let true0 = try shown(&client)
        #expect(true0 == setup.zone.local(at: client.now.wall))
        _ = client.tell(["clock": "+90s"])
        #expect(try shown(&client).secondsSince1970 == true0.secondsSince1970 + 90)
        _ = client.tell(["clock": "2000-01-01 00:00:00"])
        #expect(try shown(&client).text == "2000-01-01T00:00:00")
        let code = try #require(ZKTime(year: 2026, month: 11, day: 22, hour: 8, minute: 30)).code
        _ = try client.ask(.setTime, (0..<4).map { UInt8(truncatingIfNeeded: code >> ($0 * 8)) })
        #expect(try shown(&client).text == "2026-11-22T08:30:00")
        #expect(try client.ask(.setTime, [1]).command == .failed)
    }

    @Test("silence lasts until told otherwise; the device goes on living")
    func silence() throws {
        var client = try Client.connected()
        _ = client.tell(["fault": "silence"])
        #expect(client.send(.version) == [])
        #expect(client.tell(["punch": ["badge": "1"]])["punch"] != nil)
        _ = client.tell(["fault": "none"])
        #expect(try client.ask(.version).command == .ok)
    }

    @Test("noise and cuts strike once", arguments: ["noise", "cut"], [Transport.tcp, .udp])
    func once(fault: String, transport: Transport) throws {
        var client = try Client.connected(over: transport)
        _ = client.tell(["fault": .string(fault)])
        let replies = client.send(.version)
        #expect(replies.isEmpty || fault == "noise" && transport == .udp)
        if transport == .tcp { #expect(client.isHungUp || !client.noise.isEmpty) }
        client.hangUp()
        client.connect()
        #expect(try client.ask(.connect).command == .ok)
    }

    @Test("a reboot in mid-transfer hangs up, stays away, and keeps the log")
    func rebootInTransfer() throws {
        var client = try Client.connected()
        _ = client.tell(["log": 500])
        _ = client.tell(["fault": "reboot", "when": "transfer", "seconds": 5])
        #expect(try client.ask(.version).command == .ok, "not yet")
        #expect(throws: ZKTransfer.Failure.self) { try client.read(.attendance) }
        #expect(client.isHungUp)
        client.connect()
        #expect(client.isHungUp, "still restarting")
        client.now.uptime += .seconds(6)
        client.connect()
        client.session = try client.ask(.connect).session
        #expect(try client.read(.attendance).count == 4 + 500 * 40)
    }

    @Test(
        "what is not understood is answered with what is",
        arguments: [
            "punch", [:], ["punch": true], ["punch": ["badge": ""]], ["punch": ["badge": "1", "time": "soon"]],
            ["punch": ["badge": "1", "state": 256]], ["punch": ["badge": "1234567890123456789012345"]],
            ["punches": 0], ["log": 0], ["log": 100_001], ["clock": "later"], ["clock": "+1y"], ["fault": "rain"],
            ["fault": "cut", "when": "later"], ["fault": "reboot", "seconds": -1], ["dance": true],
        ] as [JSONValue])
    func refused(_ command: JSONValue) {
        var client = Client()
        #expect(client.tell(command)["error"]?.text?.contains("{\"report\": true}") == true)
    }

    @Test("any bytes are survived", arguments: 1...20, [Transport.tcp, .udp])
    func fuzz(seed: UInt64, transport: Transport) throws {
        var random = SplitMix64(seed: seed)
        var client = try Client.connected(over: transport)
        _ = client.tell(["log": 50])
        let known: [UInt16] = [
            11, 12, 13, 9, 15, 50, 60, 69, 201, 202, 500, 1000, 1002, 1003, 1102, 1503, 1504, 1502, 2000,
        ]
        for _ in 0..<300 {
            if client.isHungUp { client.connect() }
            let command = ZKCommand(rawValue: known[random.number(in: 0...known.count - 1)])
            let replies = client.send(command, random.bytes(random.number(in: 0...24)))
            if command == .connect, let session = replies.first?.session { client.session = session }
            if random.oneIn(5) { _ = client.clock.handle(.received(random.bytes(40)), at: client.now) }
        }
        client.hangUp()
        client.connect()
        #expect(try client.ask(.connect).command == .ok)
    }

    private func shown(_ client: inout Client) throws -> LocalTime {
        let data = try client.ask(.getTime).data
        let code = data.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let time = try #require(ZKTime(code: code))
        return try #require(
            LocalTime(
                year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                second: time.second))
    }
}
