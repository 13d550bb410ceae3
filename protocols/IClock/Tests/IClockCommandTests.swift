import GatehouseModel
import GatehouseSimulation
import IClockWire
import Testing

@Suite("iclock commands and options")
struct IClockCommandTests {
    @Test(
        "commands are written as the maker's document has them, and read back",
        arguments: [
            (IClockCommand.info, "INFO"), (.check, "CHECK"), (.log, "LOG"),
            (
                .queryAttendance(from: "2026-11-01 00:00:00", through: "2026-11-22 23:59:59"),
                "DATA QUERY ATTLOG StartTime=2026-11-01 00:00:00\tEndTime=2026-11-22 23:59:59"
            ),
            (
                .countAttendance(from: "2026-11-01 00:00:00", through: "2026-11-22 23:59:59"),
                "VERIFY SUM ATTLOG StartTime=2026-11-01 00:00:00\tEndTime=2026-11-22 23:59:59"
            ),
        ])
    func commands(command: IClockCommand, text: String) throws {
        #expect(command.line(id: "17950") == "C:17950:\(text)\n")
        let read = try #require(IClockCommand.read("C:17950:\(text)"))
        #expect(read.id == "17950" && read.command == command)
    }

    @Test("no value ends its field or its line")
    func clean() {
        let command = IClockCommand.queryAttendance(from: "a\tb\n", through: "c\r\nC:1:CLEAR LOG")
        #expect(command.text == "DATA QUERY ATTLOG StartTime=ab\tEndTime=cC:1:CLEAR LOG")
    }

    @Test(
        "a dangerous command cannot be said, and is not understood",
        arguments: [
            "CLEAR LOG", "CLEAR DATA", "SHELL reboot", "PutFile x", "UPGRADE x", "AC_UNLOCK",
            "DATA DELETE USERINFO PIN=1",
        ])
    func dangerous(text: String) {
        #expect(IClockCommand.read("C:1:\(text)") == nil)
    }

    @Test("the results of the maker's document", arguments: ["adms-devicecmd", "adms-verify-sum"])
    func results(name: String) throws {
        let vector = try IClockVector(name)
        let results = IClockResult.read(vector.bytes)
        let expected = try #require(vector.decoded["results"]?.elements)
        #expect(results.map(\.id) == expected.map { $0["id"]?.text ?? "" })
        #expect(results.map(\.code) == expected.map { $0["ret"]?.integer ?? -1 })
        #expect(results.map(\.command) == expected.map { $0["cmd"]?.text ?? "" })
        #expect(results.first?.attendanceCount == vector.decoded["sum"]?.integer)
    }

    @Test("results over several lines, and a file behind one, do not run into each other")
    func manyLines() {
        let body = """
            ID=1&Return=0&CMD=INFO
            ~DeviceName=MB460
            FWVersion=Ver 8.0
            ID=2
            Return=-1002
            CMD=Shell
            ID=3&Return=0&CMD=VERIFY SUM&AttlogCount=12
            ID=4
            Return=7
            CMD=GetFile
            Content=
            ID=5&Return=0&CMD=X
            """
        let results = IClockResult.read(Array(body.utf8))
        #expect(results.map(\.id) == ["1", "2", "3", "4"])
        #expect(results[0].fields["~DeviceName"] == "MB460")
        #expect(results[1].code == -1002)
        #expect(results[2].attendanceCount == 12)
    }

    @Test(
        "the zone is whole hours where it can, minutes for halves and beyond eleven hours",
        arguments: [
            (0, 0), (28_800, 8), (-18_000, -5), (39_600, 11), (43_200, 720), (50_400, 840), (-43_200, -720),
            (19_800, 330),
            (-12_600, -210), (20_700, 345), (46_800, 780), (45_900, 765),
        ])
    func zones(offset: Int, expected: Int) {
        #expect(IClockOptions.timeZone(offsetSeconds: offset) == expected)
    }

    @Test("the handshake answer has the keys of the maker's document, in its form")
    func options() throws {
        var options = IClockOptions(serial: "0316144680030")
        options.operationStamp = "9999"
        options.offsetSeconds = 28_800
        let theirs = try IClockVector("adms-handshake-rep")
        #expect(options.text.hasPrefix("GET OPTION FROM: 0316144680030\n") && options.text.hasSuffix("\n"))
        let ours = IClockFields(Array(options.text.utf8), separators: [0x0A])
        for pair in IClockFields(theirs.bytes, separators: [0x0A]).pairs where pair.key != "TransFlag" {
            #expect(ours[pair.key] == pair.value, "\(pair.key)")
        }
        #expect(options.text.contains("\nTransFlag=TransData AttLog\tOpLog\n"))
        #expect(ours["Stamp"] == "None" && ours["OpStamp"] == "9999" && ours["PushProtVer"] == "2.2.14")
    }

    @Test("the access flavour hears that it is known, and the time with its zone")
    func accessOptions() {
        let text = IClockOptions(serial: "A1").accessText(isKnown: true, session: "1")
        #expect(text.hasPrefix("registry=ok\nRegistryCode=A1\n"))
        #expect(text.contains("TransTables=User Transaction\n"))
        #expect(
            IClockOptions.timeAnswer(code: 864_265_368, offsetSeconds: 28_800) == "DateTime=864265368,ServerTZ=+0800")
        #expect(IClockOptions.timeAnswer(code: 1, offsetSeconds: -12_600) == "DateTime=1,ServerTZ=-0330")
    }

    @Test("whatever comes, every reader ends and traps nowhere", arguments: 1...20)
    func hostile(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let seeds = [
            "7\t2026-11-22 08:30:00\t0\t1\t0\t0\t0\t0\t36.5\t0\t+28800\n",
            "OPLOG 4\t14\t2015-07-30 10:22:34\t0\t0\t0\t0\n",
            "ID=1&Return=0&CMD=VERIFY SUM&AttlogSum=12\nContent=", "PIN=20150731103012-123.jpg\nsize=9512\n\0",
            "time=2026-11-22 08:30:00\tpin=7\tevent=0\tTime_second=99999999999", "Ver 2,0,0,0,1.1.1.1,10,7",
        ].map { Array($0.utf8) }
        for _ in 0..<200 {
            var bytes = seeds[random.number(in: 0...seeds.count - 1)]
            for _ in 0..<random.number(in: 0...6) where !bytes.isEmpty {
                let index = random.number(in: 0...bytes.count - 1)
                switch random.number(in: 0...3) {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: random.bytes(random.number(in: 1...4)), at: index)
                default: bytes += bytes.prefix(index)
                }
            }
            readEverything(bytes, &random)
        }
    }

    private func readEverything(_ bytes: [UInt8], _ random: inout SplitMix64) {
        for line in IClockText.lines(bytes) {
            if let punch = IClockAttlog(line) {
                #expect(!punch.pin.isEmpty && IClockAttlog(Array(punch.line.utf8.dropLast())[...])?.pin == punch.pin)
            }
            _ = IClockOperlogLine(line)
            _ = IClockAccess(line)
        }
        _ = IClockResult.read(bytes)
        _ = IClockPhoto(bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        _ = IClockInfo(text)
        _ = IClockCommand.read(text)
        let request = IClockRequest(
            method: random.oneIn(2) ? "GET" : "POST", path: "/iclock/" + text.prefix(20),
            query: [("SN", random.oneIn(3) ? text : "A1"), ("table", text), ("Stamp", text), ("INFO", text)])
        #expect(request?.serial.utf8.count ?? 1 <= 64)
    }
}
