import GatehouseBusTestKit
import GatehouseModel
import Testing

@testable import GatehouseBus

@Suite("Replay")
struct ReplayTests {
    private let events = [Recorded].sample(10)

    @Test("the next page is asked for while the first is being sent, and no third")
    func pages() throws {
        let replay = try replay(credit: 100)
        #expect(replay.takeFetch() == 1...10)
        #expect(replay.takeFetch() == nil)
        #expect(replay.receive(page(1...4), at: .zero))
        #expect(replay.takeFetch() == nil)
        #expect(replay.next() == events[0])
        #expect(replay.takeFetch() == 5...10)
        #expect(replay.receive(page(5...10), at: .zero))
        for event in events {
            #expect(replay.next() == event)
            replay.sent(at: .zero)
        }
        #expect(replay.isComplete && replay.lastSent == 10)
    }

    @Test("without credit nothing is sent; what is granted beyond 32 bits is forgotten")
    func credit() throws {
        let replay = try replay(credit: 0)
        _ = replay.takeFetch()
        #expect(replay.receive(page(1...10), at: .zero))
        #expect(replay.next() == nil)
        replay.grant(.max, at: .zero)
        replay.grant(.max, at: .zero)
        #expect(replay.credit == UInt64(UInt32.max))
        #expect(replay.next() == events[0])
    }

    @Test("a page out of order, out of range or without progress is not taken")
    func badPages() throws {
        let bad = [
            ReplayPage(events: [], scannedThrough: 0), ReplayPage(events: [events[1], events[0]], scannedThrough: 2),
            ReplayPage(events: [events[4]], scannedThrough: 3),
        ]
        for page in bad {
            let replay = try replay(credit: 1)
            _ = replay.takeFetch()
            #expect(!replay.receive(page, at: .zero))
        }
        let short = try replay(to: 3, credit: 1)
        _ = short.takeFetch()
        #expect(!short.receive(page(1...4), at: .zero))
    }

    @Test("a page without events is progress too")
    func emptyPage() throws {
        let replay = try replay(credit: 1)
        _ = replay.takeFetch()
        #expect(replay.receive(ReplayPage(events: [], scannedThrough: 7), at: .zero))
        #expect(replay.takeFetch() == 8...10)
        #expect(replay.receive(ReplayPage(events: [], scannedThrough: .max), at: .zero))
        #expect(replay.isComplete)
    }

    @Test("held back it waits twice as long each time, up to a tenth of a second")
    func holdingBack() throws {
        let replay = try replay(credit: 1)
        let pauses = (0..<9).map { _ in replay.holdBack(at: .zero).wholeMilliseconds }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 100, 100])
    }

    private func replay(to: Int64 = 0, credit: UInt32) throws -> Replay {
        let order = try ReplayOrder([1.wireBytes, to.wireBytes, [], credit.wireBytes])
        let address = ReturnAddress(connection: [1], isDelimited: false, correlation: [])
        return Replay(number: 1, address: address, userID: nil, order: order, head: 10, at: .zero)
    }

    private func page(_ range: ClosedRange<Int>) -> ReplayPage {
        ReplayPage(
            events: Array(events[range.lowerBound - 1..<range.upperBound]), scannedThrough: Int64(range.upperBound))
    }
}
