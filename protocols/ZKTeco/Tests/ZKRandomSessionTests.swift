import GatehouseModel
import GatehouseSimulation
import Testing
import ZKTecoWire

/// What must hold for any bytes that a well-behaved terminal sends, drawn from seeds.
@Suite("ZKTeco random sessions")
struct ZKRandomSessionTests {
    /// A punch that every text layout can carry.
    func punch(_ random: inout SplitMix64, after code: UInt32) -> ZKPunch {
        var code = code
        while ZKTime(code: code) == nil { code += 86_400 }
        let id = String(random.number(in: 1...999_999_999))
        return ZKPunch(
            uid: UInt16(random.number(in: 1...65_535)), userID: id, time: ZKTime(code: code) ?? .first,
            state: UInt8(random.number(in: 0...5)), verify: UInt8(random.number(in: 0...3)))
    }

    func log(_ random: inout SplitMix64, count: Int) -> [ZKPunch] {
        var code = UInt32(850_000_000)
        return (0..<count).map { _ in
            code += UInt32(random.number(in: 0...3600))
            return punch(&random, after: code)
        }
    }

    @Test("any log in any layout is read as it was written", arguments: 0..<20, ZKRecordLayout.allCases)
    func anyLog(seed: UInt64, layout: ZKRecordLayout) throws {
        var random = SplitMix64(seed: seed)
        let count = random.number(in: 1...300)
        let punches = log(&random, count: count)
        let dataset = ZKDataset.bytes(punches.map(layout.bytes))
        let read = try ZKAttendanceLog.read(dataset, count: count, latest: ZKTime(year: 2027, month: 12, day: 31))
        #expect(read.layout == layout)
        #expect(read.punches.map(\.time) == punches.map(\.time))
        #expect(read.punches.map(\.state) == punches.map(\.state))
        #expect(read.punches.map(\.verify) == punches.map(\.verify))
    }

    @Test("a log with a byte too many or too few is refused", arguments: 0..<10, [-1, 1])
    func wrongLength(seed: UInt64, change: Int) {
        var random = SplitMix64(seed: seed)
        let punches = log(&random, count: random.number(in: 2...50))
        var dataset = ZKDataset.bytes(punches.map(ZKRecordLayout.forty.bytes))
        if change > 0 { dataset.append(0) } else { dataset.removeLast() }
        #expect(throws: ZKAttendanceLog.Refusal.lengthMismatch) {
            try ZKAttendanceLog.read(dataset, count: punches.count)
        }
    }

    @Test("a transfer brings the dataset whole, whatever sizes and losses the line has", arguments: 0..<40)
    func anyTransfer(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let dataset = ZKDataset.bytes([random.bytes(random.number(in: 1...20_000))])
        var transfer = ZKTransfer(.attendance, chunkSize: random.number(in: 100...5000), fallsBack: random.oneIn(2))
        var step = transfer.start()
        for _ in 0..<5000 {
            switch step {
            case .send(let command, let data):
                var replies = answers(to: command, data, dataset: dataset, random: &random)
                if random.oneIn(30), !replies.isEmpty { replies.remove(at: random.number(in: 0...replies.count - 1)) }
                step = .wait
                while step == .wait, !replies.isEmpty { step = transfer.received(replies.removeFirst()) }
            case .wait: step = transfer.timedOut()
            case .done(let bytes):
                #expect(bytes == dataset)
                return
            case .failed(let failure):
                // Three losses in one chunk are rare, and honest.
                #expect(failure == .exhausted)
                return
            }
        }
        Issue.record("the transfer never ended")
    }

    private func answers(
        to command: ZKCommand, _ data: [UInt8], dataset: [UInt8], random: inout SplitMix64
    ) -> [ZKPacket] {
        func reply(_ command: ZKCommand, _ data: [UInt8] = []) -> ZKPacket {
            ZKPacket(command, session: 0, replyID: 0, data: data)
        }
        guard command == .readChunk, let range = ZKTransfer.chunk(data) else {
            return [command == .prepareRead ? reply(.ok, ZKTransfer.announcement(size: dataset.count)) : reply(.ok)]
        }
        let size = random.number(in: 1...2000)
        let parts = stride(from: range.lowerBound, to: range.upperBound, by: size).map { start in
            reply(.data, Array(dataset[start..<min(start + size, range.upperBound)]))
        }
        guard random.oneIn(2) else { return parts }
        let head = reply(.prepareData, ZKTransfer.preparation(size: range.count, perPacket: size))
        return [head] + parts + [reply(.ok)]
    }

    @Test("any user table in either size is read as it was written", arguments: 0..<20, ZKUser.Layout.allCases)
    func anyUsers(seed: UInt64, layout: ZKUser.Layout) throws {
        var random = SplitMix64(seed: seed)
        let users = (1...random.number(in: 1...60)).map { index in
            ZKUser(
                uid: UInt16(index), privilege: random.oneIn(9) ? 14 : 0, card: UInt32(random.number(in: 0...1 << 31)),
                group: 1, userID: String(random.number(in: 1...99_999_999)))
        }
        let freed = [[UInt8]](
            repeating: [UInt8](repeating: 0, count: layout.rawValue), count: random.number(in: 0...3))
        // Where the freed rows make the table divide in the other size too, the count alone cannot tell.
        let rows = users.map { $0.bytes(layout) } + (users.count % 9 == 0 ? [] : freed)
        #expect(try ZKUserTable.read(ZKDataset.bytes(rows), count: users.count) == users)
    }

    @Test("any event of any form, one to five in a packet, is read as it was written", arguments: 0..<20)
    func anyEvent(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for form in ZKEvent.Form.allCases {
            let punches = log(&random, count: random.number(in: 1...5))
            let event = ZKEvent(.event(.punch, data: punches.flatMap { $0.eventData(form) }))
            guard case .punches(let read) = event else {
                Issue.record("\(punches.count) events of \(form.rawValue) bytes were not read")
                continue
            }
            #expect(read.map(\.time) == punches.map(\.time))
            #expect(read.map(\.state) == punches.map(\.state))
        }
    }

    @Test("any line of attlog.dat is read as it was written", arguments: 0..<20)
    func anyLine(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for punch in log(&random, count: 50) {
            let line = try #require(AttlogLine(AttlogLine.text(punch, deviceNumber: 7).utf8))
            #expect(line.userID == punch.userID && line.time == punch.time)
            #expect(line.state == punch.state && line.verify == punch.verify)
        }
    }
}

extension ZKTime {
    /// Where the code begins.
    static var first: ZKTime {
        guard let time = ZKTime(code: 0) else { preconditionFailure("the first code is a date") }
        return time
    }
}
