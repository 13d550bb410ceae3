import GatehouseBus
import GatehouseBusTestKit
import Testing

@Suite("Mailbox")
struct MailboxTests {
    @Test("letters come out in the order in which they were put in")
    func order() throws {
        let box = try Mailbox<Int>(weightLimit: 10)
        box.put(1, weight: 1)
        box.post(2)
        box.put(3, weight: 1)
        #expect(box.takeAll() == [1, 2, 3])
        #expect(box.takeAll().isEmpty)
    }

    @Test("a full box makes its caller wait until it is emptied, and nothing is lost")
    func full() async throws {
        let box = try Mailbox<Int>(weightLimit: 10)
        async let writing: Void = onOwnThread { for number in 0..<1_000 { box.put(number, weight: 3) } }
        let taken = try await onOwnThread {
            var taken: [Int] = []
            var most = 0
            while taken.count < 1_000 {
                box.signal.wait()
                let letters = box.takeAll()
                most = max(most, letters.count)
                taken += letters
            }
            return (taken, most)
        }
        try await writing
        #expect(taken.0 == Array(0..<1_000))
        #expect(taken.1 <= 3)
    }

    @Test("a letter heavier than the limit goes in alone")
    func heavy() throws {
        let box = try Mailbox<Int>(weightLimit: 10)
        box.put(1, weight: 1_000)
        #expect(box.takeAll() == [1])
    }

    @Test("closing lets those who wait go on and gives back what lay there")
    func closing() async throws {
        let box = try Mailbox<Int>(weightLimit: 1)
        box.put(1, weight: 1)
        async let waiting: Void = onOwnThread { box.put(2, weight: 1) }
        let left = box.close()
        try await waiting
        #expect(left == [1])
        #expect(!box.post(3))
        #expect(box.takeAll().isEmpty)
    }
}
