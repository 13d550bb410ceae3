import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import LineScannerDriver
import LineScannerSimulator
import Testing

@Suite("Simulated line scanner")
struct SimulatedLineScannerTests {
    let now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero)

    @Test("a code that is scanned goes out with prefix, AIM identifier and suffix")
    func scan() {
        let setup = SimulatedLineScanner.Setup(prefix: [0x02], suffix: [0x0D, 0x0A], aim: "]Q1")
        var scanner = opened(setup)
        let effects = scanner.handle(.told(["scan": "XF-0001"]), at: now)
        let line: [UInt8] = [0x02] + Array("]Q1XF-0001\r\n".utf8)
        #expect(effects == [.send(line), .answered(["scan": "XF-0001", "sent": true])])
    }

    @Test("a code may be given in hexadecimal")
    func hex() {
        var scanner = opened()
        #expect(scanner.handle(.told(["scan": ["hex": "B6fe"]]), at: now).first == .send([0xB6, 0xFE, 0x0D]))
    }

    @Test("a code that nobody listens to is lost")
    func lost() {
        var scanner = SimulatedLineScanner()
        #expect(scanner.handle(.told(["scan": "A"]), at: now) == [.answered(["scan": "A", "sent": false])])
        #expect(scanner.handle(.opened(.serial), at: now) == [])
        #expect(report(&scanner)["scans"] == 1)
        #expect(report(&scanner)["sent"] == 0)
    }

    @Test("it hears nothing, whatever is said to it")
    func deaf() {
        var scanner = opened()
        #expect(scanner.handle(.received(Array("AT+GCAP\r".utf8)), at: now) == [])
    }

    @Test(
        "each fault does what its name says",
        arguments: [
            ("silence", 0, ["A", "B"]), ("cut", 1, ["A", "B"]), ("none", 2, ["A", "B"]), ("overlong", 2, ["A", "B"]),
            ("noise", 2, ["A", "B"]),
        ])
    func faults(fault: String, whole: Int, codes: [String]) {
        var scanner = opened()
        _ = scanner.handle(.told(["fault": .string(fault)]), at: now)
        for code in codes { _ = scanner.handle(.told(["scan": .string(code)]), at: now) }
        #expect(report(&scanner)["sent"] == .integer(whole))
    }

    @Test("a reboot hangs up")
    func reboot() {
        var scanner = opened()
        #expect(scanner.handle(.told(["fault": "reboot"]), at: now) == [.close, .answered(["fault": "reboot"])])
    }

    @Test(
        "what is not understood is answered with what is",
        arguments: [
            "scan", [:], ["scan": ""], ["scan": ["hex": "0"]], ["scans": 0], ["scans": 1_000_001], ["fault": "rain"],
            ["dance": true],
        ] as [JSONValue])
    func refused(_ command: JSONValue) {
        var scanner = opened()
        guard case .answered(let answer) = scanner.handle(.told(command), at: now).first else {
            Issue.record("no answer")
            return
        }
        #expect(answer["error"]?.text?.contains("{\"report\": true}") == true)
    }

    @Test("the driver reads every code of a burst")
    func burst() throws {
        var scanner = opened()
        var driver = LineScanner(settings: try LineScannerSettings(.object([])))
        var read: [Observation] = []
        for case .send(let bytes) in scanner.handle(.told(["scans": 2000]), at: now) {
            #expect(bytes.count < 8192)
            for case .observed(let scans, _) in driver.handle(.received(bytes), at: now) { read += scans }
        }
        #expect(read.count == 2000)
        #expect(read.last == .scan(ScanReading(payload: Array("XF-2000".utf8))))
    }

    @Test("on a cut and delayed line each code arrives once, in order", arguments: 1...10)
    func cutLine(seed: UInt64) throws {
        var scanner = opened()
        var plan = LineFaults.Plan.tcp
        plan.disconnectOneIn = 0
        var line = LineFaults(plan, seed: seed)
        var driver = LineScanner(settings: try LineScannerSettings(.object([])))
        var now = self.now
        var codes: [String] = []
        for _ in 0..<200 {
            for case .send(let bytes) in scanner.handle(.told(["scans": 1]), at: now) {
                line.carry(bytes, at: now.uptime)
            }
            now.uptime += .milliseconds(15)
            codes += arrived(line.deliver(at: now.uptime), &driver, at: now)
        }
        now.uptime += .seconds(1)
        codes += arrived(line.deliver(at: now.uptime), &driver, at: now)
        #expect(codes == (1...200).map { "XF-\($0)" })
    }

    private func arrived(_ deliveries: [LineFaults.Delivery], _ driver: inout LineScanner, at now: Now) -> [String] {
        var codes: [String] = []
        for case .bytes(let bytes) in deliveries {
            for case .observed(let scans, _) in driver.handle(.received(bytes), at: now) {
                for case .scan(let scan) in scans { codes.append(String(decoding: scan.payload, as: UTF8.self)) }
            }
        }
        return codes
    }

    private func opened(_ setup: SimulatedLineScanner.Setup = .init()) -> SimulatedLineScanner {
        var scanner = SimulatedLineScanner(setup: setup)
        _ = scanner.handle(.opened(.serial), at: now)
        return scanner
    }

    private func report(_ scanner: inout SimulatedLineScanner) -> JSONValue {
        guard case .answered(let report) = scanner.handle(.told(["report": true]), at: now).first else { return .null }
        return report
    }
}
