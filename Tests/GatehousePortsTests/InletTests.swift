import Testing

@testable import GatehousePorts

@Suite("Inlet", .timeLimit(.minutes(1)))
struct InletTests {
    let inlet = Inlet(.stream)

    @Test("a consumer that came first is woken by what is delivered")
    func wakes() async {
        async let chunk = inlet.next {}
        offer([1, 2])
        _ = inlet.deliver()
        #expect(await chunk == [1, 2])
    }

    @Test("a consumer that waits hears of the end")
    func end() async {
        async let chunk = inlet.next {}
        inlet.end(.unplugged)
        #expect(await chunk == nil)
        #expect(inlet.reason == .unplugged)
    }

    @Test("what waits is taken before the end is heard, and the end is heard as often as one asks")
    func drains() async {
        offer([1])
        inlet.end(.reset)
        #expect(await inlet.next {} == [1])
        #expect(await inlet.next {} == nil)
        #expect(await inlet.next {} == nil)
    }

    @Test("delivering with nobody there keeps everything")
    func nobodyThere() async {
        offer([1])
        #expect(inlet.deliver() == false)
        offer([2])
        #expect(await inlet.next {} == [1, 2])
    }

    @Test("a cancelled consumer leaves the bytes to the next one")
    func cancelled() async {
        let first = Task { await inlet.next {} }
        first.cancel()
        #expect(await first.value == nil)
        offer([3])
        #expect(await inlet.next {} == [3])
    }

    @Test("reading resumes only when a read was held back")
    func resumes() async {
        offer([1])
        await confirmation(expectedCount: 0) { resumed in
            _ = await inlet.next { resumed() }
        }
    }

    private func offer(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { inlet.offer($0) }
    }
}
