import GatehouseBus
import GatehouseModel
import Testing

@Suite("Append rules")
struct AppendRulesTests {
    private let rules = AppendRules(site: "plant")

    @Test(
        "topics of people and of the site's own may be appended; a device's, a module's and unknown ones not",
        arguments: [
            ("leave.granted", nil), ("ext.weather", nil), ("punch.recorded", BusRefusal.Code.forbidden),
            ("kpi.updated", .forbidden), ("ext.", .invalidEvent), ("nobody.knows", .invalidEvent),
        ])
    func topics(topic: String, code: BusRefusal.Code?) {
        let event = event(topic: Topic(rawValue: topic), source: "/sites/plant/clients/hr")
        #expect(rules.refusal(of: event, from: .local)?.code == code)
    }

    @Test(
        "a client with a key speaks under its own name only",
        arguments: [
            ("/sites/plant/clients/hr", true), ("/sites/plant/clients/hr2", false), ("/sites/plant/clients/", false),
            ("/sites/other/clients/hr", false), ("/sites/plant/devices/hr", false), ("hr", false),
        ])
    func ownSource(source: String, isAllowed: Bool) {
        let refusal = rules.refusal(
            of: event(topic: "ext.x", source: source), from: BusClient(name: "hr", role: .publisher))
        #expect(refusal == (isAllowed ? nil : BusRefusal(.forbidden, "source: must be /sites/plant/clients/hr")))
    }

    @Test(
        "without keys any client name of this site is taken",
        arguments: [
            ("/sites/plant/clients/anybody", nil), ("/sites/plant/clients/a/b", BusRefusal.Code.forbidden),
            ("/sites/plant/modules/patrol", .forbidden), ("/sites/default/clients/x", .forbidden), ("x", .invalidEvent),
        ])
    func plainSource(source: String, code: BusRefusal.Code?) {
        #expect(rules.refusal(of: event(topic: "ext.x", source: source), from: .local)?.code == code)
    }

    @Test("a subscriber appends nothing")
    func subscriber() {
        let event = event(topic: "ext.x", source: rules.source(ofClient: "board"))
        #expect(rules.refusal(of: event, from: BusClient(name: "board", role: .subscriber))?.code == .forbidden)
    }

    private func event(topic: Topic, source: String) -> Event {
        Event(
            source: source, id: "1", topic: topic, subject: "",
            time: Timestamp(moment: Moment(milliseconds: 0), offsetSeconds: 0), data: Array("{}".utf8))
    }
}
