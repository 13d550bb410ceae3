import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import HIDPOSDriver
import HIDPOSSimulator
import Testing

@Suite("Simulated HID POS scanner")
struct SimulatedHIDPOSTests {
    let now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero)

    @Test("the driver reads codes of every length from every make", arguments: SimulatedHIDPOS.Make.allCases)
    func lengths(make: SimulatedHIDPOS.Make) throws {
        var bench = try HIDPOSBench(SimulatedHIDPOS(make: make))
        for length in [1, 15, 16, 17, 55, 56, 57, 111, 112, 113, 4096] {
            let code = String(repeating: "0123456789", count: length / 10 + 1).prefix(length)
            #expect(try bench.scan(.string(String(code))) == [Array(code.utf8)])
        }
        #expect(bench.faults == [])
    }

    @Test(
        "random bytes come through where reports are counted",
        arguments: [.counted, .honeywell, .turnedRound]
            as [SimulatedHIDPOS.Make], 1...10)
    func anyBytes(make: SimulatedHIDPOS.Make, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var bench = try HIDPOSBench(SimulatedHIDPOS(make: make), settings: ["suffix": "none"])
        for _ in 0..<20 {
            let code = random.bytes(random.number(in: 1...300))
            let hex = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            #expect(try bench.scan(["hex": .string(hex)]) == [code])
        }
    }

    @Test("a Honeywell sends nothing until it is enabled, and the driver enables it on every plug")
    func enabling() throws {
        var scanner = SimulatedHIDPOS(make: .honeywell)
        _ = scanner.handle(.opened(.hidraw), at: now)
        #expect(scanner.handle(.told(["scan": "A"]), at: now) == [.answered(["scan": "A", "sent": false])])
        var bench = try HIDPOSBench(scanner)
        #expect(try bench.scan("XF-0001") == [Array("XF-0001".utf8)])
        bench.unplug()
        bench.plug()
        #expect(try bench.scan("XF-0002") == [Array("XF-0002".utf8)])
    }

    @Test(
        "each fault costs its own code, is told, and the next code is whole",
        arguments: [
            ("cut", "scan-unfinished"), ("short", "report-malformed"), ("unplugged", nil), ("silence", nil),
        ] as [(String, String?)])
    func faults(fault: String, code: String?) throws {
        var bench = try HIDPOSBench(SimulatedHIDPOS())
        let long = String(repeating: "X", count: 100)
        bench.tell(["fault": .string(fault)])
        if fault == "unplugged" { bench.plug() } else { #expect(try bench.scan(.string(long)) == []) }
        bench.tell(["fault": "none"])
        #expect(try bench.scan("XF-0002") == [Array("XF-0002".utf8)])
        #expect(bench.faults == (code.map { [$0] } ?? []))
    }

    @Test(
        "what is not understood is answered with what is",
        arguments: [
            "scan", [:], ["scan": ""], ["scan": ["hex": "0"]], ["fault": "rain"], ["dance": true],
        ] as [JSONValue])
    func refused(_ command: JSONValue) {
        var scanner = SimulatedHIDPOS()
        guard case .answered(let answer) = scanner.handle(.told(command), at: now).first else {
            Issue.record("no answer")
            return
        }
        #expect(answer["error"]?.text?.contains("{\"report\": true}") == true)
    }

    @Test("it counts what was held under it, and what went out whole")
    func report() throws {
        var bench = try HIDPOSBench(SimulatedHIDPOS())
        bench.tell(["fault": "cut"])
        _ = try bench.scan("A")
        _ = try bench.scan("B")
        #expect(
            bench.tell(["report": true])
                == ["open": true, "enabled": true, "scans": 2, "sent": 1, "fault": "none"])
    }

    @Test("any reports at any time: scans of the agreed length, few effects, and no trap", arguments: 0..<20)
    func hostile(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let makes = SimulatedHIDPOS.Make.allCases
        var driver = HIDPOS(settings: try HIDPOSSettings(["longest": 200]))
        var now = self.now
        for _ in 0..<500 {
            now.uptime += random.duration(in: .zero ... .milliseconds(300))
            let effects = driver.handle(input(&random, makes[random.number(in: 0...makes.count - 1)]), at: now)
            #expect(effects.count <= 6)
            for case .observed(let scans, _) in effects {
                #expect(
                    scans.allSatisfy {
                        if case .scan(let scan) = $0 { (1...200).contains(scan.payload.count) } else { false }
                    })
            }
        }
    }

    private func input(_ random: inout SplitMix64, _ make: SimulatedHIDPOS.Make) -> DriverInput {
        switch random.number(in: 0...29) {
        case 0: return .linkClosed
        case 1, 2: return .linkOpened(.hidraw)
        case 3: return .described(random.bytes(random.number(in: 0...200)))
        case 4, 5: return .described(SimulatedHIDPOS(make: make).descriptor)
        case 6...8: return .woke
        case 9: return .received(random.bytes(random.number(in: 1...5000)))
        default:
            let head: [UInt8] = [2, UInt8(random.number(in: 0...70))]
            return .received(head + random.bytes(random.number(in: 50...64)))
        }
    }
}

/// A simulated scanner and its driver, plugged in.
private struct HIDPOSBench {
    var scanner: SimulatedHIDPOS
    var driver: HIDPOS
    var now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(100))
    private(set) var faults: [String] = []
    private var scans: [[UInt8]] = []

    init(_ scanner: SimulatedHIDPOS, settings: JSONValue = .object([])) throws {
        self.scanner = scanner
        driver = HIDPOS(settings: try HIDPOSSettings(settings))
        plug()
    }

    mutating func plug() {
        carryOut(driver.handle(.described(scanner.descriptor), at: now))
        _ = scanner.handle(.opened(.hidraw), at: now)
        carryOut(driver.handle(.linkOpened(.hidraw), at: now))
    }

    mutating func unplug() {
        _ = scanner.handle(.closed, at: now)
        carryOut(driver.handle(.linkClosed, at: now))
    }

    /// Holds a code under the scanner, waits a while, and says what the driver read.
    mutating func scan(_ code: JSONValue) throws -> [[UInt8]] {
        scans = []
        tell(["scan": code])
        now.uptime += .seconds(1)
        carryOut(driver.handle(.woke, at: now))
        return scans
    }

    @discardableResult
    mutating func tell(_ command: JSONValue) -> JSONValue {
        var answer = JSONValue.null
        for effect in scanner.handle(.told(command), at: now) {
            switch effect {
            case .send(let report): carryOut(driver.handle(.received(report), at: now))
            case .close: unplug()
            case .answered(let value): answer = value
            case .wake: break
            }
        }
        return answer
    }

    private mutating func carryOut(_ effects: [DriverEffect]) {
        for effect in effects {
            switch effect {
            case .observed(let readings, _):
                for case .scan(let scan) in readings { scans.append(scan.payload) }
            case .faulted(let fault): faults.append(fault.code)
            case .feature(let report): _ = scanner.handle(.received(report), at: now)
            default: break
            }
        }
    }
}
