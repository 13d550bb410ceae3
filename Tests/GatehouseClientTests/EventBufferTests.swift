import GatehouseBusTestKit
import GatehouseModel
import Testing

@testable import GatehouseClient

@Suite("Event buffer")
struct EventBufferTests {
    private let events = [Recorded].sample(3)

    @Test("what lies there is handed out at once, in order")
    func ready() async throws {
        let buffer = EventBuffer()
        buffer.put([events[0]])
        buffer.put([events[1], events[2]])
        #expect(try await buffer.take().get() == events)
    }

    @Test("who comes first waits for what comes next")
    func waiting() async throws {
        let buffer = EventBuffer()
        async let taken = buffer.take()
        buffer.put(events)
        #expect(try await taken.get() == events)
    }

    @Test("after the end what lies there is still handed out, then the reason")
    func failure() async throws {
        let buffer = EventBuffer()
        buffer.put(events)
        buffer.finish(.unreachable("gone"))
        buffer.finish()
        buffer.put(events)
        #expect(try await buffer.take().get() == events)
        #expect(await buffer.take() == .failure(.unreachable("gone")))
    }

    @Test("the end reaches who waits")
    func finishing() async throws {
        let buffer = EventBuffer()
        async let taken = buffer.take()
        buffer.finish()
        #expect(try await taken.get().isEmpty)
    }

    @Test("it says when it is full")
    func full() async {
        let buffer = EventBuffer()
        buffer.put(.sample(EventBuffer.limit - 1))
        #expect(!buffer.isFull)
        buffer.put(events)
        #expect(buffer.isFull)
        _ = await buffer.take()
        #expect(!buffer.isFull)
    }
}
