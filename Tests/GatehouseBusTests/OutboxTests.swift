import Testing

@testable import GatehouseBus

@Suite("Outbox")
struct OutboxTests {
    @Test("what finds no room waits, and goes out in order when there is some")
    func order() {
        var outbox = Outbox()
        #expect(outbox.keep([[1], [10]], at: .zero) == true)
        #expect(outbox.keep([[1], [11]], at: .zero) == true)
        var sent: [[[UInt8]]] = []
        #expect(outbox.flush(at: .zero, patience: .seconds(60)) { _ in .full } == 0)
        #expect(outbox.holds([1]) && !outbox.holds([2]))
        let lost = outbox.flush(at: .zero, patience: .seconds(60)) {
            sent.append($0)
            return .sent
        }
        #expect(sent == [[[1], [10]], [[1], [11]]])
        #expect(lost == 0 && outbox.isEmpty)
    }

    @Test("it is bounded for each connection and in all")
    func bounded() {
        var outbox = Outbox()
        var kept = 0
        for _ in 0..<Outbox.limitOfConnection + 5 where outbox.keep([[1], [2]], at: .zero) { kept += 1 }
        #expect(kept == Outbox.limitOfConnection)
        #expect(outbox.keep([[2], [UInt8](repeating: 0, count: Outbox.byteLimit)], at: .zero) == false)
        #expect(outbox.keep([[2], [3]], at: .zero) == true)
    }

    @Test("what nobody takes is thrown away: at once when the peer is gone, in the end when it never reads")
    func lost() {
        var outbox = Outbox()
        #expect(outbox.keep([[1], [2]], at: .zero) == true)
        #expect(outbox.flush(at: .seconds(1), patience: .seconds(60)) { _ in .unreachable } == 1)
        for number in 2...3 as ClosedRange<UInt8> { #expect(outbox.keep([[1], [number]], at: .zero) == true) }
        #expect(outbox.flush(at: .seconds(59), patience: .seconds(60)) { _ in .full } == 0)
        #expect(outbox.flush(at: .seconds(60), patience: .seconds(60)) { _ in .full } == 2)
        #expect(outbox.isEmpty)
    }
}
