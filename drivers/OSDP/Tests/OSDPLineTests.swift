import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import OSDPDriver
import OSDPSimulator
import OSDPWire
import Testing

@Suite("OSDP reader on its simulated line")
struct OSDPLineTests {
    @Test("a reader is announced, its cards are punches, and it shows green for a person who is known")
    func punches() throws {
        var line = SharedLine([try reader()], simulated([.init()]))
        line.run(.seconds(1))
        #expect(line.seats[0].facts?.serial == "1")
        #expect(line.seats[0].facts?.vendor == "OUI 514D00")
        line.say(["punch": ["badge": "123-4567"]])
        line.run(.seconds(1))
        #expect(line.badges == ["123-4567"])
        #expect(line.report()["led"] == "0000020201020014000000000000")
        #expect(line.report()["beeps"] == 1)
        #expect(line.seats[0].faults == [])
    }

    @Test("a badge that is nobody's is shown red with three beeps")
    func unknown() throws {
        var line = SharedLine([try reader()], simulated([.init()]))
        line.isKnown = { _ in false }
        line.say(["punch": ["badge": "123-4567"]])
        line.run(.seconds(1))
        #expect(line.badges == ["123-4567"])
        #expect(line.report()["led"] == "0000020201010014000000000000")
        #expect(line.report()["beeps"] == 3)
    }

    @Test("nothing is shown before the disk has it, and nothing when that takes too long")
    func fullDisk() throws {
        var line = SharedLine([try reader()], simulated([.init()]))
        line.run(.seconds(1))
        line.isDiskFull = true
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(2))
        #expect(line.report()["led"] == "")
        line.isDiskFull = false
        line.run(.seconds(1))
        #expect(line.report()["led"] != "")
        line.isDiskFull = true
        line.say(["punch": ["badge": "1-2"]])
        line.run(.seconds(10))
        let beeps = line.report()["beeps"]
        line.isDiskFull = false
        line.run(.seconds(1))
        #expect(line.report()["beeps"] == beeps)
    }

    @Test("while the disk is full the reader keeps its events and its session")
    func keepsBack() throws {
        var line = SharedLine([try reader([:], secret: ownSecret)], simulated([.init(key: ownKey)]))
        line.run(.seconds(1))
        line.isDiskFull = true
        for number in 1...40 { line.say(["punch": ["badge": .string("1-\(number)")]]) }
        line.run(.seconds(60))
        #expect(line.badges.count == 16)
        #expect(line.report()["sessions"] == 1)
        line.isDiskFull = false
        line.run(.seconds(10))
        #expect(line.badges == (1...40).map { "1-\($0)" })
    }

    @Test("keys are joined until enter or a pause, and a star begins anew")
    func keys() throws {
        var line = SharedLine([try reader()], simulated([.init()]))
        line.say(["keys": "12"])
        line.say(["keys": "34#5"])
        line.say(["keys": "6*789"])
        line.run(.seconds(1))
        #expect(line.badges == ["1234"])
        line.run(.seconds(4))
        #expect(line.badges == ["1234", "789"])
        guard case .punch(let punch) = line.seats[0].observations[1] else {
            Issue.record("no punch")
            return
        }
        #expect(punch.method == .pin)
        #expect(punch.identity == nil)
        #expect(punch.native == ["reader": 0, "ended": "pause"])
    }

    @Test("at a patrol's reader cards are scans")
    func patrol() throws {
        var line = SharedLine([try reader(role: .patrol)], simulated([.init()]))
        line.say(["card": ["hex": "04a1b2c3d4e5f6"]])
        line.run(.seconds(1))
        guard case .scan(let scan) = line.seats[0].observations.first else {
            Issue.record("no scan")
            return
        }
        #expect(scan.payload == Array("04A1B2C3D4E5F6".utf8))
        #expect(scan.identity == nil && scan.deviceTime == nil)
    }

    @Test("an opened housing and failing power are faults, once each, and so is their end")
    func states() throws {
        var line = SharedLine([try reader()], simulated([.init()]))
        for _ in 0..<2 {
            line.say(["tamper": true])
            line.run(.seconds(70))
        }
        line.say(["tamper": false])
        line.say(["power": true])
        line.run(.seconds(1))
        line.say(["power": false])
        line.run(.seconds(1))
        #expect(line.seats[0].faults.map(\.code) == ["tamper", "tamper-ended", "power-failure", "power-restored"])
    }

    @Test("readers on one line get the same share each, and cards of all of them are told apart")
    func shares() throws {
        let setups = (0..<8).map { SimulatedOSDPReader.Setup(address: UInt8($0), serial: UInt32($0)) }
        let drivers = try (0..<8).map { try reader(["address": .integer($0), "poll": "20ms"]) }
        var line = SharedLine(drivers, simulated(setups))
        line.run(.seconds(2))
        for address in 0..<8 {
            line.say(["punch": ["badge": .string("\(address)-7"), "address": .integer(address)]])
        }
        line.run(.seconds(10))
        #expect(line.seats.map { $0.observations.map(badge) } == (0..<8).map { ["\($0)-7"] })
        let turns = line.seats.map(\.turns)
        #expect((turns.max() ?? 0) - (turns.min() ?? 0) < 20)
        #expect((turns.min() ?? 0) > 250)
    }

    @Test("a dead reader costs the others little")
    func deadNeighbour() throws {
        let drivers = try (0..<4).map { try reader(["address": .integer($0)]) }
        var line = SharedLine(drivers, simulated((0..<3).map { .init(address: UInt8($0)) }))
        line.run(.seconds(60))
        #expect(line.seats[3].faults.map(\.code) == ["no-answer"])
        #expect(line.seats[3].turns < 20)
        #expect(line.seats[..<3].allSatisfy { $0.turns > 450 })
    }

    @Test("one chatty reader does not keep the line")
    func chatty() throws {
        let drivers = try (0..<2).map { try reader(["address": .integer($0)]) }
        var line = SharedLine(drivers, simulated((0..<2).map { .init(address: UInt8($0)) }))
        line.run(.seconds(1))
        let before = line.seats[1].turns
        for number in 1...200 { line.say(["punch": ["badge": .string("1-\(number)"), "address": 0]]) }
        line.run(.seconds(5))
        #expect(line.seats[0].observations.count > 190)
        #expect(line.seats[1].turns - before > 40)
    }

    @Test("what others say to each other on the line is none of our business")
    func foreign() throws {
        var line = SharedLine([try reader(["address": 1])], simulated([.init(address: 0), .init(address: 1)]))
        line.run(.seconds(1))
        for address in [UInt8(0), 1] {
            let card = OSDPWiegand.h10301.card(facility: 9, card: 9)
            for isReply in [false, true] where !(isReply && address == 1) {
                let frame = OSDPFrame(
                    address: address, isReply: isReply, sequence: 1, code: 0x50, data: card.data)
                line.play(.received(frame.bytes), 0)
            }
        }
        line.run(.seconds(1))
        #expect(line.badges == [])
    }

    private func simulated(_ setups: [SimulatedOSDPReader.Setup]) -> SimulatedOSDPLine {
        SimulatedOSDPLine(setups, cipher: cipher)
    }
}
