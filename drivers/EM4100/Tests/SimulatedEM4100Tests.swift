import EM4100Driver
import EM4100Simulator
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing

@Suite("Simulated EM4100 reader")
struct SimulatedEM4100Tests {
    var now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero)

    @Test("an RDM6300 repeats while the card is near, an ID-12 does not", arguments: [(true, 4), (false, 1)])
    mutating func repeats(repeats: Bool, frames: Int) {
        var reader = opened(SimulatedEM4100.Setup(repeats: repeats))
        var effects = reader.handle(.told(["card": "010063E9AE", "near": 200]), at: now)
        var sent = effects.count { if case .send = $0 { true } else { false } }
        while case .wake(let delay)? = effects.first(where: { if case .wake = $0 { true } else { false } }) {
            now.uptime += delay
            effects = reader.handle(.woke, at: now)
            sent += effects.count { if case .send = $0 { true } else { false } }
        }
        #expect(sent == frames)
        #expect(now.uptime <= .milliseconds(200))
    }

    @Test(
        "each fault costs what its name says", arguments: [("silence", 0), ("cut", 1), ("checksum", 1), ("noise", 2)])
    func faults(fault: String, whole: Int) {
        var reader = opened(SimulatedEM4100.Setup(repeats: false))
        _ = reader.handle(.told(["fault": .string(fault)]), at: now)
        for card in ["010063E9AE", "100086F444"] { _ = reader.handle(.told(["card": .string(card)]), at: now) }
        #expect(report(&reader)["frames"] == .integer(whole))
    }

    @Test("a reboot hangs up, and a closed line is spoken to by nobody")
    func reboot() {
        var reader = opened()
        #expect(reader.handle(.told(["fault": "reboot"]), at: now) == [.close, .answered(["fault": "reboot"])])
        #expect(reader.handle(.received([1]), at: now) == [])
        _ = reader.handle(.closed, at: now)
        let effects = reader.handle(.told(["card": "010063E9AE", "near": 10]), at: now)
        #expect(effects == [.answered(["card": "010063E9AE", "sent": false])])
    }

    @Test(
        "what is not understood is answered with what is",
        arguments: [
            "card", [:], ["card": "0100"], ["card": "010063E9AE", "near": 0], ["fault": "rain"], ["dance": true],
        ] as [JSONValue])
    func refused(_ command: JSONValue) {
        var reader = opened()
        guard case .answered(let answer) = reader.handle(.told(command), at: now).first else {
            Issue.record("no answer")
            return
        }
        #expect(answer["error"]?.text?.contains("{\"report\": true}") == true)
    }

    @Test("on a line that cuts and delays, each presentation is one reading", arguments: 1...20 as ClosedRange<UInt64>)
    func cutLine(seed: UInt64) throws {
        #expect(try played(seed, LineFaults.Plan(delay: .zero...(.milliseconds(16)), splitOneIn: 2)) == 40)
    }

    @Test("on a line that damages bytes, none is invented and few are lost", arguments: 1...20 as ClosedRange<UInt64>)
    func noisyLine(seed: UInt64) throws {
        let plan = LineFaults.Plan(
            delay: .zero...(.milliseconds(16)), splitOneIn: 2, corruptOneIn: 10, dropOneIn: 20)
        #expect((36...40).contains(try played(seed, plan)))
    }

    @Test("at simulated sites, with lines that lose bytes and a gateway that crashes, the house's rules hold")
    func sites() {
        for seed in 1...40 as ClosedRange<UInt64> {
            var world = World(
                seed: seed, families: [EM4100.family], simulated: [SimulatedEM4100.family],
                plan: World.Plan(stations: 1...3, trouble: .seconds(60)))
            do throws(BrokenInvariant) { try world.run() } catch { Issue.record("\(error)") }
        }
    }

    /// Twenty people with two cards each at a reader of either kind; how many readings came, none of them of another
    /// card.
    private func played(_ seed: UInt64, _ plan: LineFaults.Plan) throws -> Int {
        var random = SplitMix64(seed: seed)
        var reader = opened(SimulatedEM4100.Setup(repeats: true, isLowerCase: random.oneIn(2)))
        var driver = EM4100(role: .patrol, settings: try EM4100Settings(.object([])))
        var line = LineFaults(plan, seed: seed)
        var now = self.now
        var wake: Duration?
        var codes: [String] = []
        for person in 0..<40 {
            let card = person % 2 == 0 ? "010063E9AE" : "100086F444"
            var effects = reader.handle(.told(["card": .string(card), "near": 400]), at: now)
            let end = now.uptime + .seconds(2)
            while now.uptime < end {
                for effect in effects {
                    if case .send(let bytes) = effect { line.carry(bytes, at: now.uptime) }
                    if case .wake(let delay) = effect { wake = now.uptime + delay }
                }
                now.uptime += .milliseconds(5)
                codes += arrived(line.deliver(at: now.uptime), &driver, at: now)
                effects = []
                if let due = wake, due <= now.uptime {
                    wake = nil
                    effects = reader.handle(.woke, at: now)
                }
            }
        }
        #expect(Set(codes).isSubset(of: ["010063E9AE", "100086F444"]))
        return codes.count
    }

    private func arrived(_ deliveries: [LineFaults.Delivery], _ driver: inout EM4100, at now: Now) -> [String] {
        var codes: [String] = []
        for case .bytes(let bytes) in deliveries {
            for case .observed(let readings, _) in driver.handle(.received(bytes), at: now) {
                for case .scan(let scan) in readings { codes.append(String(decoding: scan.payload, as: UTF8.self)) }
            }
        }
        return codes
    }

    private func opened(_ setup: SimulatedEM4100.Setup = .init()) -> SimulatedEM4100 {
        var reader = SimulatedEM4100(setup: setup)
        _ = reader.handle(.opened(.serial), at: now)
        return reader
    }

    private func report(_ reader: inout SimulatedEM4100) -> JSONValue {
        guard case .answered(let report) = reader.handle(.told(["report": true]), at: now).first else { return .null }
        return report
    }
}
