import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import OSDPDriver
import OSDPSimulator
import OSDPWire
import Testing

@Suite("OSDP reader with faults")
struct OSDPFaultTests {
    @Test(
        "with each fault of a reader every card comes once all the same",
        arguments: ["noise", "cut", "bad-crc", "repeats", "late", "none"], [nil, ownSecret])
    func faults(fault: String, secret: String?) throws {
        var line = SharedLine([try reader(secret: secret)], simulated(secret))
        line.run(.seconds(1))
        for number in 1...20 {
            line.say(["fault": .string(fault)])
            line.say(["punch": ["badge": .string("1-\(number)")]])
            line.run(.milliseconds(700))
        }
        line.say(["fault": "none"])
        line.run(.seconds(5))
        #expect(line.badges == (1...20).map { "1-\($0)" })
        #expect(line.seats[0].abandoned == [])
    }

    @Test("on a noisy line every card comes exactly once", arguments: 1...24)
    func noisyLine(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let secret = random.oneIn(2) ? ownSecret : nil
        let plan = LineFaults.Plan(
            delay: .zero...(.milliseconds(16)), splitOneIn: 2, corruptOneIn: [8, 20, 50][random.number(in: 0...2)],
            dropOneIn: [8, 20, 100][random.number(in: 0...2)])
        let drivers = try [
            reader(["check": random.oneIn(3) ? "checksum" : "crc"], secret: secret), reader(["address": 5]),
        ]
        let setups: [SimulatedOSDPReader.Setup] = [.init(key: secret.map { _ in ownKey }), .init(address: 5)]
        var line = SharedLine(
            drivers, SimulatedOSDPLine(setups, cipher: cipher, seed: random.next()), faults: plan, seed: random.next())
        line.run(.seconds(20))
        for number in 1...60 {
            line.say(["punch": ["badge": .string("1-\(number)"), "address": number % 2 == 0 ? 0 : 5]])
            line.run(random.duration(in: .zero...(.seconds(1))))
        }
        line.run(.seconds(120))
        #expect(line.seats[0].observations.map(badge) == stride(from: 2, through: 60, by: 2).map { "1-\($0)" })
        #expect(line.seats[1].observations.map(badge) == stride(from: 1, through: 59, by: 2).map { "1-\($0)" })
        #expect(line.seats.allSatisfy { $0.frames.bad > 0 })
    }

