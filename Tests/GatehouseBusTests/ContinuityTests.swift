import GatehouseBus
import GatehouseModel
import Testing

@Suite("Continuity")
struct ContinuityTests {
    @Test("without a filter every sequence is expected, one after the other")
    func unfiltered() {
        var continuity = Continuity(covered: 4, isFiltered: false)
        #expect(continuity.receive(event(5)) == .deliver)
        #expect(continuity.receive(event(5)) == .duplicate)
        #expect(continuity.receive(event(8, "scan.recorded")) == .gap(from: 6, through: 7))
        #expect(continuity.covered == 5)
    }

    @Test("with a filter a topic's previous tells whether one of it was missed")
    func filtered() {
        var continuity = Continuity(covered: 4, isFiltered: true)
        #expect(continuity.receive(event(9, previous: 3)) == .deliver)
        #expect(continuity.receive(event(12, previous: 9)) == .deliver)
        #expect(continuity.receive(event(20, previous: 15)) == .gap(from: 5, through: 19))
    }

    @Test("with a filter each topic is followed for itself")
    func topics() {
        var continuity = Continuity(covered: 0, isFiltered: true)
        #expect(continuity.receive(event(1)) == .deliver)
        #expect(continuity.receive(event(5, "scan.recorded", previous: 3)) == .gap(from: 2, through: 4))
        #expect(continuity.receive(event(6, previous: 1)) == .deliver)
    }

    @Test("after the gap is replayed the event that showed it is delivered, and nothing comes twice")
    func replayed() {
        var continuity = Continuity(covered: 0, isFiltered: true)
        #expect(continuity.receive(event(2)) == .deliver)
        #expect(continuity.receive(event(7, previous: 5)) == .gap(from: 1, through: 6))
        #expect(continuity.replayed(event(2)) == .duplicate)
        #expect(continuity.replayed(event(5, previous: 2)) == .deliver)
        continuity.settle(through: 6)
        #expect(continuity.receive(event(7, previous: 5)) == .deliver)
        #expect(continuity.covered == 7)
    }

    @Test(
        "a heartbeat asks for what lies between, only when the head has moved",
        arguments: [(head: Int64(3), from: Int64?.none), (5, nil), (9, 6)])
    func heartbeat(head: Int64, from: Int64?) {
        let gap = Continuity(covered: 5, isFiltered: true).heartbeat(head: head)
        #expect(gap?.from == from)
        #expect(gap?.through == from.map { _ in head })
    }

    @Test("settling never goes back")
    func settling() {
        var continuity = Continuity(covered: 10, isFiltered: false)
        continuity.settle(through: 3)
        #expect(continuity.covered == 10)
    }

    private func event(_ sequence: Int64, _ topic: Topic = "punch.recorded", previous: Int64 = 0) -> Recorded {
        Recorded(
            sequence: sequence, previous: previous, recorded: Moment(milliseconds: 0), topic: topic, body: [])
    }
}
