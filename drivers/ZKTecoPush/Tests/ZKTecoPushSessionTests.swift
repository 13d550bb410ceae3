import GatehouseDriverKit
import GatehouseModel
import Testing
import ZKTecoPushDriver

@Suite("ZKTeco push sessions")
struct ZKTecoPushSessionTests {
    static let hello = "cdata?SN=A1&options=all&pushver=2.4.1&language=83&DeviceType=att"

    private func options(_ response: DeviceResponse?) -> [String: String] {
        let lines = (response?.text ?? "").split(separator: "\n").dropFirst()
        return Dictionary(
            lines.map { line in
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], parts[1])
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test("the first request says who the device is, and the handshake gives it its options")
    func handshake() throws {
        var bench = try PushBench()
        let answer = bench.get(Self.hello)
        #expect(answer?.text.hasPrefix("GET OPTION FROM: A1\n") == true)
        #expect(bench.facts == DeviceFacts(vendor: "ZKTeco", serial: "A1"))
        let given = options(answer)
        #expect(given["ATTLOGStamp"] == "None" && given["TimeZone"] == "8" && given["Delay"] == "10")
        #expect(given["Realtime"] == "1" && given["PushProtVer"] == "2.2.14")
    }

    @Test("a device of which the site file says the number is known by it before its first request is read")
    func knownBefore() throws {
        let bench = try PushBench(PushBench.context(serial: "A1"))
        #expect(bench.facts == DeviceFacts(vendor: "ZKTeco", serial: "A1"))
    }

    @Test("stamps come back in the next handshake, and after a restart from the newest punch")
    func stamps() throws {
        var bench = try PushBench()
        bench.post("cdata?SN=A1&table=OPERLOG&OpStamp=31", "USER PIN=1\n")
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=77", ZKTecoPushUploadTests.two)
        let given = options(bench.get(Self.hello))
        #expect(given["ATTLOGStamp"] == "77" && given["Stamp"] == "77" && given["OPERLOGStamp"] == "31")
        let newest = try #require(bench.readings.last)
        let data: JSONValue = ["deviceTime": .string(newest.deviceTime?.text ?? ""), "native": newest.native]
        var again = try PushBench(PushBench.context(last: data))
        let after = options(again.get(Self.hello))
        #expect(after["ATTLOGStamp"] == "77" && after["OPERLOGStamp"] == "31")
    }

    @Test("a stamp of a post that is not on disk is not given back")
    func unfinishedStamp() throws {
        var bench = try PushBench()
        bench.isHeld = true
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=77", ZKTecoPushUploadTests.two)
        #expect(options(bench.get(Self.hello))["ATTLOGStamp"] == "None")
    }

    @Test(
        "the zone is the site's, in halves of hours too",
        arguments: [
            (19_800, "330"), (-12_600, "-210"), (-18_000, "-5"), (43_200, "720"), (0, "0"),
        ])
    func zones(offset: Int, expected: String) throws {
        var bench = try PushBench(PushBench.context(offset: offset))
        #expect(options(bench.get(Self.hello))["TimeZone"] == expected)
    }

    @Test(
        "the time is told only where the clock is to be set, and only by a clock that is right",
        arguments: [
            (.sync, "policy", 1_795_000_000, true), (.report, "policy", 1_795_000_000, false),
            (.correct, "policy", 1_795_000_000, false), (.report, "always", 1_795_000_000, true),
            (.sync, "never", 1_795_000_000, false), (.sync, "policy", 1_700_000_000, false),
            (.sync, "always", 0, false),
        ] as [(DriverContext.ClockPolicy, String, Int64, Bool)])
    func dates(clock: DriverContext.ClockPolicy, setting: String, wall: Int64, tells: Bool) throws {
        var bench = try PushBench(PushBench.context(clock: clock, settings: ["date": .string(setting)]))
        bench.now.wall = Moment(seconds: wall)
        #expect(bench.get(Self.hello)?.tellsTime == tells)
        #expect(bench.get("getrequest?SN=A1")?.tellsTime == tells)
    }

    @Test("INFO says the firmware and how many punches there are")
    func info() throws {
        var bench = try PushBench()
        bench.get("getrequest?SN=A1&INFO=Ver 2.0.12-20150625,5,3,1204,192.168.16.27,10,7,15,0,111")
        #expect(bench.facts?.firmware == "Ver 2.0.12-20150625")
        #expect(bench.status == DeviceStatus(logUsed: 1204, logCapacity: nil))
    }

    @Test("settings that are posted, and those asked for, say the model")
    func settings() throws {
        var bench = try PushBench()
        let asked = bench.get("getrequest?SN=A1")?.commands
        let order = try #require(asked?.first { $0.text == "INFO" })
        bench.post("devicecmd?SN=A1", "ID=\(order.id)&Return=0&CMD=INFO\n~DeviceName=MB460\n~OEMVendor=eSSL\n")
        #expect(bench.facts == DeviceFacts(vendor: "eSSL", model: "MB460", serial: "A1"))
        bench.post("cdata?SN=A1&table=options", "~DeviceName=MB461,FWVersion=Ver 8,Password=1")
        #expect(bench.facts?.model == "MB461" && bench.facts?.firmware == "Ver 8")
        #expect(bench.get("getrequest?SN=A1")?.text == "OK")
    }

    @Test("a device that is silent for some questions' time is given up, and taken up again when it calls")
    func silence() throws {
        var bench = try PushBench()
        bench.get(Self.hello)
        for _ in 0..<30 {
            bench.pass(.seconds(10))
            bench.get("ping?SN=A1")
        }
        #expect(bench.abandoned.isEmpty)
        bench.pass(.seconds(119))
        #expect(bench.abandoned.isEmpty)
        bench.pass(.seconds(10))
        #expect(bench.abandoned == [.silent])
        bench.play(.linkClosed)
        bench.pass(.seconds(1000))
        bench.play(.linkOpened(.push))
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", ZKTecoPushUploadTests.two)?.text == "OK:2")
        #expect(bench.abandoned == [.silent])
    }

    @Test("a post that waits for the disk is no silence")
    func slowDisk() throws {
        var bench = try PushBench()
        bench.isHeld = true
        bench.post("cdata?SN=A1&table=ATTLOG", ZKTecoPushUploadTests.two)
        bench.pass(.seconds(1000))
        #expect(bench.abandoned.isEmpty)
    }

    @Test("encryption is refused with what to do, once")
    func encryption() throws {
        var bench = try PushBench()
        #expect(bench.post("exchange?SN=A1&type=publickey", "x")?.status == 501)
        bench.post("exchange?SN=A1&type=factors", "x")
        #expect(bench.faults.map(\.code) == ["encryption-refused"])
    }

    @Test("another serial number than the site file's is not taken in")
    func wrongSerial() throws {
        var bench = try PushBench(PushBench.context(serial: "B2"))
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", ZKTecoPushUploadTests.two)?.status == 503)
        #expect(bench.get("getrequest?SN=A1")?.status == 200)
        #expect(bench.faults.map(\.code) == ["wrong-serial"])
        #expect(bench.post("cdata?SN=B2&table=ATTLOG", ZKTecoPushUploadTests.two)?.text == "OK:2")
    }

    @Test("a handshake with another key bars the device until one has the right key")
    func key() throws {
        var bench = try PushBench(PushBench.context(secret: "s3"))
        bench.get(Self.hello)
        #expect(bench.faults.map(\.code) == ["wrong-key"])
        #expect(!bench.faults[0].message.contains("s3"))
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", ZKTecoPushUploadTests.two)?.status == 503)
        bench.get(Self.hello + "&pushcommkey=s3")
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", ZKTecoPushUploadTests.two)?.text == "OK:2")
    }

    @Test("the access flavour enrols, hears its options and the time, and is told of")
    func accessFlavour() throws {
        var bench = try PushBench(PushBench.context(clock: .sync))
        #expect(bench.post("registry?SN=A1", "DeviceType=acc,~DeviceName=X")?.text == "RegistryCode=A1")
        #expect(bench.post("push?SN=A1", "")?.text.hasPrefix("ServerVersion=") == true)
        let known = bench.get("cdata?SN=A1&options=all&pushver=3.1.2&DeviceType=acc")
        #expect(known?.text.hasPrefix("registry=ok\n") == true)
        #expect(bench.faults.map(\.code) == ["access-mode"])
        #expect(bench.get("rtdata?SN=A1&type=time")?.text == "DateTime=864316800,ServerTZ=+0800")
        bench.pass(.seconds(60))
        #expect(bench.get("getrequest?SN=A1")?.text == "OK")
    }

    @Test("the time is not told to a door that asks for it where the clock is not to be set")
    func accessTime() throws {
        var bench = try PushBench()
        #expect(bench.get("rtdata?SN=A1&type=time")?.text == "OK")
    }

    @Test("sync-clock has the device fetch its options, and the time with them")
    func syncClock() throws {
        var bench = try PushBench()
        bench.get(Self.hello)
        bench.play(.command(.syncClock, CommandID(1)))
        #expect(bench.answers.isEmpty)
        let answer = bench.get("getrequest?SN=A1")
        #expect(answer?.commands.contains { $0.text == "CHECK" } == true)
        #expect(bench.get(Self.hello)?.tellsTime == true)
        #expect(bench.answers == [.done([:])])
        #expect(bench.get("getrequest?SN=A1")?.tellsTime == false)
    }

    @Test("sync-clock that the device does not follow is answered all the same")
    func syncClockIgnored() throws {
        var bench = try PushBench()
        bench.play(.command(.syncClock, CommandID(1)))
        for _ in 0..<33 {
            bench.pass(.seconds(10))
            bench.get("getrequest?SN=A1")
        }
        #expect(bench.answers.count == 1)
        #expect(bench.answers.first.map { if case .refused = $0 { true } else { false } } == true)
    }

    @Test(
        "what these devices cannot do is refused with the reason",
        arguments: [
            DeviceCommand.identify, .message("hello"),
        ])
    func refusedCommands(command: DeviceCommand) throws {
        var bench = try PushBench()
        bench.play(.command(command, CommandID(1)))
        guard case .refused(let reason) = bench.answers.first else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("documented"))
    }

