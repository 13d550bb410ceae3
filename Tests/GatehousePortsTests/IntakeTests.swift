import Testing

@testable import GatehousePorts

@Suite("Intake")
struct IntakeTests {
    @Test("reads of a stream are joined, and taken once")
    func joins() {
        var intake = Intake(.stream)
        intake.offer([1, 2])
        intake.offer([3])
        #expect(intake.take().taken == .chunk([1, 2, 3]))
        #expect(intake.take().taken == .nothingYet)
    }

    @Test("datagrams stay apart")
    func apart() {
        var intake = Intake(.datagrams)
        intake.offer([1, 2])
        intake.offer([])
        intake.offer([3])
        #expect(intake.take().taken == .chunk([1, 2]))
        #expect(intake.take().taken == .chunk([3]))
        #expect(intake.take().taken == .nothingYet)
    }

    @Test("a full intake holds reads back until the consumer has made room, once")
    func holdsBack() {
        var intake = Intake(.stream)
        #expect(intake.mayRead() == true)
        intake.offer(pattern(Intake.limit))
        #expect(intake.mayRead() == false)
        #expect(intake.take().resumesReading == true)
        #expect(intake.mayRead() == true)
        intake.offer([1])
        #expect(intake.take().resumesReading == false)
    }

    @Test("what comes beyond the limit is kept, in order, in chunks of at most the limit")
    func beyond() {
        var intake = Intake(.stream)
        let bytes = pattern(2 * Intake.limit + 10)
        intake.offer(Array(bytes.prefix(100)))
        intake.offer(Array(bytes.dropFirst(100)))
        #expect(intake.mayRead() == false)

        var resumed: [Bool] = []
        var taken: [UInt8] = []
        while case (.chunk(let chunk), let resumes) = intake.take() {
            #expect(chunk.count <= Intake.limit)
            taken += chunk
            resumed.append(resumes)
        }
        #expect(taken == bytes)
        #expect(resumed == [false, true, false])
    }

    @Test("many small datagrams are as full as few large ones")
    func manyDatagrams() {
        var intake = Intake(.datagrams)
        for _ in 0..<Intake.datagramLimit { intake.offer([7]) }
        #expect(intake.mayRead() == false)
        #expect(intake.take().resumesReading == true)
    }

    @Test("the end is told after the last byte, and with the first reason")
    func endsLast() {
        var intake = Intake(.stream)
        intake.offer([1])
        intake.end(.unplugged)
        intake.end(.closedHere)
        intake.offer([2])
        #expect(intake.reason == .unplugged)
        #expect(intake.take().taken == .chunk([1]))
        #expect(intake.take().taken == .ended(.unplugged))
        #expect(intake.take().taken == .ended(.unplugged))
    }
}

@Suite("One shot", .timeLimit(.minutes(1)))
struct OneShotTests {
    @Test("the first answer counts, whether it comes before or after the question")
    func first() async {
        let early = OneShot<Int>()
        #expect(early.settle(1))
        #expect(!early.settle(2))
        #expect(await early.value(ifCancelled: 0) == 1)

        let late = OneShot<Int>()
        async let answer = late.value(ifCancelled: 0)
        late.settle(3)
        #expect(await answer == 3)
    }

    @Test("a cancelled question is answered with the fallback, and later answers learn that they are late")
    func cancelled() async {
        let shot = OneShot<Int>()
        let question = Task { await shot.value(ifCancelled: 9) }
        question.cancel()
        #expect(await question.value == 9)
        #expect(!shot.settle(1))
    }
}

extension Intake {
    mutating func offer(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { offer($0) }
    }
}
