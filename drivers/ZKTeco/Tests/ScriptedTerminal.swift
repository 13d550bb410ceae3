import GatehouseModel
import GatehouseWireKit
import ZKTecoWire

/// The least terminal that a test needs: it answers by the book unless a test says otherwise.
struct ScriptedTerminal {
    var session: UInt16 = 0x6BA0
    var layout = ZKRecordLayout.forty
    var punches: [ZKPunch] = []
    var users: [ZKUser] = []
    var operations = 0
    var capacity = 10_000
    var serial = "A8N5204560001"
    /// The comm key; nil answers every connection without asking.
    var key: UInt32?
    /// The clock less the site's, in seconds; the site's zone is UTC.
    var clockOffset: Int64 = 0
    /// Commands that get no answer.
    var mute: Set<ZKCommand> = []
    /// Commands that get this answer instead of their own.
    var instead: [ZKCommand: ZKCommand] = [:]
    /// Punches that are made, one each, when a log transfer has just been prepared.
    var surprises: [ZKPunch] = []
    /// How many DATA packets are lost, from the next chunk on.
    var lostPackets = 0
    /// Data bytes in a packet of a chunk.
    var perPacket = 1008

    private(set) var requests: [ZKPacket] = []
    private var prepared: [UInt8] = []

    var commands: [ZKCommand] { requests.map(\.command) }

    mutating func answer(_ request: ZKPacket, at now: Now) -> [ZKPacket] {
        requests.append(request)
        guard !mute.contains(request.command) else { return [] }
        func reply(_ command: ZKCommand, _ data: [UInt8] = []) -> ZKPacket {
            ZKPacket(command, session: session, replyID: request.replyID, data: data)
        }
        if let command = instead[request.command] { return [reply(command)] }
        switch request.command {
        case .connect: return [reply(key == nil ? .ok : .unauthorised)]
        case .authenticate:
            return [reply(request.data == ZKCommKey.scrambled(key ?? 0, session: session) ? .ok : .unauthorised)]
        case .readOption: return [option(request).map { reply(.ok, $0.bytes) } ?? reply(.failed)]
        case .version: return [reply(.ok, Array("Ver 6.60 Jun 16 2015\0".utf8))]
        case .getTime: return [reply(.ok, bytes(clock(at: now).code))]
        case .setTime:
            let time = ZKTime(code: request.data.reversed().reduce(0) { $0 << 8 | UInt32($1) })
            clockOffset = time.map { seconds($0) - now.wall.seconds } ?? clockOffset
            return [reply(.ok)]
        case .freeSizes: return [reply(.ok, sizes.bytes())]
        case .prepareRead: return [reply(.ok, ZKTransfer.announcement(size: prepare(request.data)))]
        case .readChunk: return chunk(request).map { reply($0, $1) }
        case .clearLog:
            punches = []
            return [reply(.ok)]
        case .ok, .exit: return []
        default: return [reply(.ok)]
        }
    }

    private var sizes: ZKFreeSizes {
        ZKFreeSizes(
            users: users.count, records: punches.count, operations: operations, userCapacity: 3000,
            recordCapacity: capacity)
    }

    private func option(_ request: ZKPacket) -> ZKOption? {
        let known = [ZKOption.serialNumber: serial, ZKOption.platform: "ZEM760_TFT", ZKOption.deviceName: "K40"]
        let name = String(decoding: request.data.dropLast(), as: UTF8.self)
        return known[name].map { ZKOption(name: name, value: $0) }
    }

    private mutating func prepare(_ request: [UInt8]) -> Int {
        let isUsers = ZKTransfer.requested(request) == .users
        if !isUsers, !surprises.isEmpty { punches.append(surprises.removeFirst()) }
        prepared =
            isUsers
            ? ZKDataset.bytes(users.map { $0.bytes(.long) }) : ZKDataset.bytes(punches.map(layout.bytes))
        return prepared.count
    }

    private mutating func chunk(_ request: ZKPacket) -> [(ZKCommand, [UInt8])] {
        guard let range = ZKTransfer.chunk(request.data), range.upperBound <= prepared.count else {
            return [(.failed, [])]
        }
        let parts = stride(from: range.lowerBound, to: range.upperBound, by: perPacket).map { start in
            (ZKCommand.data, Array(prepared[start..<min(start + perPacket, range.upperBound)]))
        }
        let kept = parts.dropFirst(lostPackets)
        lostPackets = 0
        return [(.prepareData, ZKTransfer.preparation(size: range.count, perPacket: perPacket))] + kept + [(.ok, [])]
    }

    private func clock(at now: Now) -> ZKTime {
        let local = LocalTime(secondsSince1970: now.wall.seconds + clockOffset)
        let time = ZKTime(
            year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
            second: local.second)
        return time ?? .start
    }

    private func seconds(_ time: ZKTime) -> Int64 {
        LocalTime(
            year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute, second: time.second
        )?.secondsSince1970 ?? 0
    }

    private func bytes(_ value: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittle(value)
        return bytes
    }
}

extension ZKTime {
    /// 2000-01-01 00:00:00, where a clock begins that has lost its battery.
    static var start: ZKTime {
        guard let time = ZKTime(code: 0) else { preconditionFailure("the first code is a date") }
        return time
    }
}
