import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import HanvonDriver
import HanvonWire
import Testing

/// The driver on its own, told word for word what a clock says.
@Suite("Hanvon")
struct HanvonTests {
    /// A driver that has asked for the records, and the effects of what the clock answers.
    struct Talk: DriverAccount {
        var driver: Hanvon
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .seconds(100))
        var effects: [DriverEffect] = []

        init(_ settings: JSONValue = ["mode": "pull"], upTo: Int = 2, expecting serial: String? = nil) throws {
            driver = try Hanvon(DriverContext(zone: .utc, expectedSerial: serial, settings: settings))
            effects = driver.handle(.linkOpened(.tcp), at: now)
            let replies = [
                "Return(result=\"success\" sn=\"A1\")", "Return(result=\"success\" time=\"2026-11-23 08:00:00\")",
            ]
            for reply in replies.prefix(upTo) { say(reply) }
        }

        mutating func say(_ text: String) {
            effects += driver.handle(.received(Array(text.utf8)), at: now)
        }

        mutating func record() {
            for case .observed(_, let receipt) in effects { effects += driver.handle(.recorded(receipt), at: now) }
        }

        var sent: [String] {
            effects.compactMap { if case .send(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { nil } }
        }

    }

    @Test("a record of every oddity is one punch: no leading zeros, a key twice, a name with a bracket")
    func oddities() throws {
        var talk = try Talk()
        talk.say(
            "Return(result=\"success\" dev_id=\"1\" total=\"1\"\r\ntime=\"2026-1-2 3:4:5\" id=\"0120\" name=\"a)\" ")
        talk.say("status=\"1\" card_src=\"from_door\" card_src=\"from_check\" card_type=\"cardtype_back\"\r\n)")
        talk.record()
        let punch = try #require(talk.punches.first)
        #expect(punch.identity == "0120/2026-01-02T03:04:05/1" && punch.badge == "0120")
        #expect(punch.direction == .breakIn && punch.deviceTime?.text == "2026-01-02T03:04:05")
        #expect(punch.native["card_src"] == "from_door&from_check" && punch.native["name"] == nil)
        #expect(!talk.synced.isEmpty && talk.faults == [])
    }

    @Test("a record without a status has - in its place")
    func noStatus() throws {
        var talk = try Talk()
        talk.say("Return(result=\"success\" total=\"1\" time=\"2026-11-22 08:30:00\" id=\"7\")")
        #expect(talk.punches.first?.identity == "7/2026-11-22T08:30:00/-")
    }

    @Test("an answer with fewer records than announced is not taken for complete")
    func incomplete() throws {
        var talk = try Talk()
        talk.say("Return(result=\"success\" total=\"2\" time=\"2026-11-22 08:30:00\" id=\"7\" status=\"0\")")
        talk.record()
        #expect(talk.punches.count == 1 && talk.faults == ["read-incomplete"] && talk.synced.isEmpty)
    }

    @Test(
        "records that make no sense are told and left out",
        arguments: ["time=\"2026-2-30 1:1:1\" id=\"1\"", "time=\"x\""])
    func unreadable(record: String) throws {
        var talk = try Talk()
        talk.say("Return(result=\"success\" total=\"2\" \(record) time=\"2026-11-22 08:30:00\" id=\"7\")")
        #expect(talk.punches.map(\.badge) == ["7"] && talk.faults == ["record-unreadable"])
    }

    @Test("Wait grants two minutes, and the answer after it counts")
    func waits() throws {
        var talk = try Talk()
        talk.say("Wait()")
        talk.now.uptime += .seconds(110)
        talk.effects += talk.driver.handle(.woke, at: talk.now)
        talk.say("Return(result=\"success\" total=\"0\")")
        #expect(!talk.synced.isEmpty && !talk.effects.contains(.abandonLink(.silent)))
        var silent = try Talk()
        silent.now.uptime += .seconds(31)
        silent.effects += silent.driver.handle(.woke, at: silent.now)
        #expect(silent.effects.contains(.abandonLink(.silent)))
    }

    @Test("a refusal is told with the clock's reason, and asked again later")
    func refused() throws {
        var talk = try Talk()
        talk.say("Return(result=\"failed\" reason=\"busy\")")
        #expect(talk.faults == ["records-refused"] && talk.synced.isEmpty)
    }

    @Test("in auto mode the gateway waits a moment for the clock to speak first")
    func auto() throws {
        var talk = try Talk(["mode": "auto"], upTo: 0)
        #expect(talk.sent == [])
        talk.now.uptime += .milliseconds(1500)
        talk.effects += talk.driver.handle(.woke, at: talk.now)
        #expect(talk.sent == ["GetMAC_SN()"])
        var push = try Talk(["mode": "auto"], upTo: 0)
        push.say("PostRecord(sn=\"A1\")")
        #expect(push.sent == ["Return(result=\"success\" postphoto=\"false\")"])
    }

