import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing
import ZKTecoSimulator
import ZKTecoWire

@Suite("Simulated ZKTeco clock")
struct SimulatedZKTecoTests {
    @Test("a session begins with CONNECT, answers requests under their reply id, and ends with EXIT")
    func session() throws {
        var client = Client()
        let hello = try client.ask(.connect)
        #expect(hello.command == .ok)
        #expect(hello.session != 0)
        client.session = hello.session
        let version = try client.ask(.version)
        #expect(ZKText.shown(version.data[...]) == "Ver 6.60 Jun 16 2015")
        #expect(version.replyID == client.lastReplyID)
        #expect(try client.ask(.exit).command == .ok)
        #expect(client.send(.version) == [], "nobody is connected any more")
    }

    @Test("a stranger's session is not answered")
    func stranger() throws {
        var client = try Client.connected()
        client.session &+= 1
        #expect(client.send(.version) == [])
    }

    @Test("only the right key opens, and then everything does", arguments: [UInt32(0), 123_456, 999_999])
    func key(_ key: UInt32) throws {
        var setup = SimulatedZKTeco.Setup()
        setup.key = key
        setup.alwaysAsksForKey = true
        var client = Client(setup)
        let hello = try client.ask(.connect)
        #expect(hello.command == .unauthorised)
        client.session = hello.session
        #expect(try client.ask(.version).command == .unauthorised)
        let wrong = ZKCommKey.scrambled(key ^ 1, session: hello.session)
        #expect(try client.ask(.authenticate, wrong).command == .unauthorised)
        let right = ZKCommKey.scrambled(key, session: hello.session)
        #expect(try client.ask(.authenticate, right).command == .ok)
        #expect(try client.ask(.version).command == .ok)
    }

    @Test("options are told by name, unknown ones refused")
    func options() throws {
        var client = try Client.connected()
        let serial = ZKOption(try client.ask(.readOption, ZKOption.request("~SerialNumber")).data)
        #expect(serial?.value == "SIM0000000001")
        #expect(try client.ask(.readOption, Array("~Platform".utf8)).command == .ok, "without NUL")
        #expect(try client.ask(.readOption, ZKOption.request("Nonsense")).command == .failed)
        #expect(try client.ask(ZKCommand(rawValue: 999)).command == .unknownCommand)
    }

    @Test(
        "every layout of the log comes out of the wire's own reader as it was punched",
        arguments: ZKRecordLayout.allCases)
    func layouts(_ layout: ZKRecordLayout) throws {
        var setup = SimulatedZKTeco.Setup()
        setup.layout = layout
        var client = try Client.connected(setup)
        _ = client.tell(["log": 500])
        let sizes = try #require(ZKFreeSizes(try client.ask(.freeSizes).data))
        #expect(sizes.records == 500)
        let dataset = try client.read(.attendance)
        let log = try ZKAttendanceLog.read(dataset, count: 500, eight: layout.size == 8 ? layout : nil)
        #expect(log.punches.count == 500)
        let expected = client.tell(["report": true, "list": "read"])["punches"]?.elements ?? []
        #expect(expected.count == 500)
        if !layout.needsUsers {
            #expect(log.punches.map(\.userID) == expected.map { $0["badge"]?.text })
        } else {
            let users = try ZKUserTable.read(try client.read(.users), count: sizes.users)
            let badges = Dictionary(uniqueKeysWithValues: users.map { ($0.uid, $0.userID) })
            #expect(log.punches.map { $0.uid.flatMap { badges[$0] } } == expected.map { $0["badge"]?.text })
        }
    }

    @Test("bulk reads take every form that devices have", arguments: [nil, 1, 1024] as [Int?], [Transport.tcp, .udp])
    func bulkForms(packet: Int?, transport: Transport) throws {
        var setup = SimulatedZKTeco.Setup()
        setup.bulk.tcpPacket = packet
        setup.bulk.udpPacket = packet ?? 4000
        var client = try Client.connected(setup, over: transport)
        _ = client.tell(["log": 60])
        #expect(try client.read(.attendance).count == 4 + 60 * 40)
        var old = setup
        old.bulk.isPrepared = false
        var oldClient = try Client.connected(old, over: .udp)
        _ = oldClient.tell(["log": 60])
        #expect(try oldClient.read(.attendance).count == 4 + 60 * 40)
        var single = setup
        single.bulk.announcesChunks = false
        var singleClient = try Client.connected(single)
        _ = singleClient.tell(["log": 60])
        #expect(try singleClient.read(.attendance).count == 4 + 60 * 40)
    }

    @Test("a small log comes at once, and an empty one is empty")
    func small() throws {
        var client = try Client.connected()
        #expect(try client.read(.attendance) == [0, 0, 0, 0])
        _ = client.tell(["punch": ["badge": "007"]])
        let log = try ZKAttendanceLog.read(try client.read(.attendance), count: 1)
        #expect(log.punches.first?.userID == "007")
        #expect(client.tell(["report": true])["read"] == 1)
    }

    @Test("a log read in part does not count as read")
    func partlyRead() throws {
        var client = try Client.connected()
        _ = client.tell(["log": 100])
        _ = try client.ask(.prepareRead, [1, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(client.send(.readChunk, [0, 0, 0, 0, 0xE8, 3, 0, 0]).count == 3)
        #expect(client.tell(["report": true])["read"] == 0)
        #expect(client.send(.readChunk, [0xE8, 3, 0, 0, 0xBC, 0x0B, 0, 0]).count == 3)
        #expect(client.tell(["report": true])["read"] == 100)
    }

    @Test(
        "a chunk outside of what is prepared is refused",
        arguments: [
            [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [],
        ] as [[UInt8]])
    func badChunk(_ data: [UInt8]) throws {
        var client = try Client.connected()
        #expect(try client.ask(.readChunk, data).command == .failed, "nothing is prepared")
        _ = client.tell(["log": 100])
        _ = try client.ask(.prepareRead, [1, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(try client.ask(.readChunk, data).command == .failed)
    }

    @Test("the plain command on a newer clock answers nonsense of the right length")
    func plainCommand() throws {
        var client = try Client.connected()
        _ = client.tell(["log": 100])
        let replies = client.send(.readLog)
        #expect(replies.first?.command == .prepareData)
        let data = replies.filter { $0.command == .data }.flatMap(\.data)
        #expect(data.count == 4004)
        #expect(ZKDataset.records(data) == nil)
        #expect(client.tell(["report": true])["read"] == 0)
    }

    @Test("clearing empties the log, and the report still knows what was in it")
    func clear() throws {
        var client = try Client.connected()
        _ = client.tell(["log": 30])
        #expect(try client.ask(.clearLog).command == .ok)
        #expect(try client.read(.attendance) == [0, 0, 0, 0])
        let report = client.tell(["report": true, "list": "erased"])
        #expect(report["log"] == 0)
        #expect(report["punches"]?.elements?.count == 30)
    }
}
