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

    @Test("what comes beyond the limit is kept, in order, in chunks of a bounded size")
    func beyond() {
        var intake = Intake(.stream)
        let bytes = pattern(2 * Intake.limit + 10)
        intake.offer(Array(bytes.prefix(100)))
        intake.offer(Array(bytes.dropFirst(100)))
        #expect(intake.mayRead() == false)

        var resumed: [Bool] = []
        var taken: [UInt8] = []
        while case (.chunk(let chunk), let resumes) = intake.take() {
            #expect(chunk.count <= Intake.chunkLimit)
            taken += chunk
            resumed.append(resumes)
        }
        #expect(taken == bytes)
        #expect(resumed == [false, false, false, false, true, false, false, false, false])
    }

    @Test("many small datagrams are as full as few large ones")
    func manyDatagrams() {
        var intake = Intake(.datagrams)
        for _ in 0..<Intake.datagramLimit { intake.offer([7]) }
        #expect(intake.mayRead() == false)
        #expect(intake.take().resumesReading == true)
    }

    @Test("records are joined but never cut: what is left of one waits for its other half")
    func records() {
        var intake = Intake(.records(size: 24))
        intake.offer(pattern(25))
        #expect(intake.take().taken == .chunk(Array(pattern(25).prefix(24))))
        #expect(intake.take().taken == .nothingYet)
        intake.offer(pattern(47))
        #expect(intake.take().taken == .chunk([pattern(25)[24]] + pattern(47)))
    }

    @Test("the largest chunk of records is a whole number of them, and none is lost")
    func manyRecords() {
        var intake = Intake(.records(size: 24))
        let bytes = pattern(24 * 6000)
        intake.offer(bytes)
        var got: [UInt8] = []
        while case .chunk(let chunk) = intake.take().taken {
            #expect(chunk.count % 24 == 0 && chunk.count <= Intake.chunkLimit)
            got += chunk
        }
        #expect(got == bytes)
    }

    @Test("half a record before the end is no record")
    func halfRecord() {
        var intake = Intake(.records(size: 24))
        intake.offer(pattern(30))
        intake.end(.unplugged)
        #expect(intake.take().taken == .chunk(Array(pattern(30).prefix(24))))
        #expect(intake.take().taken == .ended(.unplugged))
    }

    @Test("reports stay apart, and more of them may wait than datagrams")
    func reports() {
        var intake = Intake(.reports)
        for _ in 0..<Intake.datagramLimit { intake.offer([2, 9]) }
        #expect(intake.mayRead() == true)
        #expect(intake.take().taken == .chunk([2, 9]))
        for _ in 0..<Intake.reportLimit { intake.offer([2, 9]) }
        #expect(intake.mayRead() == false)
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
