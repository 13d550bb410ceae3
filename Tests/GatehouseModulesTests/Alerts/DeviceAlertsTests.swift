import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@Suite("device.offline")
struct OfflineTests {
    @Test("a configured device that has been gone for 60 s is offline until it answers")
    func goneAndBack() {
        var bench = AlertsBench()
        bench.connect("gate", at: .at(0, 6))
        bench.disconnect("gate", at: .at(0, 8))
        bench.wait(until: .at(0, 8, 0, 59))
        #expect(bench.turns.isEmpty)
        bench.connect("gate", at: .at(0, 9))
        #expect(bench.raised("device.offline").map(\.at) == [.at(0, 8, 1)])
        #expect(bench.cleared("device.offline").map(\.at) == [.at(0, 9)])
    }

    @Test("one that answers within 60 s, one that the site does not have, and one of which nothing was said are not")
    func neverOffline() {
        var bench = AlertsBench()
        bench.disconnect("gate", at: .at(0, 8))
        bench.connect("gate", at: .at(0, 8, 0, 59))
        bench.disconnect("stranger", at: .at(0, 8))
        bench.wait(until: .at(3, 0))
        #expect(bench.turns.isEmpty)
    }

    @Test("being told twice that it is gone does not begin the time again")
    func toldTwice() {
        var bench = AlertsBench()
        bench.disconnect("gate", at: .at(0, 8))
        bench.disconnect("gate", at: .at(0, 8, 0, 30))
        bench.wait(until: .at(0, 9))
        #expect(bench.raised("device.offline").map(\.at) == [.at(0, 8, 1)])
    }

    @Test("the time may be set in the site file, and the code turned off")
    func limits() {
        var bench = AlertsBench(.small(alerts: ["device.offline": .limits(["after": .duration(.seconds(600))])]))
        bench.disconnect("gate", at: .at(0, 8))
        bench.wait(until: .at(0, 12))
        #expect(bench.raised("device.offline").map(\.at) == [.at(0, 8, 10)])
        bench.hear("site.updated", .site(.small(alerts: ["device.offline": .off])), at: .at(0, 13))
        #expect(bench.cleared("device.offline").map(\.at) == [.at(0, 13)])
    }

    @Test("a device that the site file drops is told of no more; one that it brings and that is gone is told of")
    func siteChanges() {
        var bench = AlertsBench()
        bench.disconnect("gate", at: .at(0, 8))
        bench.disconnect("new", at: .at(0, 8))
        bench.wait(until: .at(0, 9))
        bench.hear("site.updated", .site(.small(clocks: ["store", "new"])), at: .at(0, 10))
        bench.wait(until: .at(0, 11))
        #expect(bench.cleared("device.offline").map(\.subject) == ["gate"])
        #expect(bench.raised("device.offline").map(\.subject) == ["gate", "new"])
    }
}

@Suite("device.clock_drift")
struct ClockDriftTests {
    @Test("a clock off by more than 30 s is told until it is back within", arguments: [30_001, -30_001])
    func off(milliseconds: Int) {
        var bench = AlertsBench()
        for (hour, offset) in [(8, 30_000), (9, milliseconds), (10, milliseconds * 2), (11, -30_000)] {
            bench.hear(
                "device.clock", .clock(device: "gate", offset: .milliseconds(offset), corrected: false),
                at: .at(0, hour))
            if hour == 10 { #expect(bench.evidence("device.clock_drift") == [3, 4]) }
        }
        #expect(bench.turns.map(\.at) == [.at(0, 9), .at(0, 11)])
    }
}

@Suite("device.clock_rollback")
struct ClockRollbackTests {
    @Test("a newer record stamped more than 5 min before an older one is told for 24 h")
    func setBack() {
        var bench = AlertsBench()
        bench.punch("B1", at: .at(0, 10))
        bench.punch("B2", at: .at(0, 10, 10), time: .at(0, 9, 55))
        #expect(bench.turns.isEmpty)
        bench.punch("B3", at: .at(0, 10, 20), time: .at(0, 9, 54, 59.999))
        bench.wait(until: .at(2, 0))
        #expect(bench.turns.map(\.at) == [.at(0, 10, 20), .at(1, 10, 20)])
    }

    @Test("records that a device kept while it was away are older, not wrong, even between new ones")
    func readOut() {
        var bench = AlertsBench()
        bench.punch("B1", at: .at(0, 8))
        bench.disconnect("gate", at: .at(0, 8, 10))
        bench.connect("gate", at: .at(0, 12))
        bench.punch("B2", at: .at(0, 12, 0, 1))
        bench.punch("B3", at: .at(0, 12, 0, 2), time: .at(0, 9))
        bench.punch("B4", at: .at(0, 12, 0, 3), time: .at(0, 10))
        bench.hear("device.synced", .synced(device: "gate", through: .at(0, 12)), at: .at(0, 12, 1))
        #expect(bench.raised("device.clock_rollback").isEmpty)
        bench.punch("B5", at: .at(0, 12, 2), time: .at(0, 11))
        #expect(bench.raised("device.clock_rollback").count == 1)
    }

    @Test("a clock that went back while it was away shows in the order of what it kept")
    func setBackMeanwhile() {
        var bench = AlertsBench()
        bench.connect("gate", at: .at(0, 12))
        bench.punch("B3", at: .at(0, 12, 0, 2), time: .at(0, 10))
        bench.punch("B4", at: .at(0, 12, 0, 3), time: .at(0, 9))
        #expect(bench.raised("device.clock_rollback").count == 1)
    }

    @Test("one stray date far ahead is told once, not every day")
    func strayDate() {
        var bench = AlertsBench()
        bench.punch("B1", at: .at(0, 8), time: .at(3000, 8))
        for day in 0..<6 { bench.punch("B1", at: .at(day, 9)) }
        #expect(bench.raised("device.clock_rollback").count == 1)
    }
}

@Suite("device.flood")
struct FloodTests {
    @Test("more than 20 events a second for 10 s are a flood, until the rate has fallen for 60 s")
    func flood() {
        var bench = AlertsBench()
        for event in 0..<250 { bench.punch("X", "wedge", at: .at(0, 8, 0, Double(event) / 25)) }
        bench.wait(until: .at(0, 9))
        #expect(bench.raised("device.flood").map(\.subject) == ["wedge"])
        #expect(bench.cleared("device.flood").map(\.at) == [.at(0, 8, 1, 9.96)])
    }

    @Test("20 a second are none, and neither is a heap of events at one moment")
    func noFlood() {
        var bench = AlertsBench()
        for event in 0..<600 { bench.punch("X", "wedge", at: .at(0, 8, 0, Double(event) / 20)) }
        for _ in 0..<500 { bench.punch("X", "wedge", at: .at(0, 9)) }
        bench.wait(until: .at(0, 10))
        #expect(bench.raised("device.flood").isEmpty)
    }

    @Test("a device that is reading out its log gives no flood")
    func readOut() {
        var bench = AlertsBench()
        for event in 0..<2000 {
            bench.punch("X", at: .at(0, 8, 0, Double(event) / 50), time: .at(0, 2, 0, Double(event)))
        }
        #expect(bench.raised("device.flood").isEmpty)
    }
}
