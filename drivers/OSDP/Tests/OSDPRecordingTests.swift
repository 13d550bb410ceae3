import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import OSDPDriver
import OSDPWire
import Testing

@Suite("OSDP sessions")
struct OSDPRecordingTests {
    @Test("a recorded secure session: the driver says byte for byte what was said then, and understands the answers")
    func session() throws {
        let settings: JSONValue = ["address": 1, "poll": "855ms", "feedback": false, "badge": "auto"]
        var line = LoneLine(try reader(settings, secret: ownSecret))
        let replay = DriverReplay(try Recording("Recordings/session.txt"), to: &line, over: .serial)
        #expect(replay.differences == [])
        #expect(replay.observations.map(badge) == ["123-4567", "4E2FFF93", "04A1B2C3D4E5F6", "1234"])
        let codes = replay.effects.compactMap { if case .faulted(let fault) = $0 { fault.code } else { nil } }
        #expect(codes == ["tamper", "tamper-ended"])
        let facts = replay.effects.compactMap { if case .identified(let facts) = $0 { facts } else { nil } }
        #expect(
            facts == [
                DeviceFacts(vendor: "OUI 112233", model: "7 version 1", serial: "168496141", firmware: "1.2.3")
            ])
    }

    @Test("what a card was is told in the reading's own fields")
    func native() throws {
        var line = LoneLine(try reader(["address": 1, "poll": "855ms", "feedback": false], secret: ownSecret))
        let replay = DriverReplay(try Recording("Recordings/session.txt"), to: &line, over: .serial)
        guard case .punch(let punch) = try #require(replay.observations.first) else {
            Issue.record("no punch")
            return
        }
        #expect(
            punch.native == [
                "reader": 0, "format": "wiegand", "bits": 26, "hex": "bd88eb80", "facility": 123, "card": 4567,
                "parity": "right",
            ])
        #expect(punch.method == .card && punch.direction == .unknown)
        #expect(punch.identity == nil && punch.deviceTime == nil)
    }

    @Test(
        "whatever comes, the driver ends its turns, hands over nothing in a session, and holds little",
        arguments: 1...20)
    func hostile(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let known = try Recording("Recordings/session.txt").steps.map(\.bytes)
        var line = LoneLine(try reader(["address": 1], secret: random.oneIn(2) ? ownSecret : nil))
        var now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(10))
        _ = line.handle(.linkOpened(.serial), at: now)
        for _ in 0..<3000 {
            now.uptime += .milliseconds(random.number(in: 0...300))
            var bytes = known[random.number(in: 0...known.count - 1)]
            if random.oneIn(2) { bytes = random.bytes(random.number(in: 1...60)) }
            bytes = repaired(bytes, &random)
            let input: DriverInput = random.oneIn(3) ? .woke : .received(bytes)
            let effects = line.handle(input, at: now)
            #expect(effects.count < 30)
            if effects.contains(where: { if case .abandonLink = $0 { true } else { false } }) {
                _ = line.handle(.linkClosed, at: now)
                _ = line.handle(.linkOpened(.serial), at: now)
            }
            for case .observed(_, let receipt) in effects { _ = line.handle(.recorded(receipt), at: now) }
        }
    }

    /// Bytes of which half get a right check, and a number and address that may be the awaited ones.
    private func repaired(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var body = bytes.first == OSDPFrame.idleByte ? Array(bytes.dropFirst()) : bytes
        guard random.oneIn(2), body.count > 7 else { return bytes }
        body[0] = OSDPFrame.startByte
        body[1] = 0x81
        body[2] = UInt8(body.count)
        body[3] = 0
        body[4] = UInt8(random.number(in: 4...7)) | (random.oneIn(3) ? 8 : 0)
        body[random.number(in: 5...body.count - 1)] = UInt8(random.number(in: 0x40...0x92))
        body = body.dropLast(2)
        return body + OSDPCheck.crc16.bytes(over: body)
    }
}
