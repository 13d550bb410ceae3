import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import ZKTecoWire

/// Reads of the log and of the users.
extension SimulatedZKTeco {
    mutating func prepareRead(_ request: ZKPacket) -> [ZKPacket] {
        guard setup.bulk.isPrepared else { return [reply(.unknownCommand, to: request)] }
        guard let dataset = ZKTransfer.requested(request.data) else { return [reply(.failed, to: request)] }
        let bytes = bytes(of: dataset)
        let punches = dataset == .attendance ? memory.log.count : 0
        guard bytes.count > setup.bulk.directLimit else {
            memory.markRead(first: punches)
            return [dataPacket(bytes, request)]
        }
        session?.prepared = Prepared(bytes: bytes, punches: punches)
        return [reply(.ok, to: request, ZKTransfer.announcement(size: bytes.count))]
    }

    mutating func readChunk(_ request: ZKPacket) -> [ZKPacket] {
        guard var prepared = session?.prepared, let range = ZKTransfer.chunk(request.data), !range.isEmpty,
            range.upperBound <= prepared.bytes.count, range.count <= ZKFramer.packetLimit - ZKPacket.headerSize
        else { return [reply(.failed, to: request)] }
        if range.lowerBound <= prepared.served { prepared.served = max(prepared.served, range.upperBound) }
        session?.prepared = prepared
        if prepared.served == prepared.bytes.count { memory.markRead(first: prepared.punches) }
        return packets(prepared.bytes[range], request)
    }

    /// The way of old devices. A newer one answers it with what looks like raw memory, of about the right length.
    mutating func plainRead(_ dataset: ZKTransfer.Dataset, _ request: ZKPacket) -> [ZKPacket] {
        let bytes = bytes(of: dataset)
        guard setup.bulk.isPrepared, dataset == .attendance else {
            if dataset == .attendance { memory.markRead(first: memory.log.count) }
            return packets(bytes[...], request)
        }
        return packets(random.bytes(bytes.count)[...], request)
    }

    private func bytes(of dataset: ZKTransfer.Dataset) -> [UInt8] {
        switch dataset {
        case .attendance: ZKDataset.bytes(memory.log.lazy.map { setup.layout.bytes($0.punch) })
        case .users: ZKDataset.bytes(memory.users.lazy.map { $0.bytes(setup.userLayout) })
        }
    }

    private func packets(_ bytes: ArraySlice<UInt8>, _ request: ZKPacket) -> [ZKPacket] {
        let whole = min(bytes.count, ZKFramer.packetLimit - ZKPacket.headerSize)
        let size = max(transport == .udp ? setup.bulk.udpPacket : setup.bulk.tcpPacket ?? whole, 1)
        guard setup.bulk.announcesChunks else { return [dataPacket(Array(bytes), request)] }
        let announcement = ZKTransfer.preparation(size: bytes.count, perPacket: size)
        var packets = [reply(.prepareData, to: request, announcement)]
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: size) {
            packets.append(dataPacket(Array(bytes[start..<min(start + size, bytes.endIndex)]), request))
        }
        return packets + [reply(.ok, to: request)]
    }

    /// Data comes with session 0, as recorded from real clocks.
    private func dataPacket(_ bytes: [UInt8], _ request: ZKPacket) -> ZKPacket {
        ZKPacket(.data, session: 0, replyID: request.replyID, data: bytes)
    }
}
