import AnvizWire
import FCARDWire
import GatehouseDriverKit
import IClockWire
import OPN2001Wire
import OSDPWire
import ZKTecoWire

/// Everything of the wires that takes outside bytes besides their framers.
enum Parsers {
    @Sendable static func anviz(_ bytes: [UInt8]) {
        _ = AnvizCounts(bytes)
        _ = AnvizNumber.read(bytes)
        _ = AnvizTime(bytes)
        _ = AnvizDownload(bytes)
        _ = AnvizDownload.records(bytes)
        _ = AnvizClearing(bytes)
        _ = AnvizRecord(bytes.prefix(14))
    }

    private static let fcardRequests: [FCARDRequest] = [
        .number, .version, .status, .time, .counts, .records(first: 1, count: 10), .setReadIndex(1), .beep,
    ]

    @Sendable static func fcard(_ bytes: [UInt8]) {
        var framer = FCARDFramer()
        framer.receive(bytes)
        while let outcome = framer.next() {
            guard case .frame(let frame) = outcome else { continue }
            for request in fcardRequests { _ = FCARDReply(frame, to: request) }
            if let live = FCARDLiveCard(frame) {
                for form in FCARDNumber.allCases { _ = form.text(of: live.card) }
            }
        }
    }

    @Sendable static func iclock(_ bytes: [UInt8]) {
        for line in IClockText.lines(bytes) {
            _ = IClockAttlog(line)
            _ = IClockAccess(line)
            _ = IClockOperlogLine(line)
            _ = IClockFields(line, separators: [0x09])
        }
        _ = IClockResult.read(bytes)
        _ = IClockPhoto(bytes)
        _ = IClockText.shown(bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        _ = IClockCommand.read(text)
        _ = IClockInfo(text)
        _ = IClockOptions.isStamp(text)
        if let request = PushText.request(bytes) {
            let query = request.query.map { IClockRequest.Field($0.name, $0.value) }
            let read = IClockRequest(method: request.method, path: request.path, query: query)
            _ = IClockRequest.serial(query)
            _ = IClockStranger.answer(to: read)
        }
    }

    @Sendable static func opn2001(_ bytes: [UInt8]) {
        if let dump = OPNDump(serial: Array(repeating: 1, count: 8), records: bytes) {
            _ = dump.scans(from: 0, limit: 50)
            _ = dump.scans(from: bytes.count / 2, limit: 50)
            _ = dump.fingerprint
        }
        for start in stride(from: 0, to: bytes.count - 4, by: 4).prefix(64) {
            let stamp = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            _ = OPNTime(stamp: stamp)
        }
    }

    @Sendable static func osdp(_ bytes: [UInt8]) {
        let reply = OSDPReply(code: bytes.first ?? 0x50, data: Array(bytes.dropFirst()))
        if case .card(let card) = reply {
            for format in OSDPWiegand.allCases { _ = format.content(of: card) }
            _ = card.text
        }
        if let frame = OSDPFrame(bytes[...]) { handshake(frame) }
    }

    /// Both answers of a device that wants a secure channel, and what comes on it.
    private static func handshake(_ frame: OSDPFrame) {
        var handshake = OSDPHandshake(
            key: .installation, random: [1, 2, 3, 4, 5, 6, 7, 8], cipher: PlainCipher.cipher)
        _ = try? handshake.answered(frame)
        _ = try? handshake.accepted(frame)
        let keys = OSDPSessionKeys(
            key: Array(repeating: 7, count: 16), panelRandom: [1, 2, 3, 4, 5, 6, 7, 8], cipher: PlainCipher.cipher)
        var channel = OSDPSecureChannel(
            keys: keys, initialMAC: Array(repeating: 0, count: 16), isDevice: false, cipher: PlainCipher.cipher)
        _ = channel.open(frame)
    }

    @Sendable static func zkteco(_ bytes: [UInt8]) {
        if let packet = ZKPacket.read(bytes[...])?.packet {
            _ = ZKEvent(packet)
            _ = ZKOption(packet.data)
            _ = ZKFreeSizes(packet.data)
            _ = ZKTransfer.requested(packet.data)
            _ = ZKTransfer.chunk(packet.data)
        }
        for layout in ZKRecordLayout.allCases { _ = layout.read(bytes.prefix(layout.size)) }
        for count in [0, 1, bytes.count / 40, bytes.count / 8, Int(UInt32.max)] {
            _ = try? ZKAttendanceLog.read(bytes, count: count)
            _ = try? ZKUserTable.read(bytes, count: count)
        }
        _ = AttlogLine(bytes)
        _ = ZKTime(six: bytes.prefix(6))
    }
}
