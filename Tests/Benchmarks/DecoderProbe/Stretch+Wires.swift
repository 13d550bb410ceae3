import AnvizWire
import EM4100Wire
import FCARDWire
import LineScanWire
import OSDPWire
import ZKTecoWire

extension Stretch {
    static let all = [osdp, anviz, zkteco, em4100, lineScan, fcard, opn2001, evdev, hidpos, hanvon, iclock]

    /// A busy line: nine polls in ten are answered with nothing new, the tenth with a card.
    private static let osdp = Stretch(
        name: "osdp", unit: "frames",
        piece: { number in
            let isCard = number % 10 == 9
            let card = OSDPWiegand.h10301.card(facility: 17, card: UInt64(number % 60_000))
            let frame = OSDPFrame(
                address: UInt8(number % 16), isReply: true, sequence: UInt8(1 + number % 3), code: isCard ? 0x50 : 0x40,
                data: isCard ? card.data : [])
            return [OSDPFrame.idleByte] + frame.bytes
        },
        decoder: {
            var framer = OSDPFramer()
            return { read in
                framer.receive(read)
                var frames = 0
                while let outcome = framer.next() { if case .frame = outcome { frames += 1 } }
                return frames
            }
        })

    /// A download: full packets of 25 records.
    private static let anviz = Stretch(
        name: "anviz", unit: "frames",
        piece: { number in
            let records = (0..<AnvizDownload.packetLimit).map { index in
                AnvizRecord(user: UInt64(10_001 + index), seconds: UInt32(800_000_000 + number), backup: 8, type: 0x80)
            }
            return AnvizFrame.reply(to: .download, device: 1, data: AnvizDownload.packet(records)).bytes
        },
        decoder: {
            var framer = AnvizFramer()
            return { read in
                framer.receive(read)
                var frames = 0
                while let outcome = framer.next() { if case .frame = outcome { frames += 1 } }
                return frames
            }
        })

    /// A log on its way over TCP in packets of 25 records of 40 bytes.
    private static let zkteco = Stretch(
        name: "zkteco", unit: "frames",
        piece: { number in
            let data = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
            return ZKPacket(.data, session: 77, replyID: UInt16(truncatingIfNeeded: number), data: data).frame
        },
        decoder: {
            var framer = ZKFramer()
            return { read in
                framer.receive(read)
                var frames = 0
                while let outcome = framer.next() { if case .packet(_, .right) = outcome { frames += 1 } }
                return frames
            }
        })

    private static let em4100 = Stretch(
        name: "em4100", unit: "frames",
        piece: { number in EM4100Tag(version: 1, number: UInt32(truncatingIfNeeded: number &* 2_654_435_761)).frame() },
        decoder: {
            var framer = EM4100Framer()
            return { read in
                framer.receive(read)
                var frames = 0
                while let outcome = framer.next() { if case .tag = outcome { frames += 1 } }
                return frames
            }
        })

    private static let lineScan = Stretch(
        name: "line-scan", unit: "scans", piece: { number in Array("XF-\(1_000_000 + number % 1_000_000)\r".utf8) },
        decoder: {
            var framer = LineScanFramer()
            return { read in
                framer.receive(read)
                var scans = 0
                while let outcome = framer.next() { if case .scan = outcome { scans += 1 } }
                return scans
            }
        })

    /// A read-out: packets of 15 records.
    private static let fcard = Stretch(
        name: "fcard", unit: "frames",
        piece: { number in
            let time = FCARDTime(year: 2026, month: 11, day: 24, hour: 8, minute: number % 60, second: 0)
            var records: [UInt8] = []
            for index in 0..<15 {
                guard let time else { continue }
                let serial = UInt32(number * 15 + index)
                let record = FCARDRecord(serial: serial, staff: 7, time: time, state: 0, card: UInt32(43_981 + index))
                records += record.bytes
            }
            return FCARDFrame(address: 1, infoCode: UInt16(number & 0xFFFF), type: 0x34, index: 5, data: records).bytes
        },
        decoder: {
            var framer = FCARDFramer()
            return { read in
                framer.receive(read)
                var frames = 0
                while let outcome = framer.next() { if case .frame = outcome { frames += 1 } }
                return frames
            }
        })
}
