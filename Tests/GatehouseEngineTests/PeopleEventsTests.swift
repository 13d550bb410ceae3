import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("What people and other systems append")
struct PeopleEventsTests {
    @Test(
        "a whole event passes",
        arguments: [
            ("schedule.assigned", #"{"person":"E1001","date":"2026-11-22","shift":null,"by":"hr"}"#),
            (
                "leave.granted",
                #"{"leave":"L1","person":"E1","from":"2026-11-22T00:00:00Z","#
                    + #""to":"2026-11-23T00:00:00Z","kind":"a","by":"b"}"#
            ),
            ("punch.corrected", #"{"person":"E1","add":"2026-11-22T08:00:00+08:00","reason":"forgot","by":"hr"}"#),
            ("punch.corrected", #"{"person":"E1","void":"10023/x","reason":"double","by":"hr"}"#),
            (
                "visit.waived",
                #"{"round":"night-fire@2026-11-22T22:00:00+08:00","checkpoint":"CP01","reason":"locked","by":"so"}"#
            ),
            ("measure.recorded", #"{"measure":"onboarding.days","value":2.5,"period":"2026-Q4","department":null}"#),
            ("incident.recorded", #"{"incident":"I1","loss":"1200.50"}"#),
            ("ext.canteen", #"{"anything":[1,2,3]}"#),
        ])
    func whole(topic: String, data: String) {
        #expect(PeopleEvents.problem(in: event(topic, data)) == nil)
    }

    @Test(
        "what is missing or of another form is named",
        arguments: [
            ("schedule.assigned", #"{"person":"E1001","date":"2026-2-30","shift":null,"by":"hr"}"#, "data.date"),
            ("schedule.assigned", #"{"person":"E 1","date":"2026-11-22","shift":null,"by":"hr"}"#, "data.person"),
            ("schedule.assigned", #"{"person":"E1","date":"2026-11-22","by":"hr"}"#, "data.shift"),
            ("leave.cancelled", #"{}"#, "data.leave"),
            ("leave.cancelled", #"{"leave":"L1","from":"noon"}"#, "data.from"),
            (
                "overtime.approved",
                #"{"person":"E1","from":"2026-11-22T20:00:00Z","to":"2026-11-22T18:00:00Z","by":"b"}"#, "data.to"
            ),
            ("punch.corrected", #"{"person":"E1","reason":"x","by":"hr"}"#, "data.add"),
            (
                "punch.corrected",
                #"{"person":"E1","reason":"x","by":"hr","void":"a","add":"2026-11-22T08:00:00Z"}"#, "data.add"
            ),
            ("visit.waived", #"{"round":"night-fire","checkpoint":"CP01","reason":"x","by":"so"}"#, "data.round"),
            ("hazard.reported", #"{"severity":"major","by":"E1"}"#, "data.checkpoint"),
            ("hazard.submitted", #"{"hazard":"","by":"E1"}"#, "data.hazard"),
            ("measure.recorded", #"{"measure":"m","value":"much"}"#, "data.value"),
            ("measure.recorded", #"{"measure":"m","value":1,"period":"2026-13"}"#, "data.period"),
            ("incident.recorded", #"{"incident":"I1","loss":true}"#, "data.loss"),
            ("site.updated", #"{"site":[],"sha256":"00"}"#, "data.site"),
        ])
    func refused(topic: String, data: String, field: String) {
        #expect(PeopleEvents.problem(in: event(topic, data))?.field == field)
    }

    @Test("every topic that people write has its rules", arguments: Topic.all[.people] ?? [])
    func complete(topic: Topic) {
        #expect(PeopleEvents.problem(in: event(topic.rawValue, "{}")) != nil)
    }

    private func event(_ topic: String, _ data: String) -> Event {
        Event(
            source: "/sites/sh1/clients/hr", id: "1", topic: Topic(rawValue: topic), subject: "x",
            time: Timestamp(Moment(seconds: 0), in: .utc), data: Array(data.utf8))
    }
}