    @Test("a cut line: offline after 8 s, back soon after it is mended, and what was read meanwhile is marked late")
    func cutLine() throws {
        var line = SharedLine([try reader(secret: ownSecret)], simulated(ownSecret))
        line.run(.seconds(1))
        line.isCut = true
        line.run(.seconds(7))
        #expect(line.seats[0].isAnnounced)
        line.run(.seconds(3))
        #expect(!line.seats[0].isAnnounced)
        #expect(line.seats[0].abandoned == [.silent])
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(20))
        line.isCut = false
        #expect(line.run(upTo: .seconds(6)) { $0.seats[0].isAnnounced && $0.badges == ["1-1"] })
        line.run(.seconds(1))
        line.say(["punch": ["badge": "1-2"]])
        line.run(.seconds(1))
        let gaps = line.seats[0].observations.map { observation -> Int? in
            guard case .punch(let punch) = observation else { return nil }
            return punch.native["afterGapMilliseconds"]?.integer
        }
        #expect((25_000...40_000).contains(gaps.first.flatMap { $0 } ?? 0))
        #expect(gaps.count == 2 && gaps[1] == nil)
    }

    @Test("a line that is cut before the first poll was answered leaves a gap too")
    func earlyCut() throws {
        let slow = LineFaults.Plan(delay: .milliseconds(30)...(.milliseconds(30)))
        var line = SharedLine([try reader()], simulated(nil), faults: slow)
        #expect(line.run(upTo: .seconds(1)) { $0.seats[0].isAnnounced })
        line.isCut = true
        #expect(line.report()["polls"] == 0)
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(30))
        line.isCut = false
        #expect(line.run(upTo: .seconds(10)) { $0.badges == ["1-1"] })
        guard case .punch(let punch) = line.seats[0].observations[0] else {
            Issue.record("no punch")
            return
        }
        #expect(punch.native["afterGapMilliseconds"]?.integer ?? 0 > 25_000)
    }

    @Test("a short cut is bridged: no card is lost or doubled, and nobody hears of it", arguments: [nil, ownSecret])
    func shortCut(secret: String?) throws {
        var line = SharedLine([try reader(secret: secret)], simulated(secret))
        line.run(.seconds(1))
        for number in 1...20 {
            line.say(["punch": ["badge": .string("1-\(number)")]])
            line.run(.milliseconds(number * 3))
            line.isCut = true
            line.run(.seconds(5))
            line.isCut = false
            line.run(.seconds(3))
        }
        #expect(line.badges == (1...20).map { "1-\($0)" })
        #expect(line.seats[0].abandoned == [])
        #expect(line.report()["sessions"] == (secret == nil ? 0 : 1))
    }

    @Test("an unanswered question is asked again byte for byte")
    func retries() throws {
        var line = SharedLine([try reader(secret: ownSecret)], simulated(ownSecret))
        line.run(.seconds(1))
        line.isCut = true
        let before = line.sent.count
        line.run(.seconds(6))
        let repeated = line.sent[before...].dropFirst()
        #expect(repeated.count >= 5)
        #expect(Set(repeated).count == 1)
    }

    @Test("a busy reader is asked the same again, and stays connected")
    func busy() throws {
        var line = SharedLine([try reader(secret: ownSecret)], simulated(ownSecret))
        line.run(.seconds(1))
        line.say(["fault": "busy"])
        line.say(["punch": ["badge": "1-1"]])
        let before = line.sent.count
        line.run(.seconds(20))
        #expect(Set(line.sent[before...].dropFirst()).count == 1)
        #expect(line.badges == [])
        line.say(["fault": "none"])
        line.run(.seconds(1))
        #expect(line.badges == ["1-1"])
        #expect(line.report()["sessions"] == 1)
        #expect(line.seats[0].abandoned == [])
    }

    @Test("a reader that restarts is found again at once, with a new session", arguments: [nil, ownSecret])
    func reboot(secret: String?) throws {
        var line = SharedLine([try reader(secret: secret)], simulated(secret))
        line.run(.seconds(1))
        line.say(["fault": "reboot"])
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(1))
        #expect(line.badges == ["1-1"])
        #expect(line.seats[0].abandoned == [])
        #expect(line.report()["secure"] == .bool(secret != nil))
    }

    @Test("a session that the reader has forgotten is made anew, and no card is lost")
    func sessionLoss() throws {
        var line = SharedLine([try reader(["poll": "5s"], secret: ownSecret)], simulated(ownSecret))
        line.run(.seconds(2))
        // One lost answer on a slow poll, and the reader has heard nothing for more than 8 s.
        line.isCut = true
        line.run(.milliseconds(7900))
        line.isCut = false
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(30))
        #expect(line.badges == ["1-1"])
    }

    @Test("a reader that carries repetitions out anew loses a card at worst, and is found again")
    func noRepeats() throws {
        let setup = SimulatedOSDPReader.Setup(key: ownKey, repeats: false)
        var line = SharedLine([try reader(secret: ownSecret)], SimulatedOSDPLine([setup], cipher: cipher))
        line.run(.seconds(1))
        line.say(["fault": "cut"])
        line.run(.seconds(2))
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(2))
        #expect(line.badges == ["1-1"])
        #expect(line.report()["sessions"] == 2)
        #expect(line.seats[0].abandoned == [])
    }

    private func simulated(_ secret: String?) -> SimulatedOSDPLine {
        SimulatedOSDPLine([.init(key: secret.map { _ in ownKey })], cipher: cipher)
    }
}
