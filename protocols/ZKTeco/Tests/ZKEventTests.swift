import Testing
import ZKTecoWire

@Suite("ZKTeco live events")
struct ZKEventTests {
    let punch: ZKPunch

    init() throws {
        let time = try #require(ZKTime(year: 2026, month: 11, day: 22, hour: 8, minute: 30))
        punch = ZKPunch(uid: 7, userID: "10023", time: time, state: 1, verify: 4)
    }

    @Test("a published punch event is read as published")
    func published() throws {
        let vector = try #require(Vector.named("rt-att-zkp").first)
        let (packet, _) = try #require(ZKPacket.read(vector.bytes[...]))
        let time = try #require(vector.time)
        let expected = ZKPunch(userID: "999111333", time: time, state: 0, verify: 1)
        #expect(ZKEvent(packet) == .punches([expected]))
    }

    @Test("P14: the event of a face terminal says face, not state 15")
    func publishedFace() throws {
        let vector = try #require(Vector.named("rt-att-face").first)
        let expected = ZKPunch(userID: "1140064", time: try #require(vector.time), state: 0, verify: 15)
        #expect(ZKEvent(.event(.punch, data: vector.bytes)) == .punches([expected]))
    }

    @Test("a finger score is no punch")
    func publishedScore() throws {
        let vector = try #require(Vector.named("rt-fpftr").first)
        let (packet, _) = try #require(ZKPacket.read(vector.bytes[...]))
        #expect(ZKEvent(packet) == .other(.fingerScore, [100]))
    }

    @Test("each form is read, alone and several in one packet", arguments: ZKEvent.Form.allCases, [1, 2, 3])
    func forms(form: ZKEvent.Form, count: Int) {
        let data = (0..<count).flatMap { _ in punch.eventData(form) }
        guard case .punches(let punches) = ZKEvent(.event(.punch, data: data)) else {
            Issue.record("\(data.count) bytes were no punches")
            return
        }
        let hasUID = form == .ten || form == .fourteen
        var expected = punch
        expected.uid = hasUID ? 7 : nil
        expected.userID = hasUID ? nil : "10023"
        #expect(punches == [ZKPunch](repeating: expected, count: count))
    }

    @Test("the high half of a short form's state is a mark of its own")
    func validMark() {
        var data = punch.eventData(.ten)
        data[3] |= 0x10
        guard case .punches(let punches) = ZKEvent(.event(.punch, data: data)) else {
            Issue.record("no punch")
            return
        }
        #expect(punches.first?.state == 1)
    }

    @Test("an unknown longer form begins as the usual one", arguments: [33, 41, 60, 71])
    func longer(count: Int) {
        let data = punch.eventData(.thirtyTwo) + [UInt8](repeating: 0xEE, count: count - 32)
        var expected = punch
        expected.uid = nil
        #expect(ZKEvent(.event(.punch, data: data)) == .punches([expected]))
    }

    @Test("an unknown shorter form is kept raw", arguments: [1, 9, 11, 13, 31])
    func shorter(count: Int) {
        let data = [UInt8](repeating: 0xEE, count: count)
        #expect(ZKEvent(.event(.punch, data: data)) == .unknownForm(data))
    }

    @Test("an empty event is a failed verification")
    func empty() {
        #expect(ZKEvent(.event(.punch, data: [])) == .other(.punch, []))
    }
}
