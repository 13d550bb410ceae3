import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Normaliser")
struct NormaliserTests {
    let shanghai = Zone(name: "Asia/Shanghai", spans: [.init(start: Moment(seconds: 0), offsetSeconds: 28_800)])
    let now = Now(wall: Moment(milliseconds: 1_795_307_400_007), uptime: .seconds(5))

    @Test("a punch keeps what the device said, and happened when the device's clock says in the site's zone")
    func punch() throws {
        var normaliser = normaliser()
        let event = normaliser.event(for: .punch(reading(at: "2026-11-22 08:29:58")), at: now)
        #expect(event.source == "/sites/sh1/devices/gate-1")
        #expect(event.id == "10023/2026-11-22T08:29:58/0/1")
        #expect(event.topic == "punch.recorded")
        #expect(event.subject == "0010023")
        #expect(event.time.text == "2026-11-22T08:29:58.000+08:00")
        let data = try JSONValue(parsing: event.data)
        #expect(
            data.jsonText
                == #"{"device":"gate-1","badge":"0010023","direction":"in","method":"card","#
                + #""deviceTime":"2026-11-22T08:29:58","native":{"state":0}}"#)
    }

    @Test("the same record read again is the same event, whenever it is read")
    func identity() {
        var normaliser = normaliser()
        let first = normaliser.event(for: .punch(reading(at: "2026-11-22 08:29:58")), at: now)
        let later = Now(wall: now.wall + .seconds(86_400), uptime: now.uptime + .seconds(86_400))
        #expect(normaliser.event(for: .punch(reading(at: "2026-11-22 08:29:58")), at: later) == first)
    }

    @Test("with clock: correct, a punch is moved by the measured offset; the device's own time stays")
    func corrected() throws {
        var normaliser = normaliser(clock: .correct)
        _ = normaliser.clock(DeviceClock(offset: .seconds(90), corrected: false), at: now)
        let event = normaliser.event(for: .punch(reading(at: "2026-11-22 08:31:28")), at: now)
        #expect(event.time.text == "2026-11-22T08:29:58.000+08:00")
        #expect(try JSONValue(parsing: event.data)["deviceTime"] == "2026-11-22T08:31:28")
        #expect(event.id == "10023/2026-11-22T08:31:28/0/1")
    }

    @Test("with clock: report or sync, the device's time stands", arguments: [DriverContext.ClockPolicy.report, .sync])
    func uncorrected(policy: DriverContext.ClockPolicy) {
        var normaliser = normaliser(clock: policy)
        _ = normaliser.clock(DeviceClock(offset: .seconds(90), corrected: policy == .sync), at: now)
        let event = normaliser.event(for: .punch(reading(at: "2026-11-22 08:31:28")), at: now)
        #expect(event.time.text == "2026-11-22T08:31:28.000+08:00")
    }

    @Test(
        "a local time that daylight saving makes doubtful is flagged",
        arguments: [("2026-10-25 02:30:00", "twice"), ("2026-03-29 02:30:00", "skipped")])
    func doubtful(text: String, flag: String) throws {
        let berlin = Zone(
            name: "Europe/Berlin",
            spans: [
                .init(start: Moment(seconds: 0), offsetSeconds: 3600),
                .init(start: Moment(seconds: 1_774_746_000), offsetSeconds: 7200),
                .init(start: Moment(seconds: 1_792_890_000), offsetSeconds: 3600),
            ])
        var normaliser = normaliser(zone: berlin)
        let event = normaliser.event(for: .punch(reading(at: text)), at: now)
        #expect(try JSONValue(parsing: event.data)["native"]?["localTime"]?.text == flag)
    }

    @Test(
        "a scan is UTF-8, else GB18030, else hexadecimal digits; its bytes stay in any case",
        arguments: [
            ("XF-0001", Array("XF-0001".utf8), "utf-8"), ("一号门", Array("一号门".utf8), "utf-8"),
            ("中文", [0xD6, 0xD0, 0xCE, 0xC4], "gb18030"), ("ff00", [0xFF, 0x00], "hex"),
        ] as [(String, [UInt8], String)])
    func encodings(text: String, payload: [UInt8], encoding: String) throws {
        var normaliser = normaliser()
        let event = normaliser.event(for: .scan(ScanReading(payload: payload)), at: now)
        let data = try JSONValue(parsing: event.data)
        #expect(data["code"]?.text == text)
        #expect(data["native"]?["encoding"]?.text == encoding)
        #expect(data["native"]?["hex"]?.text?.count == payload.count * 2)
        #expect(data["kind"] == "unknown")
        #expect(data["value"] == JSONValue.null)
    }

    @Test("a registered code says what it stands for")
    func registered() throws {
        var normaliser = normaliser()
        let event = normaliser.event(for: .scan(ScanReading(payload: Array("XF-0002".utf8), symbology: "Q1")), at: now)
        let data = try JSONValue(parsing: event.data)
        #expect(event.subject == "CP02")
        #expect(data["kind"] == "checkpoint")
        #expect(data["value"] == "CP02")
        #expect(data["authentic"] == "registered")
        #expect(data["native"]?["symbology"] == "Q1")
    }

    @Test("scans that the device does not number get identifiers that never repeat and sort by time")
    func identifiers() {
        var normaliser = normaliser()
        var clock = now
        var seen: [String] = []
        for step in 0..<10_000 {
            // The clock stands still, runs, and is set back.
            clock.wall = clock.wall + .milliseconds(step % 3 == 0 ? 1 : 0) - .milliseconds(step == 5000 ? 4000 : 0)
            seen.append(normaliser.event(for: .scan(ScanReading(payload: [0x31])), at: clock).id)
        }
        #expect(Set(seen).count == seen.count)
        #expect(seen == seen.sorted())
        #expect(
            seen.allSatisfy {
                $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
            })
    }

    @Test("what a device's name and codes hold cannot break the JSON")
    func hostileText() throws {
        var normaliser = normaliser()
        let fault = DeviceFault(code: "x", message: "\"\\\u{0}\n</script>", raw: [UInt8](repeating: 0xFF, count: 5000))
        let data = try JSONValue(parsing: normaliser.faulted(fault, at: now).data)
        #expect(data["message"]?.text == fault.message)
        #expect(data["raw"]?.text?.count == 2048)
    }

    private func reading(at text: String) -> PunchReading {
        let time = LocalTime(text)
        return PunchReading(
            identity: "10023/\(time?.text ?? "")/0/1", badge: "0010023", direction: .in, method: .card,
            deviceTime: time,
            native: ["state": 0])
    }

    private func normaliser(clock: DriverContext.ClockPolicy = .report, zone: Zone? = nil) -> Normaliser {
        let profile = DeviceProfile(
            site: "sh1", device: "gate-1", driver: "zkteco", hasMemory: true, zone: zone ?? shanghai, clock: clock)
        let scans = ScanReader(codes: ["XF-0002": RegisteredCode(kind: .checkpoint, value: "CP02")]) { bytes in
            bytes == [0xD6, 0xD0, 0xCE, 0xC4] ? "中文" : nil
        }
        return Normaliser(profile: profile, scans: scans, seed: 1)
    }
}