    @Test("daylight saving has the device fetch its zone again, where its clock is to be set")
    func daylightSaving() throws {
        let start = Moment(seconds: 1_795_334_400)
        let zone = Zone(
            name: "Test/Zone",
            spans: [
                .init(start: Moment(milliseconds: 0), offsetSeconds: 3600),
                .init(start: start + .seconds(60), offsetSeconds: 7200),
            ])
        var bench = try PushBench(DriverContext(zone: zone, clock: .sync))
        #expect(options(bench.get(Self.hello))["TimeZone"] == "1")
        bench.pass(.seconds(70))
        #expect(bench.get("getrequest?SN=A1")?.commands.contains { $0.text == "CHECK" } == true)
        #expect(options(bench.get(Self.hello))["TimeZone"] == "2")
    }

    @Test("a punch that is not due yet proves the clock ahead, and is told when it grows")
    func ahead() throws {
        var bench = try PushBench()
        let local = LocalTime(secondsSince1970: bench.now.wall.seconds + 28_800 + 600)
        let text = local.text.split(separator: "T").joined(separator: " ")
        bench.post("cdata?SN=A1&table=ATTLOG", "7\t\(text)\t0\t1\n8\t\(text)\t0\t1\n")
        #expect(bench.clocks == [DeviceClock(offset: .seconds(600), corrected: false)])
    }