    @Test("a clock that delivers is known by the number of its greeting, and another one's records are not taken")
    func greeting() throws {
        var right = try Talk(["mode": "push"], upTo: 0, expecting: "A1")
        right.say("PostRecord(sn=\"A1\")")
        #expect(right.effects.contains(.identified(DeviceFacts(vendor: "Hanvon", serial: "A1"))))
        #expect(right.sent == ["Return(result=\"success\" postphoto=\"false\")"])
        var other = try Talk(["mode": "push"], upTo: 0, expecting: "A1")
        other.say("PostRecord(sn=\"B2\")")
        other.say("Record(time=\"2026-11-22 08:30:00\" id=\"1\" status=\"0\")")
        #expect(other.faults == ["wrong-serial"] && other.effects.contains(.abandonLink(.refused)))
        #expect(other.sent == [] && !other.effects.contains { if case .observed = $0 { true } else { false } })
        var shy = try Talk(["mode": "push"], upTo: 0, expecting: "A1")
        shy.say("PostRecord()")
        #expect(shy.faults == ["serial-unknown"] && shy.sent == ["Return(result=\"success\" postphoto=\"false\")"])
    }

    @Test("delivered records are answered in order, whichever reaches the disk first")
    func order() throws {
        var talk = try Talk(["mode": "push"], upTo: 0)
        for id in 1...2 { talk.say("Record(time=\"2026-11-22 08:30:00\" id=\"\(id)\" status=\"0\")") }
        talk.say("Quit()")
        let receipts = talk.effects.compactMap { if case .observed(_, let receipt) = $0 { receipt } else { nil } }
        try #require(receipts.count == 2)
        talk.effects += talk.driver.handle(.recorded(receipts[1]), at: talk.now)
        #expect(talk.sent == [])
        talk.effects += talk.driver.handle(.recorded(receipts[0]), at: talk.now)
        #expect(talk.sent == [String](repeating: "Return(result=\"success\")", count: 3))
    }

    @Test("a delivered record that makes no sense is told, and not answered with success")
    func poison() throws {
        var talk = try Talk(["mode": "push"], upTo: 0)
        talk.say("Record(id=\"1\")")
        #expect(talk.faults == ["record-unreadable"] && talk.sent.first?.contains("failed") == true)
    }

    @Test(
        "text hidden with another key is named as such, and given up for longer the third time", arguments: ["99", nil])
    func wrongKey(secret: String?) throws {
        var driver = try Hanvon(DriverContext(zone: .utc, secret: secret, settings: ["mode": "pull"]))
        let now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        let key = try #require(HanvonKey(digits: "1234"))
        let hidden = key.applied(to: Array("Return(result=\"success\" sn=\"A1\")".utf8))
        let reasons = (0..<3).flatMap { _ -> [AbandonReason] in
            _ = driver.handle(.linkOpened(.tcp), at: now)
            let effects = driver.handle(.received(hidden), at: now)
            #expect(effects.contains { if case .faulted(let fault) = $0 { fault.code == "wrong-key" } else { false } })
            _ = driver.handle(.linkClosed, at: now)
            return effects.compactMap { if case .abandonLink(let reason) = $0 { reason } else { nil } }
        }
        #expect(reasons == [.garbled, .garbled, .refused])
    }

    @Test("a clock that does not wait for its answers is hung up on")
    func flood() throws {
        var talk = try Talk(["mode": "push"], upTo: 0)
        talk.say(String(repeating: "Quit()", count: 5000))
        #expect(talk.sent.count <= 64 && talk.effects.contains(.abandonLink(.garbled)))
    }

    @Test("no bytes trap the driver or make it talk for ever", arguments: 0..<40)
    func noise(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let modes = ["auto", "pull", "push"]
        var driver = try Hanvon(
            DriverContext(
                zone: .utc, clock: .sync, clearLog: .whenFull, secret: random.oneIn(3) ? "12" : nil,
                settings: [
                    "mode": .string(modes[random.number(in: 0...2)]), "delete_up_to": true, "capacity": 10,
                ]))
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        for _ in 0..<400 {
            now.uptime += random.duration(in: .zero ... .seconds(9))
            now.wall = now.wall + .seconds(random.number(in: -100...100))
            #expect(driver.handle(input(&random), at: now).count < 64)
        }
    }

    private func input(_ random: inout SplitMix64) -> DriverInput {
        switch random.number(in: 0...19) {
        case 0: return .linkClosed
        case 1...3: return .linkOpened(.tcp)
        case 4: return .woke
        case 5: return .recorded(Receipt(UInt64(random.number(in: 0...20))))
        case 6: return .command(random.oneIn(2) ? .readLog : .syncClock, CommandID(1))
        case 7: return .received(random.bytes(random.number(in: 1...300)))
        default:
            let words = ["Return", "Return", "Return", "Wait", "Record", "PostRecord", "Quit", "X"]
            let values = ["success", "2026-11-22 8:30:00", "9999-12-31 23:59:59", "1-1-1 0:0:0", "7", "-1", ""]
            let keys = ["result", "time", "id", "status", "total", "sn", "card_type"]
            let items = (0..<random.number(in: 0...9)).map { _ in
                HanvonMessage.Item(keys[random.number(in: 0...6)], values[random.number(in: 0...6)])
            }
            let first = random.oneIn(3) ? [] : [HanvonMessage.Item("result", "success")]
            return .received(HanvonMessage(words[random.number(in: 0...7)], first + items).bytes)
        }
    }
}
