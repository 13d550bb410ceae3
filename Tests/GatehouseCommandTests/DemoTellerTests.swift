import GatehouseModel
import GatehouseRules
import Testing

@testable import gatehouse

@Suite("The demo's day as it is told")
struct DemoTellerTests {
    @Test(
        "an event becomes a line for people, in either language",
        arguments: [
            (
                Site.Language.chinese, "punch.recorded", ##"{"device":"gate-1-clock","badge":"10001"}"##,
                "08:17  punch.recorded       王建国 在 gate-1-clock 打卡"
            ),
            (
                .english, "punch.recorded", ##"{"device":"gate-1-clock","badge":"10001"}"##,
                "08:17  punch.recorded       王建国 at gate-1-clock"
            ),
            (
                .english, "alert.raised", ##"{"code":"attendance.late","message":"came 17 minutes late"}"##,
                "08:17  attendance.late      ALERT came 17 minutes late"
            ),
            (
                .chinese, "alert.cleared", ##"{"key":"attendance.no_show:E1001 2026-11-24 day","reason":"leave"}"##,
                "08:17  attendance.no_show   解除：王建国 (已请假)"
            ),
            (
                .english, "hazard.closed", ##"{"opened":"2026-11-24T09:22:10Z","closed":"2026-11-24T13:45:30Z"}"##,
                "08:17  hazard.closed        closed, 4 h 23 min after it was found"
            ),
            (
                .english, "device.clock", ##"{"device":"c","offsetMilliseconds":-540515,"corrected":true}"##,
                "08:17  device.clock         c was 9 min slow and has been set"
            ),
        ])
    func line(language: Site.Language, topic: String, data: String, expected: String) {
        var teller = Self.teller(language)
        let told = teller.tell(Self.event(topic, data))
        #expect(told.lines == [expected])
        #expect(!told.isOver)
    }

    @Test(
        "what other lines say already, or says nothing to people, is not told",
        arguments: [
            ("patrol.visited", "{}"), ("reminder.due", "{}"), ("presence.changed", "{}"), ("patrol.missed", "{}"),
            ("attendance.updated", "{}"), ("kpi.updated", "{}"),
            ("device.clock", ##"{"device":"c","offsetMilliseconds":900,"corrected":true}"##),
        ])
    func silent(topic: String, data: String) {
        var teller = Self.teller(.english)
        #expect(teller.tell(Self.event(topic, data)).lines == [])
    }

    @Test("the day's summary is made of the events before it, and the last word on each counts")
    func summary() {
        var teller = Self.teller(.english)
        for (topic, data) in [
            ("attendance.closed", ##"{"person":"E1001","status":["absent"]}"##),
            ("attendance.closed", ##"{"person":"E1001","status":["late"]}"##),
            ("patrol.closed", ##"{"round":"r","missed":["CP03"]}"##),
            ("alert.raised", ##"{"code":"attendance.late"}"##), ("hazard.opened", "{}"),
            (
                "kpi.updated",
                ##"{"kpi":"patrol.completion","period":"2026-11","numerator":14,"denominator":15,"formula":""}"##
            ),
        ] {
            _ = teller.tell(Self.event(topic, data))
        }
        let told = teller.tell(Self.event("ext.handover", ##"{"by":"E1001"}"##))
        #expect(told.isOver)
        #expect(told.lines.contains("  people    1; late: 王建国; on leave: none"))
        #expect(told.lines.contains("  rounds    1; missed: CP03 "))
        #expect(told.lines.contains("  hazards   1 found, 0 closed, after none"))
        #expect(told.lines.contains("  alerts    1, of which 0 have been cleared"))
        #expect(told.lines.contains("  patrol.completion     93.3 %  (14 / 15)"))
    }

    // MARK: A plant with one person

    private static func teller(_ language: Site.Language) -> DemoTeller {
        var teller = DemoTeller(language)
        let person = ##"{"id":"E1001","name":"王建国","badges":["10001"]}"##
        let site = ##"{"site":{"site":"t","timezone":"UTC","people":[\##(person)]}}"##
        _ = teller.tell(event("site.updated", site))
        return teller
    }

    private static func event(_ topic: String, _ data: String) -> Recorded {
        let body = ##"{"subject":"E1001","data":\##(data)}"##
        return Recorded(
            sequence: 1, previous: 0, recorded: Moment(seconds: 1_764_058_620), topic: Topic(rawValue: topic),
            body: Array(body.utf8))
    }
}
