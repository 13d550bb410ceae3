import FCARDWire
import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit

extension SimulatedFCARD {
    /// The packets that answer a request, in order.
    mutating func answers(to request: FCARDFrame, at now: Now) -> [FCARDFrame] {
        func reply(_ data: [UInt8]) -> [FCARDFrame] {
            [
                FCARDFrame(
                    address: setup.number, infoCode: request.infoCode, type: request.type &+ 0x30,
                    index: request.index, data: data)
            ]
        }
        func status(_ code: UInt8) -> [FCARDFrame] {
            [FCARDFrame(address: setup.number, infoCode: request.infoCode, type: 0x21, index: code)]
        }
        if fault == .checksum {
            fault = .none
            return status(3)
        }
        switch (request.type, request.index) {
        case (0x01, 0x01): return reply([setup.number])
        case (0x01, 0x04): return reply(Array("0103".utf8))
        case (0x01, 0x05):
            let battery: UInt8 = fault == .batteryLow ? 5 : 80
            return reply(FCARDStatus(battery: battery, unread: memory.counts.unread).bytes)
        case (0x01, 0x0E), (0x01, 0x0F):
            isLive = request.index == 0x0E
            return status(1)
        case (0x02, 0x01): return reply(FCARDTime.shown(shown(at: now)).clockBytes)
        case (0x02, 0x02): return status(setTime(request.data, at: now) ? 1 : 2)
        case (0x04, 0x01): return reply(memory.counts.bytes)
        case (0x04, 0x04): return status(moveIndex(request.data) ? 1 : 2)
        case (0x04, 0x06): return records(request)
        case (0x05, 0x01):
            beeps += 1
            return status(1)
        default: return status(2)
        }
    }

    private mutating func setTime(_ data: [UInt8], at now: Now) -> Bool {
        let fields = data.map { Int($0 >> 4) * 10 + Int($0 & 15) }
        guard fields.count == 6,
            let local = LocalTime(
                year: 2000 + fields[5], month: fields[4], day: fields[3], hour: fields[2], minute: fields[1],
                second: fields[0])
        else { return false }
        setClock(to: local, at: now)
        return true
    }

    private mutating func moveIndex(_ data: [UInt8]) -> Bool {
        var cursor = ByteCursor(data)
        guard data.count == 6, cursor.u8() == 1, let index = cursor.big(UInt32.self), index <= setup.capacity else {
            return false
        }
        memory.move(to: fault == .slip ? min(index + 5, setup.capacity) : index)
        if fault == .slip { fault = .none }
        return true
    }

    private func records(_ request: FCARDFrame) -> [FCARDFrame] {
        var cursor = ByteCursor(request.data)
        guard request.data.count == 9, cursor.u8() == 1, let first = cursor.big(UInt32.self),
            let count = cursor.big(UInt32.self), first >= 1, first <= setup.capacity, count <= 300
        else { return [] }
        let last = min(first + max(count, 1) - 1, setup.capacity)
        let places = count == 0 ? [] : Array(first...last)
        func packet(_ type: UInt8, _ data: [UInt8]) -> FCARDFrame {
            FCARDFrame(
                address: setup.number, infoCode: request.infoCode, type: type, index: request.index, data: data)
        }
        var frames: [FCARDFrame] = []
        for start in stride(from: 0, to: places.count, by: setup.packetRecords) {
            let part = places[start..<min(start + setup.packetRecords, places.count)]
            var data: [UInt8] = []
            data.appendBig(UInt32(part.count))
            for place in part { data += memory[place]?.bytes ?? FCARDRecord.empty(serial: place) }
            frames.append(packet(0x34, data))
        }
        var total: [UInt8] = []
        total.appendBig(UInt32(places.count))
        return frames + [packet(0xF4, total)]
    }

    /// Reads a card; what goes out in live mode. Nil when the memory is full and keeps what it has.
    mutating func touch(_ card: UInt32, state: UInt8, at now: Now) -> [SimulatedEffect]? {
        guard setup.overwrites || !memory.isFull else { return nil }
        if state == 1 { staff = UInt16(truncatingIfNeeded: card % 1000) }
        let time = FCARDTime.shown(shown(at: now))
        let staff = staff
        memory.store { FCARDRecord(serial: $0, staff: staff, time: time, state: state, card: card) }
        guard isLive, isOpen, fault != .silence else { return [] }
        let data = [UInt8(truncatingIfNeeded: card >> 16), UInt8(truncatingIfNeeded: card >> 8), UInt8(card & 0xFF)]
        let frame = FCARDFrame(address: setup.number, infoCode: 0, type: 0x31, index: 0x0E, data: data)
        return [.send(frame.bytes)]
    }
}

extension FCARDTime {
    /// What the clock shows of a local time; the beginning of 2000 where it cannot.
    static func shown(_ local: LocalTime) -> FCARDTime {
        let beginning = FCARDTime(year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0)
        guard
            let time = FCARDTime(
                year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
                second: local.second) ?? beginning
        else { preconditionFailure("the year 2000 had a first day") }
        return time
    }
}