    @Test(
        "settings that cannot be used name the key",
        arguments: [
            ("poll", "1s"), ("poll", 10), ("verify_every", "0m"), ("verify_every", 5), ("verify_days", 0),
            ("direction", "both"), ("date", "sometimes"),
            ("access_events", "none"), ("verify_codes", "other"), ("colour", "red"),
        ] as [(String, JSONValue)])
    func badSettings(key: String, value: JSONValue) {
        let problem = #expect(throws: SettingsProblem.self) {
            _ = try PushBench(PushBench.context(settings: .object([.init(key, value)])))
        }
        #expect(problem?.key == key)
    }

    @Test("the door's closures find the serial number, and answer strangers without taking anything")
    func callers() throws {
        let callers = try #require(ZKTecoPush.family.callers)
        let post = PushBench.request("POST", "/iclock/cdata?SN=A1&table=ATTLOG", [])
        #expect(callers.serial(post) == "A1")
        #expect(callers.stranger(post) == DeviceResponse(status: 503))
        let hello = PushBench.request("GET", "/iclock/cdata.aspx?sn=A1&options=all", [])
        #expect(callers.stranger(hello) == DeviceResponse(body: Array("OK".utf8)))
        #expect(callers.serial(PushBench.request("GET", "/x?SN=A1", [])) == nil)
    }
}
