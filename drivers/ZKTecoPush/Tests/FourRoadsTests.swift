import GatehouseDriverKit
import GatehouseModel
import Testing
import ZKTecoPushDriver
import ZKTecoWire

@Suite("One person, one punch, whatever the road")
struct FourRoadsTests {
    static let people: [(userID: String, state: UInt8, verify: UInt8)] = [
        ("10023", 0, 1), ("007", 1, 15), ("A7f-x", 0, 4), ("1", 5, 200), ("000000000000000000000042", 255, 25),
        ("  21", 0, 0), ("Zo\u{EB}", 2, 3),
    ]

    @Test("read from the log, live, pushed and on a stick, a punch has one identity", arguments: people)
    func oneIdentity(userID: String, state: UInt8, verify: UInt8) throws {
        let time = try #require(ZKTime(year: 2026, month: 11, day: 22, hour: 8, minute: 5, second: 9))
        let punch = ZKPunch(uid: 3, userID: userID, time: time, state: state, verify: verify)
        func mark(_ punch: ZKPunch?) throws -> String {
            let punch = try #require(punch)
            return ZKPunchMark(
                userID: punch.userID ?? "", time: punch.time, state: punch.state, verify: punch.verify
            ).identity
        }
        let log = try mark(ZKRecordLayout.forty.read(ZKRecordLayout.forty.bytes(punch)[...]))
        let packet = ZKPacket.event(.punch, data: punch.eventData(.thirtyTwo))
        guard case .punches(let live) = ZKEvent(packet) else {
            Issue.record("no event")
            return
        }
        let line = try #require(AttlogLine(AttlogLine.text(punch).utf8))
        let stick = ZKPunchMark(userID: line.userID, time: line.time, state: line.state, verify: line.verify).identity
        var bench = try PushBench()
        bench.post("cdata?SN=A1&table=ATTLOG", "\(userID)\t2026-11-22 08:05:09\t\(state)\t\(verify)\t0\t0\t0\n")
        let pushed = try #require(bench.readings.first)
        #expect(try mark(live.first) == log)
        #expect(stick == log)
        #expect(pushed.identity == log)
        #expect(pushed.badge == line.userID)
    }

    @Test("a line without status and verification is its own event by push and by stick alike")
    func shortLines() throws {
        let line = try #require(AttlogLine("7\t2026-11-22 08:05:09".utf8))
        var bench = try PushBench()
        bench.post("cdata?SN=A1&table=ATTLOG", "7\t2026-11-22 08:05:09\n")
        #expect(bench.readings.first?.identity == "7/2026-11-22T08:05:09/-/-")
        #expect(
            ZKPunchMark(userID: line.userID, time: line.time, state: line.state, verify: line.verify).identity
                == "7/2026-11-22T08:05:09/-/-")
    }
}
