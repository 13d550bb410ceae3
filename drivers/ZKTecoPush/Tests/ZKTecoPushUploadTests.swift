import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing
import ZKTecoPushDriver

@Suite("ZKTeco push uploads")
struct ZKTecoPushUploadTests {
    static let two = "10023\t2026-11-22 08:30:00\t0\t15\t0\t0\t0\n10024\t2026-11-22 08:30:02\t1\t1\t0\t0\t0\n"

    @Test("OK is said when the punches are on disk, and not before")
    func afterRecording() throws {
        var bench = try PushBench()
        bench.isHeld = true
        #expect(bench.post("cdata?SN=A1&table=ATTLOG&Stamp=77", Self.two) == nil)
        #expect(bench.waiting.count == 1)
        bench.release()
        #expect(bench.answer?.status == 200)
        #expect(bench.answer?.text == "OK:2")
        #expect(
            bench.readings.map(\.identity) == ["10023/2026-11-22T08:30:00/0/15", "10024/2026-11-22T08:30:02/1/1"])
        #expect(bench.readings[0].method == .face && bench.readings[1].method == .fingerprint)
        #expect(bench.readings[0].direction == .unknown)
        #expect(bench.readings[0].deviceTime?.text == "2026-11-22T08:30:00")
        #expect(bench.readings[0].native["road"] == "push")
    }

    @Test("a long post goes to the journal in batches, two at a time, and is answered once")
    func longPost() throws {
        var bench = try PushBench()
        bench.isHeld = true
        let body = (0..<5200).map { "\(10_000 + $0)\t2026-11-22 08:30:00\t0\t1\n" }.joined()
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=5", body)
        #expect(bench.waiting.count == 2)
        #expect(bench.waiting.allSatisfy { $0.1.count == 250 })
        bench.commit()
        #expect(bench.waiting.count == 2)
        #expect(bench.answer == nil)
        bench.release()
        #expect(bench.answer?.text == "OK:5200")
        #expect(bench.journal.count == 5200)
        // The stamp stands for the whole post, and so is with its last batch only.
        #expect(bench.readings[0].native["stamp"] == nil)
        #expect(bench.readings.last?.native["stamp"] == "5")
    }

    @Test(
        "a bad line is kept raw and counted, and the batch is acknowledged",
        arguments: [
            "7\t2026-02-30 08:30:00\t0\t1", "no punch", "7\t1999-12-31 08:30:00\t0\t1", "\u{1}\u{2}",
        ])
    func badLines(line: String) throws {
        var bench = try PushBench()
        bench.isHeld = true
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", line + "\n" + Self.two) == nil)
        // The punches, and then what was told.
        #expect(bench.waiting.map(\.1.count) == [2, 0])
        bench.commit()
        #expect(bench.answer == nil)
        bench.commit()
        #expect(bench.answer?.text == "OK:3")
        #expect(bench.faults.map(\.code) == ["line-unreadable"])
        #expect(bench.faults[0].raw == Array(line.utf8))
    }

    @Test("a dead battery's date is kept and marked")
    func deadBattery() throws {
        var bench = try PushBench()
        bench.post("cdata?SN=A1&table=ATTLOG", "7\t2000-01-01 00:03:00\t0\t1\n")
        #expect(bench.readings.first?.native["clockUnset"] == true)
        #expect(bench.answer?.text == "OK:1")
    }

    @Test("a time offset in the line is believed before the site's zone")
    func timeOffset() throws {
        var bench = try PushBench()
        let head = "7\t2026-11-22 08:30:00\t0\t1\t0\t0\t0\t0\t0\t0\t"
        bench.post("cdata?SN=A1&table=ATTLOG", head + "+28800\t\n" + head + "+25200\t\n")
        #expect(bench.readings[0].deviceTime?.text == "2026-11-22T08:30:00")
        #expect(bench.readings[0].native["ownTime"] == nil)
        #expect(bench.readings[1].deviceTime?.text == "2026-11-22T09:30:00")
        #expect(bench.readings[1].native["ownTime"] == "2026-11-22T08:30:00")
        #expect(bench.readings[1].native["timeOffset"] == 25_200)
    }

    @Test(
        "tables that hold no punches are answered and counted",
        arguments: [
            ("cdata?SN=A1&table=OPERLOG", "USER PIN=1\tPasswd=1\nFP PIN=1\tTMP=a=\n", "OK:2"),
            ("cdata?SN=A1&table=BIODATA&Stamp=1", "BIODATA Pin=1\tTmp=a\n", "OK:1"),
            ("cdata?SN=A1&table=IDCARD", "x\ny\nz\n", "OK:3"), ("cdata?SN=A1&table=ERRORLOG", "ErrCode=1\n", "OK:1"),
            ("cdata?SN=A1&table=ATTPHOTO", "PIN=1.jpg\nsize=3\n\0\u{1}\n\n", "OK"), ("fdata?SN=A1", "x", "OK"),
            ("cdata?SN=A1&table=options", "~DeviceName=MB460,FWVersion=Ver 8", "OK"),
            ("cdata?SN=A1&table=rtstate", "time=2026-11-22 08:30:00\tsensor=0", "OK"),
            ("cdata?SN=A1&table=tabledata&tablename=user&count=2", "user pin=1\nuser pin=2\n", "user=2"),
            ("cdata?SN=A1&table=ATTLOG", "", "OK:0"), ("cdata?SN=A1&type=PostVerifyData", "x", "OK"),
            ("querydata?SN=A1&type=tabledata&tablename=user", "user pin=1\n", "user=1"),
        ])
    func tables(target: String, body: String, answer: String) throws {
        var bench = try PushBench()
        #expect(bench.post(target, body)?.text == answer)
        #expect(bench.journal.isEmpty && bench.faults.isEmpty)
    }

    @Test("events of the access flavour that name a person are punches, the same live and from the table")
    func accessEvents() throws {
        var bench = try PushBench()
        let live = """
            time=2026-11-22 08:30:00\tpin=7\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=1\tverifytype=15\tindex=1
            time=2026-11-22 08:30:01\tpin=0\tcardno=0\teventaddr=1\tevent=200\tinoutstatus=2\tverifytype=200\tindex=2

            """
        #expect(bench.post("cdata?SN=A1&table=rtlog", live)?.text == "OK")
        let row = "Cardno=0\tPin=7\tVerified=15\tDoorID=1\tEventType=0\tInOutState=1\tTime_second=864289800\n"
        let answer = bench.post("cdata?SN=A1&table=tabledata&tablename=transaction&count=1", row)
        #expect(answer?.text == "transaction=1")
        #expect(bench.readings.map(\.identity) == Array(repeating: "7/2026-11-22T08:30:00/1/15/e0", count: 2))
        #expect(bench.readings[0].native["event"] == 0)
    }

    @Test("refused entries are punches only where the site says so")
    func grantedOnly() throws {
        let row = "time=2026-11-22 08:30:00\tpin=7\tevent=27\tinoutstatus=0\tverifytype=4\n"
        var every = try PushBench()
        every.post("cdata?SN=A1&table=rtlog", row)
        #expect(every.journal.count == 1)
        var granted = try PushBench(PushBench.context(settings: ["access_events": "granted"]))
        #expect(granted.post("cdata?SN=A1&table=rtlog", row)?.text == "OK")
        #expect(granted.journal.isEmpty)
    }

    @Test(
        "what was done at the menu is told once, on disk before the device hears OK",
        arguments: [
            (21, "0", "audit-time-changed"), (23, "0", "audit-log-cleared"), (13, "0", "audit-data-cleared"),
            (22, "0", "audit-factory-reset"), (43, "0", "audit-log-exported"), (80, "0", "audit-key-changed"),
            (83, "0", "audit-server-changed"), (32, "7", "alarm-duress"), (3, "55", "alarm-tamper"),
            (3, "54", "alarm-door-forced"), (3, "58", "alarm-invalid-tries"),
        ])
    func operations(code: Int, object: String, fault: String) throws {
        var bench = try PushBench()
        let line = "OPLOG \(code)\t14\t2026-11-22 10:22:34\t\(object)\t0\t0\t0\n"
        bench.isHeld = true
        #expect(bench.post("cdata?SN=A1&table=OPERLOG&OpStamp=9", line) == nil)
        #expect(bench.faults.map(\.code) == [fault])
        bench.release()
        #expect(bench.answer?.text == "OK:1")
        #expect(bench.post("cdata?SN=A1&table=OPERLOG&OpStamp=9", line)?.text == "OK:1")
        #expect(bench.faults.count == 1)
        #expect(bench.faults[0].raw == Array(line.dropLast().utf8))
    }

    @Test("a flood of nonsense is worked off in turns, and told once")
    func flood() throws {
        var bench = try PushBench()
        bench.isHeld = true
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", String(repeating: "x\n\n", count: 20_000)) == nil)
        #expect(bench.waiting.count == 2)
        bench.release()
        #expect(bench.answer?.text == "OK:20000")
        #expect(bench.faults.map(\.code) == ["line-unreadable"])
        #expect(bench.faults[0].message.hasPrefix("20000 of 20000 lines"))
    }

    @Test("a link that ends leaves posts unanswered, and one that is being closed refuses them")
    func linkEnds() throws {
        var bench = try PushBench()
        bench.isHeld = true
        bench.post("cdata?SN=A1&table=ATTLOG", Self.two)
        bench.play(.linkClosed)
        bench.release()
        #expect(bench.answer == nil)
        bench.play(.linkOpened(.push))
        bench.isHeld = true
        bench.post("cdata?SN=A1&table=ATTLOG", Self.two)
        bench.play(.linkClosing)
        #expect(bench.answer?.status == 503)
        bench.release()
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", Self.two)?.status == 503)
    }

    @Test("posts pile up to a limit while the disk is slow, and the rest are refused")
    func pile() throws {
        var bench = try PushBench()
        bench.isHeld = true
        for _ in 0..<4 { #expect(bench.post("cdata?SN=A1&table=ATTLOG", Self.two) == nil) }
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", Self.two)?.status == 503)
        // Questions are answered meanwhile.
        #expect(bench.get("ping?SN=A1")?.text == "OK")
        bench.release()
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", Self.two)?.text == "OK:2")
        #expect(bench.journal.count == 2)
    }

    @Test("big posts behind the first are refused before they fill the memory")
    func pileOfBigOnes() throws {
        var bench = try PushBench()
        bench.isHeld = true
        let big = String(repeating: Self.two, count: 4000)
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", big) == nil)
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", big)?.status == 503)
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", Self.two) == nil)
    }
}
