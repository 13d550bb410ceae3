import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AlertsModule

@Suite("The alerts module as a fold")
struct AlertsModuleTests {
    @Test("before a site is heard of nothing happens")
    func noSite() {
        var module = AlertsModule()
        var findings = Findings(cause: 1, clock: .monday)
        let punch = Fact.Punch(device: "gate", badge: "X", direction: .unknown)
        module.hear(
            Fact(
                sequence: 1, id: "1", source: "", topic: "punch.recorded", time: .monday, received: .monday,
                content: .punch(punch)), into: &findings)
        #expect(findings.list.isEmpty)
        #expect(module.nextDeadline == nil)
    }

    @Test("a snapshot at any point changes nothing of what follows", arguments: [1, 7, 13, 101])
    func snapshots(every step: Int) throws {
        var whole = AlertsBench()
        var split = AlertsBench()
        for (number, fact) in Self.life().enumerated() {
            whole.hear(fact)
            split.hear(fact)
            // With a step of 1, only the richest part of the history: the last few hundred events.
            if number % step == 0, step > 1 || number > 3000 { try split.restart() }
        }
        whole.wait(until: .at(45, 0))
        split.wait(until: .at(45, 0))
        #expect(Set(whole.turns.map(\.code)).count >= 8)
        #expect(whole.turns == split.turns)
        #expect(whole.said == split.said)
    }

    @Test("the order of events that come at one moment from different devices changes nothing of what is told")
    func sameMoment() {
        var forward = AlertsBench()
        var backward = AlertsBench()
        for day in 0..<12 {
            let moment = Moment.at(day, 8)
            for (badge, device) in [("B1", "gate"), ("B2", "gate"), ("B3", "store"), ("X", "wedge")] {
                forward.punch(badge, device, at: moment)
            }
            for (badge, device) in [("X", "wedge"), ("B3", "store"), ("B2", "gate"), ("B1", "gate")] {
                backward.punch(badge, device, at: moment)
            }
        }
        #expect(Set(forward.turns) == Set(backward.turns))
        #expect(!forward.turns.isEmpty)
    }

    @Test("nothing that an event says stops it: unknown ids, the first year and the last")
    func hostile() {
        var bench = AlertsBench()
        let (first, last) = (Moment(seconds: -62_135_596_800), Moment(seconds: 253_402_300_799))
        for moment in [first, last, .at(0, 8)] {
            for device in ["gate", "", "nowhere"] {
                bench.punch("B1", device, at: .at(0, 8), time: moment)
                bench.punch("", device, at: .at(0, 8), time: moment)
                bench.hear("device.connected", .connected(device: device, driver: ""), at: .at(0, 8), time: moment)
                bench.hear(
                    "device.disconnected", .disconnected(device: device, reason: ""), at: .at(0, 8), time: moment)
                bench.hear("device.synced", .synced(device: device, through: moment), at: .at(0, 8))
            }
            bench.hear(
                "leave.granted", .leave(Leave(id: "L", person: "?", from: first, to: moment, kind: "")),
                at: .at(0, 8))
            bench.hear("leave.cancelled", .leaveCancelled(leave: "L"), at: .at(0, 8))
            bench.hear("overtime.approved", .overtime(person: "E1", from: first, to: moment), at: .at(0, 8))
            bench.hear(
                "schedule.assigned",
                .assigned(person: "E1", date: CalendarDay(moment, in: .utc), shift: "nothing"), at: .at(0, 8))
        }
        bench.wait(until: .at(3, 0))
        #expect(!bench.turns.isEmpty)
    }

    @Test("bytes that are no snapshot are refused, not believed")
    func brokenSnapshots() throws {
        var bench = AlertsBench()
        for fact in Self.life().prefix(500) { bench.hear(fact) }
        var packer = Packer()
        bench.module.pack(into: &packer)
        for cut in stride(from: 0, to: packer.bytes.count - 1, by: 97) {
            var unpacker = Unpacker(Array(packer.bytes.prefix(cut)))
            #expect(throws: PackProblem.self) { try AlertsModule(from: &unpacker) }
        }
    }

    /// Six weeks in which everything happens.
    static func life() -> [Fact] {
        var list: [Fact] = []
        func add(_ topic: Topic, _ content: Fact.Content, _ received: Moment, time: Moment? = nil) {
            list.append(
                Fact(
                    sequence: Int64(list.count + 2), id: "\(list.count)", source: "", topic: topic,
                    time: time ?? received, received: received, content: content))
        }
        func punch(_ badge: String, _ device: String, _ received: Moment, time: Moment? = nil) {
            add(
                "punch.recorded", .punch(Fact.Punch(device: device, badge: badge, direction: .unknown)), received,
                time: time)
        }
        for day in 0..<42 where day % 7 < 5 {
            for person in 0..<40 where !(day == 37 && person < 30) {
                punch("B\(person)", "gate", .at(day, 7, 30, Double(person * 30 + (day * 7 + person * 13) % 17)))
            }
            if day > 20 { punch("B38", "gate", .at(day, 7, 58)) }
            if day > 20 { punch("B39", "gate", .at(day, 7, 58, 2)) }
            switch day {
            case 3: add("device.disconnected", .disconnected(device: "store", reason: ""), .at(3, 9))
            case 4: add("device.connected", .connected(device: "store", driver: ""), .at(4, 9))
            case 8: punch("X", "store", .at(8, 9), time: .at(8, 10))
            case 9: add("device.clock", .clock(device: "gate", offset: .seconds(90), corrected: false), .at(9, 9))
            case 10: for event in 0..<300 { punch("Y", "wedge", .at(10, 9, 0, Double(event) / 25)) }
            case 15: punch("B1", "store", .at(15, 9), time: .at(15, 7, 31))
            case 36: for person in 0..<39 { punch("B\(person)", "gate", .at(36, 10, person)) }
            default: break
            }
            for index in 0..<6 where day % 2 == 0 {
                let copied = day == 38 ? 30 : day
                let gaps = (0..<index).map { 90 + (copied * 37 + $0 * 53) % 61 }
                let time = Moment.at(day, 22, 5) + .seconds(gaps.reduce(0, +))
                let visit = Fact.Visit(
                    round: "yard@\(day)", route: "yard", checkpoint: "CP\(index + 1)", guardPerson: "E1", time: time,
                    scan: Int64(list.count + 2))
                add("patrol.visited", .visited(visit), time)
            }
            guard day != 40 else { continue }
            for person in 0..<40 { punch("B\(person)", "gate", .at(day, 23, 0, Double(person * 30))) }
        }
        return list.sorted { ($0.received, $0.sequence) < ($1.received, $1.sequence) }
    }
}
