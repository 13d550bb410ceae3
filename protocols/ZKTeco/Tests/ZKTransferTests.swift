import Testing
import ZKTecoWire

@Suite("ZKTeco bulk read")
struct ZKTransferTests {
    let records = ZKDataset.bytes((0..<100).map { [UInt8](repeating: UInt8($0), count: 40) })

    func reply(_ command: ZKCommand, _ data: some Collection<UInt8> = [UInt8]()) -> ZKPacket {
        ZKPacket(command, session: 0, replyID: 1, data: Array(data))
    }

    /// A transfer of `records` in chunks of 1024 whose first chunk has been asked for.
    func asked() -> ZKTransfer {
        var transfer = ZKTransfer(.attendance, chunkSize: 1024, fallsBack: false)
        #expect(transfer.start() == .send(.prepareRead, [1, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
        let step = transfer.received(reply(.ok, ZKTransfer.announcement(size: records.count)))
        #expect(step == .send(.readChunk, [0, 0, 0, 0, 0, 4, 0, 0]))
        return transfer
    }

    /// Answers every chunk as the closure says until the transfer ends.
    func finish(_ transfer: inout ZKTransfer, from step: ZKTransfer.Step, answers: (ArraySlice<UInt8>) -> [ZKPacket])
        -> ZKTransfer.Step
    {
        var step = step
        for _ in 0..<100 {
            guard case .send(let command, let data) = step else { return step }
            let packets: [ZKPacket] =
                switch command {
                case .readChunk: ZKTransfer.chunk(data).map { answers(records[$0]) } ?? []
                case .prepareRead: [reply(.ok, ZKTransfer.announcement(size: records.count))]
                default: [reply(.ok)]
                }
            step = .wait
            for packet in packets where step == .wait { step = transfer.received(packet) }
        }
        return step
    }

    func prepared(_ chunk: ArraySlice<UInt8>, perPacket: Int) -> [ZKPacket] {
        let parts = stride(from: chunk.startIndex, to: chunk.endIndex, by: perPacket).map { start in
            reply(.data, chunk[start..<min(start + perPacket, chunk.endIndex)])
        }
        return [reply(.prepareData, ZKTransfer.preparation(size: chunk.count, perPacket: perPacket))] + parts + [
            reply(.ok)
        ]
    }

    @Test("a small dataset comes at once and is freed")
    func atOnce() {
        var transfer = ZKTransfer(.users, chunkSize: 1024, fallsBack: false)
        #expect(transfer.start() == .send(.prepareRead, [1, 9, 0, 5, 0, 0, 0, 0, 0, 0, 0]))
        #expect(transfer.received(reply(.data, records)) == .send(.freeData, []))
        #expect(transfer.received(reply(.ok)) == .done(records))
    }

    @Test("P3: chunks come announced, in as many packets as the terminal likes", arguments: [1, 100, 1008, 1024])
    func announced(perPacket: Int) {
        var transfer = asked()
        let step = finish(&transfer, from: .send(.readChunk, [0, 0, 0, 0, 0, 4, 0, 0])) {
            prepared($0, perPacket: perPacket)
        }
        #expect(step == .done(records))
    }

    @Test("chunks come as one bare packet, or as several", arguments: [1024, 100])
    func bare(perPacket: Int) {
        var transfer = asked()
        let step = finish(&transfer, from: .send(.readChunk, [0, 0, 0, 0, 0, 4, 0, 0])) { chunk in
            Array(prepared(chunk, perPacket: perPacket).dropFirst().dropLast())
        }
        #expect(step == .done(records))
    }

    @Test("P2: a lost packet costs its chunk, not the transfer")
    func lostPacket() {
        var transfer = asked()
        var isFirst = true
        var step = ZKTransfer.Step.send(.readChunk, [0, 0, 0, 0, 0, 4, 0, 0])
        step = finish(&transfer, from: step) { chunk in
            defer { isFirst = false }
            return isFirst ? Array(prepared(chunk, perPacket: 100).prefix(3)) : prepared(chunk, perPacket: 100)
        }
        #expect(step == .wait)
        let freed = transfer.timedOut()
        #expect(freed == .send(.freeData, []))
        #expect(finish(&transfer, from: freed) { prepared($0, perPacket: 100) } == .done(records))
    }

    @Test("a chunk that fails three times ends the transfer")
    func exhausted() {
        var transfer = asked()
        var step = ZKTransfer.Step.wait
        for _ in 0..<3 {
            step = transfer.timedOut()
            if step == .failed(.exhausted) { return }
            #expect(step == .send(.freeData, []))
            step = transfer.received(reply(.ok))
            step = transfer.received(reply(.ok, ZKTransfer.announcement(size: records.count)))
        }
        Issue.record("a fourth attempt was made: \(step)")
    }

