import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import OSDPDriver
import OSDPSimulator
import OSDPWire
import Testing

@Suite("OSDP reader in the secure channel")
struct OSDPSecureTests {
    let master = "00112233445566778899aabbccddeeff"

    @Test("with its own key everything goes through the secure channel")
    func own() throws {
        var line = line(try reader(secret: ownSecret), .init(key: ownKey, isEnforced: true))
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(1))
        #expect(line.badges == ["1-1"])
        #expect(line.report()["secure"] == true)
        let open = line.sent.compactMap { OSDPFrame($0.dropFirst()) }.filter { $0.security == nil }.map(\.code)
        #expect(open == [OSDPCommand.identify.code, OSDPCommand.capabilities.code])
    }

    @Test("a key made from the master key serves as well")
    func fromMaster() throws {
        let client: [UInt8] = [0x51, 0x4D, 0, 7, 9, 0, 0, 0]
        let masterBytes = (0..<16).map { UInt8($0 * 17) }
        let key = OSDPSessionKeys.derived(fromMaster: masterBytes, client: client, cipher: cipher)
        var line = line(try reader(["key": "master"], secret: master), .init(key: key, serial: 9))
        line.run(.seconds(1))
        #expect(line.seats[0].isAnnounced)
        #expect(line.report()["secure"] == true)
    }

    @Test("a wrong key is told, nothing is taken from the reader, and it is left alone for a while")
    func wrongKey() throws {
        var line = line(try reader(secret: ownSecret), .init(key: Array(2...17)))
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(200))
        #expect(line.badges == [])
        #expect(!line.seats[0].isAnnounced)
        #expect(line.seats[0].faults.map(\.code) == ["wrong-key"])
        #expect(line.seats[0].abandoned == [.refused])
        #expect(line.report()["polls"] == 0)
    }

    @Test(
        "once a key is known there is no falling back: not for a new reader, not for one without secure channel",
        arguments: [SimulatedOSDPReader.Setup(), .init(hasSecureChannel: false)])
    func noFallBack(setup: SimulatedOSDPReader.Setup) throws {
        var line = line(try reader(secret: ownSecret), setup)
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(100))
        #expect(line.badges == [])
        #expect(line.report()["polls"] == 0)
        #expect(line.seats[0].abandoned == [.refused])
        #expect(line.report()["key"] == false)
    }

    @Test("in install mode a new reader gets its own key, and is used with that alone", arguments: [false, true])
    func install(isMaster: Bool) throws {
        let settings: JSONValue = ["install": true, "key": isMaster ? "master" : "own"]
        var line = line(try reader(settings, secret: isMaster ? master : ownSecret), .init(serial: 9))
        line.say(["punch": ["badge": "1-1"]])
        line.run(.seconds(2))
        #expect(line.badges == ["1-1"])
        #expect(line.report()["key"] == true)
        #expect(line.report()["sessions"] == 2)
        #expect(line.seats[0].faults.map(\.code) == ["install-mode"])
        // The key never travels in the open.
        let key = isMaster ? nil : ownKey
        #expect(!line.sent.contains { frame in key.map { frame.contains($0) } ?? false })
    }

    @Test("in install mode a reader that has its key already is not touched")
    func installedBefore() throws {
        var line = line(try reader(["install": true], secret: ownSecret), .init(key: ownKey))
        line.run(.seconds(2))
        #expect(line.report()["sessions"] == 1)
        #expect(line.seats[0].faults.map(\.code) == ["install-mode"])
    }

    @Test("in install mode on a line that loses answers the reader ends up with its key", arguments: 1...20)
    func installWithLosses(seed: Int) throws {
        let plan = LineFaults.Plan(delay: .zero...(.milliseconds(10)), dropOneIn: 4)
        var line = SharedLine(
            [try reader(["install": true], secret: ownSecret)],
            SimulatedOSDPLine([.init()], cipher: cipher, seed: UInt64(seed)), faults: plan, seed: UInt64(seed))
        #expect(line.run(upTo: .seconds(900)) { $0.seats[0].isAnnounced })
        #expect(line.report()["key"] == true)
    }

    @Test("in install mode a reader with somebody else's key is told")
    func installRefused() throws {
        var line = line(try reader(["install": true], secret: ownSecret), .init(key: Array(2...17)))
        line.run(.seconds(10))
        #expect(line.seats[0].faults.map(\.code) == ["wrong-key"])
        #expect(line.seats[0].abandoned == [.refused])
    }

    @Test("a reader that speaks only through the secure channel, and no key known, is told")
    func secureOnly() throws {
        var line = line(try reader(), .init(key: ownKey, isEnforced: true))
        line.run(.seconds(10))
        #expect(line.seats[0].faults.map(\.code) == ["secure-only"])
        #expect(line.seats[0].abandoned == [.refused])
    }

    @Test("a card in the open within a session is not believed, and the session is made anew")
    func openWithinSession() throws {
        var line = line(try reader(secret: ownSecret), .init(key: ownKey))
        line.run(.seconds(1))
        // The reader says nothing, so that somebody else can.
        line.say(["fault": "silence"])
        line.run(.milliseconds(200))
        let command = try #require(line.sent.last.flatMap { OSDPFrame($0.dropFirst()) })
        let card = OSDPWiegand.h10301.card(facility: 6, card: 6)
        let forged = OSDPFrame(
            address: 0, isReply: true, sequence: command.sequence, code: 0x50, data: card.data)
        line.play(.received(forged.bytes), 0)
        line.say(["fault": "none"])
        line.run(.seconds(3))
        #expect(line.badges == [])
        #expect(line.report()["sessions"] == 2)
    }

    @Test("another reader in its place is told by its serial number")
    func serials() throws {
        var line = line(try reader(serial: "4711"), .init(serial: 4712))
        line.run(.seconds(1))
        #expect(line.seats[0].faults.map(\.code) == ["wrong-serial"])
        #expect(line.seats[0].abandoned == [.refused])
    }

    private func line(_ driver: OSDPReader, _ setup: SimulatedOSDPReader.Setup) -> SharedLine {
        SharedLine([driver], SimulatedOSDPLine([setup], cipher: cipher))
    }
}
