import GatehouseModel
import Testing

@Suite("punch.buddy")
struct BuddyPunchTests {
    @Test("one hand with two cards, day after day, is told on the eighth date")
    func fraud() {
        var bench = AlertsBench()
        for day in 0..<7 { bench.arrive(["B1", "B2"], apart: 2, on: day) }
        #expect(bench.turns.isEmpty)
        bench.arrive(["B2", "B1"], apart: 2, on: 7)
        #expect(bench.raised("punch.buddy").map(\.subject) == ["E1+E2"])
        #expect(bench.evidence("punch.buddy") == Array(2...17))
    }

    @Test("bus mates, who come within seconds of each other every day, are no fraud")
    func busMates() {
        var bench = AlertsBench()
        for day in 0..<60 {
            // The queue is another one every day: neighbours are 3 s apart or less on four dates in ten.
            bench.arrive(["B1", "B2", "B3"], apart: day % 5 < 2 ? 2.5 : 4.5, on: day)
        }
        #expect(bench.turns.isEmpty)
    }

    @Test("people who are together on a few dates only, and apart on others, are no fraud")
    func fewDates() {
        var bench = AlertsBench()
        for day in 0..<60 { bench.arrive(["B1", "B2"], apart: day % 4 == 0 ? 1 : 300, on: day) }
        #expect(bench.turns.isEmpty)
    }

    @Test("it is over after 10 dates in a row on which both punched there without it")
    func over() {
        var bench = AlertsBench()
        for day in 0..<8 { bench.arrive(["B1", "B2"], apart: 2, on: day) }
        bench.arrive(["B1"], apart: 0, on: 8)
        for day in 9..<19 { bench.arrive(["B1", "B2"], apart: 400, on: day) }
        #expect(bench.cleared("punch.buddy").isEmpty)
        bench.wait(until: .at(19, 0, 1))
        #expect(bench.cleared("punch.buddy").map(\.at) == [.at(19, 0)])
    }

    @Test("the nearest punches of a date count, whenever they were received")
    func late() {
        var bench = AlertsBench()
        for day in 0..<8 {
            bench.punch("B1", at: .at(day, 7, 50))
            bench.punch("B2", at: .at(day, 9), time: .at(day, 7, 50, -3))
            bench.punch("B2", at: .at(day, 16))
        }
        #expect(bench.raised("punch.buddy").map(\.at) == [.at(7, 9)])
    }

    @Test("each device for itself, and badges that belong to nobody are nobody's")
    func devices() {
        var bench = AlertsBench()
        for day in 0..<20 { bench.arrive(["B1", "B2"], apart: 2, on: day, at: day % 2 == 0 ? "gate" : "wedge") }
        #expect(bench.raised("punch.buddy").count == 2)
        var other = AlertsBench()
        for day in 0..<20 { other.arrive(["B1", "X"], apart: 2, on: day) }
        #expect(other.raised("punch.buddy").isEmpty)
    }
}

extension AlertsBench {
    /// They come one after the other in the morning.
    fileprivate mutating func arrive(_ badges: [String], apart: Double, on day: Int, at device: String = "gate") {
        for (index, badge) in badges.enumerated() {
            punch(badge, device, at: .at(day, 7, 50, Double(index) * apart))
        }
    }
}