    @Test(
        "too much data, none, and a missing acknowledgement each cost the chunk",
        arguments: [
            [ZKPacket(.data, session: 0, replyID: 1, data: [UInt8](repeating: 0, count: 1025))],
            [ZKPacket(.prepareData, session: 0, replyID: 1, data: ZKTransfer.preparation(size: 5000, perPacket: 1000))],
            [ZKPacket(.prepareData, session: 0, replyID: 1, data: [1])],
            [
                ZKPacket(.prepareData, session: 0, replyID: 1, data: ZKTransfer.preparation(size: 2, perPacket: 2)),
                ZKPacket(.data, session: 0, replyID: 1, data: [1, 2]),
                ZKPacket(.data, session: 0, replyID: 1, data: [3]),
            ],
            [
                ZKPacket(.prepareData, session: 0, replyID: 1, data: ZKTransfer.preparation(size: 2, perPacket: 2)),
                ZKPacket(.ok, session: 0, replyID: 1),
            ],
            [ZKPacket(.failed, session: 0, replyID: 1)],
        ])
    func brokenChunk(packets: [ZKPacket]) {
        var transfer = asked()
        var step = ZKTransfer.Step.wait
        for packet in packets { step = transfer.received(packet) }
        #expect(step == .send(.freeData, []))
    }

    @Test("a size that changed during a retry begins the transfer anew")
    func changedSize() {
        var transfer = asked()
        for packet in prepared(records[..<1024], perPacket: 1024) { _ = transfer.received(packet) }
        #expect(transfer.receivedCount == 1024)
        #expect(transfer.timedOut() == .send(.freeData, []))
        _ = transfer.received(reply(.ok))
        let step = transfer.received(reply(.ok, ZKTransfer.announcement(size: records.count + 40)))
        #expect(step == .send(.readChunk, [0, 0, 0, 0, 0, 4, 0, 0]))
        #expect(transfer.receivedCount == 0)
    }

    @Test("a size beyond any terminal is refused", arguments: [64 << 20 + 1, 0x7FFF_FFFF, 0xFFFF_FFFF])
    func tooLarge(size: Int) {
        var transfer = ZKTransfer(.attendance, chunkSize: 1024, fallsBack: true)
        _ = transfer.start()
        #expect(transfer.received(reply(.ok, ZKTransfer.announcement(size: size))) == .failed(.tooLarge(size)))
    }

    @Test("P18: the plain command is a fallback of UDP only")
    func fallback() {
        var overTCP = ZKTransfer(.attendance, chunkSize: 1024, fallsBack: false)
        _ = overTCP.start()
        #expect(overTCP.received(reply(.unknownCommand)) == .failed(.unsupported(.unknownCommand)))
        var overUDP = ZKTransfer(.attendance, chunkSize: 1024, fallsBack: true)
        _ = overUDP.start()
        #expect(overUDP.received(reply(.unknownCommand)) == .send(.readLog, []))
        var step = ZKTransfer.Step.wait
        for packet in prepared(records[...], perPacket: 1008) { step = overUDP.received(packet) }
        #expect(step == .done(records))
    }

    @Test(
        "a device that announced a size, failed, and then sends everything at once is believed anew",
        arguments: [ZKCommand.unknownCommand, .prepareData])
    func announcedThenDirect(second: ZKCommand) {
        var transfer = ZKTransfer(.attendance, chunkSize: 1024, fallsBack: true)
        _ = transfer.start()
        _ = transfer.received(reply(.ok, ZKTransfer.announcement(size: 80)))
        #expect(transfer.timedOut() == .send(.freeData, []))
        #expect(transfer.received(reply(.ok)) == .send(.prepareRead, [1, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
        if second == .unknownCommand { #expect(transfer.received(reply(second)) == .send(.readLog, [])) }
        var step = ZKTransfer.Step.wait
        for packet in prepared(records[...], perPacket: 1008) { step = transfer.received(packet) }
        #expect(step == .done(records))
    }

    @Test("P2: the first reply may take a minute, the others ten seconds")
    func patience() {
        var transfer = ZKTransfer(.attendance, chunkSize: 1024, fallsBack: false)
        _ = transfer.start()
        #expect(transfer.patience == .seconds(60))
        #expect(asked().patience == .seconds(10))
    }

    @Test("the device's side of the requests is read back")
    func deviceSide() {
        #expect(ZKTransfer.requested([1, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == .attendance)
        #expect(ZKTransfer.requested([1, 9, 0, 5, 0, 0, 0, 0, 0, 0, 0]) == .users)
        #expect(ZKTransfer.requested([1]) == nil)
        #expect(ZKTransfer.chunk([4, 0, 0, 0, 2, 0, 0, 0]) == 4..<6)
        #expect(ZKTransfer.chunk([255, 255, 255, 255, 2, 0, 0, 0]) == nil)
    }
}
