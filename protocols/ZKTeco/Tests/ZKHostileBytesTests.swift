import GatehouseModel
import GatehouseSimulation
import Testing
import ZKTecoWire

@Suite("ZKTeco hostile bytes")
struct ZKHostileBytesTests {
    @Test("no bytes trap a reader", arguments: 0..<40)
    func readers(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let bytes = random.bytes(random.number(in: 0...200))
            _ = ZKPacket.read(bytes[...])
            _ = ZKFreeSizes(bytes)
            _ = ZKOption(bytes)
            _ = AttlogLine(bytes)
            for mask in [ZKEventMask.punch, .alarm] { _ = ZKEvent(.event(mask, data: bytes)) }
            for layout in ZKRecordLayout.allCases { _ = layout.read(bytes[...]) }
            for count in [0, 1, 3, 5, random.number(in: -5...50)] {
                _ = try? ZKAttendanceLog.read(bytes, count: count)
                _ = try? ZKAttendanceLog.read(ZKDataset.bytes([bytes]), count: count)
                _ = try? ZKUserTable.read(ZKDataset.bytes([bytes]), count: count)
            }
            _ = ZKTransfer.chunk(bytes)
        }
    }

    @Test("no answers make a bulk read hoard or go on for ever", arguments: 0..<60)
    func transfers(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var transfer = ZKTransfer(.attendance, chunkSize: 1024, fallsBack: random.oneIn(2))
        var step = transfer.start()
        let commands: [ZKCommand] = [.ok, .data, .prepareData, .failed, .unknownCommand]
        for _ in 0..<2000 {
            if case .done = step { return }
            if case .failed = step { return }
            let command = commands[random.number(in: 0...commands.count - 1)]
            var data = random.bytes(random.number(in: 0...40))
            if random.oneIn(2) { data = ZKTransfer.preparation(size: random.number(in: 0...3000), perPacket: 1000) }
            if random.oneIn(3) { data = ZKTransfer.announcement(size: random.number(in: 0...5000)) }
            step =
                random.oneIn(10)
                ? transfer.timedOut() : transfer.received(ZKPacket(command, session: 0, replyID: 0, data: data))
            #expect(transfer.receivedCount <= 64 << 20)
        }
    }
}
