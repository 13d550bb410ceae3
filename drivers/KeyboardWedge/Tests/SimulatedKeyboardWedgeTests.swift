import EvdevWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import KeyboardWedgeDriver
import KeyboardWedgeSimulator
import Testing

@Suite("Simulated keyboard-mode scanner")
struct SimulatedKeyboardWedgeTests {
    @Test("the driver reads every code, in every layout", arguments: KeyboardLayout.allCases)
    func layouts(layout: KeyboardLayout) throws {
        var bench = try WedgeBench(.init(layout: layout), settings: ["layout": .string(layout.rawValue)])
        let codes = ["XF-0001", "https://example.com/?a=1&b=[2]@{3}|~^\\", "Öl-Straße_ñ", "灭火器-7", "a\u{1D}b"]
        for code in codes { bench.scan(code) }
        #expect(bench.codes == codes)
        #expect(bench.faults == [])
    }

    @Test(
        "with another suffix, with Alt codes, with Caps Lock around each code, with quick and slow keys",
        arguments: [
            .init(suffix: "\t"), .init(suffix: ""), .init(style: .altCodes), .init(togglesCaps: true),
            .init(step: .microseconds(125)), .init(step: .milliseconds(20)),
        ] as [SimulatedKeyboardWedge.Setup])
    func setups(setup: SimulatedKeyboardWedge.Setup) throws {
        var bench = try WedgeBench(setup)
        for number in 1...5 { bench.scan("XF-ab\(number)") }
        #expect(bench.codes == (1...5).map { "XF-ab\($0)" })
        #expect(bench.faults == [])
    }

    @Test("codes that come one right after the other are all read", arguments: ["\r", "\t"])
    func stream(suffix: String) throws {
        var bench = try WedgeBench(.init(suffix: suffix))
        for number in 1...50 { bench.tell(["scan": .string("CODE-\(number)")]) }
        bench.run(for: .seconds(60))
        #expect(bench.codes == (1...50).map { "CODE-\($0)" })
    }

    @Test("a Chinese code typed as GBK keeps its bytes")
    func gbk() throws {
        var bench = try WedgeBench(.init(style: .gbkPairs), settings: ["alt_codes": "gbk"])
        bench.tell(["scan": ["hex": "d1b2bcecb5e32d37"]])
        bench.run(for: .seconds(10))
        #expect(bench.readings == [.scan(ScanReading(payload: [0xD1, 0xB2, 0xBC, 0xEC, 0xB5, 0xE3, 0x2D, 0x37]))])
    }

    @Test("a code in the middle of which events are lost is dropped whole; the next one is read")
    func lost() throws {
        var bench = try WedgeBench()
        bench.tell(["fault": "lost"])
        bench.scan("XF-0001-LONG-ENOUGH")
        bench.scan("XF-0002")
        #expect(bench.codes == ["XF-0002"])
        #expect(bench.faults.map(\.code) == ["events-lost"])
    }

    @Test("a code that breaks off is dropped where the scanner is known to send Enter")
    func cut() throws {
        var bench = try WedgeBench(settings: ["on_pause": "drop"])
        bench.tell(["fault": "cut"])
        bench.scan("XF-0001")
        bench.scan("XF-0002")
        #expect(bench.codes == ["XF-0002"])
        #expect(bench.faults.map(\.code) == ["scan-unfinished"])
    }

    @Test("pulled out in the middle of a code, what came of it is dropped, and the next link begins anew")
    func unplugged() throws {
        var bench = try WedgeBench()
        bench.tell(["scan": "XF-0001"])
        bench.run(for: .milliseconds(60))
        bench.tell(["fault": "unplugged"])
        bench.run(for: .seconds(5))
        bench.open()
        bench.scan("XF-0002")
        #expect(bench.codes == ["XF-0002"])
        #expect(bench.faults.map(\.code) == ["scan-unfinished"])
    }

    @Test("a person's typing makes no scan, is told once, and what was typed is told to nobody")
    func person() throws {
        var bench = try WedgeBench()
        bench.tell(["type": "my secret\r"])
        bench.run(for: .seconds(60))
        #expect(bench.codes == [])
        #expect(bench.faults.map(\.code) == ["typed-by-hand"])
        #expect(bench.faults.first?.raw == [])
        bench.scan("XF-0001")
        bench.tell(["type": "ab"])
        bench.run(for: .seconds(60))
        #expect(bench.codes == ["XF-0001"])
        #expect(bench.faults.count == 2)
    }

    @Test("a scanner slower than the pause needs the setting, and works with it")
    func slow() throws {
        var bench = try WedgeBench()
        bench.tell(["fault": "slow"])
        bench.scan("XF-0001")
        #expect(bench.codes == [])
        var patient = try WedgeBench(settings: ["pause": "400ms"])
        patient.tell(["fault": "slow"])
        patient.scan("XF-0001")
        #expect(patient.codes == ["XF-0001"])
    }

    @Test("a gateway that was away in the middle of a code reads it whole", arguments: [100, 250, 3000])
    func stalled(milliseconds: Int) throws {
        var bench = try WedgeBench(.init(suffix: ""))
        bench.tell(["scan": "XF-0001"])
        bench.run(for: .milliseconds(20))
        bench.stall(for: .milliseconds(milliseconds))
        bench.run(for: .seconds(5))
        #expect(bench.codes == ["XF-0001"])
    }

    @Test("codes that are read late, all at once, are told apart by the kernel's times")
    func late() throws {
        var bench = try WedgeBench(.init(suffix: ""))
        bench.readDelay = .seconds(3)
        for number in 1...3 {
            bench.tell(["scan": .string("XF-\(number)")])
            bench.run(for: .milliseconds(400))
        }
        bench.run(for: .seconds(10))
        #expect(bench.codes == ["XF-1", "XF-2", "XF-3"])
    }

    @Test("at a time clock a card is a punch")
    func punch() throws {
        var bench = try WedgeBench(role: .clock)
        bench.scan("0006547886")
        #expect(
            bench.readings == [
                .punch(
                    PunchReading(
                        identity: nil, badge: "0006547886", direction: .unknown, method: .card, deviceTime: nil,
                        native: .null))
            ])
    }

    @Test("a silent scanner, one that nobody listens to, and its report")
    func silent() throws {
        var bench = try WedgeBench()
        bench.tell(["fault": "silence"])
        #expect(bench.tell(["scan": "A"])["sent"] == false)
        bench.tell(["fault": "none"])
        bench.scan("XF-0001")
        #expect(bench.tell(["report": true]) == ["open": true, "scans": 2, "sent": 1, "fault": "none"])
        var alone = SimulatedKeyboardWedge()
        #expect(alone.handle(.told(["scan": "A"]), at: bench.now) == [.answered(["scan": "A", "sent": false])])
        #expect(alone.handle(.received([1]), at: bench.now) == [])
    }

    @Test(
        "what is not understood is answered with what is",
        arguments: [
            "scan", [:], ["scan": ""], ["scan": ["hex": "0"]], ["scan": ["hex": "ff"]], ["type": 3], ["fault": "rain"],
            ["dance": true],
        ] as [JSONValue])
    func refused(_ command: JSONValue) throws {
        var bench = try WedgeBench()
        #expect(bench.tell(command)["error"]?.text?.contains("{\"report\": true}") == true)
    }
}
