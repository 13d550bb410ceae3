import EvdevWire
import HIDPOSWire
import HanvonWire
import IClockWire
import OPN2001Wire

/// Wires whose units are not checked frames: keys, reports, lines of text, memories.
extension Stretch {
    /// A memory of 200 codes, one reply.
    static let opn2001 = Stretch(
        name: "opn2001", unit: "memories",
        piece: { number in
            let stamp = OPNTime(year: 2026, month: 11, day: 24, hour: 8, minute: number % 60, second: 0)?.stamp ?? 0
            let scans = (0..<200).map { OPNScan(symbology: 3, code: Array("CP-\(1000 + $0)".utf8), stamp: stamp) }
            return OPNDump(serial: serial, scans: scans).bytes()
        },
        decoder: {
            var reader = OPNReader()
            reader.expect(.data, serial: serial)
            return { read in
                reader.receive(read)
                var memories = 0
                while let outcome = reader.next() {
                    if case .reply = outcome {
                        memories += 1
                        reader.expect(.data, serial: serial)
                    }
                }
                return memories
            }
        })

    private static let serial: [UInt8] = [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]

    /// Codes of ten characters, typed key by key.
    static let evdev = Stretch(
        name: "evdev", unit: "scans",
        piece: { number in
            let strokes = KeyTypist().strokes(for: Array("XF-\(1_000_000 + number % 1_000_000)\r".utf8)) ?? []
            return KeyTypist.events(of: strokes, from: Int64(number) * 200_000).flatMap(\.bytes)
        },
        readSize: InputEvent.size * 21,
        decoder: {
            var framer = WedgeFramer()
            return { read in
                framer.receive(read)
                var scans = 0
                while let outcome = framer.next() { if case .scan = outcome { scans += 1 } }
                return scans
            }
        })

    /// A code a report of 64 bytes.
    static let hidpos = Stretch(
        name: "hid-pos", unit: "reports",
        piece: { number in
            let code = Array("XF-\(1_000_000 + number % 1_000_000)".utf8)
            let data = code + Array(repeating: 0, count: 56 - code.count)
            return [2, UInt8(code.count)] + Array("]Q1".utf8) + data + [0, 0, 0]
        },
        readSize: nil,
        decoder: {
            guard let layout = try? ScanLayout(descriptor: descriptor) else { return { _ in 0 } }
            var framer = HIDPOSFramer(layout: layout)
            return { read in
                framer.receive(read)
                var scans = 0
                while let outcome = framer.next() { if case .scan = outcome { scans += 1 } }
                return scans
            }
        })

    /// A scanner's report descriptor: number 2, count, identifier, 56 bytes, two spare ones, and whether more follows.
    private static let descriptor: [UInt8] = [
        0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75,
        0x08, 0x06, 0x01, 0xFF, 0x09, 0x01, 0x95, 0x01, 0x81, 0x02, 0x05, 0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD,
        0x95, 0x03, 0x81, 0x02, 0x09, 0xFE, 0x95, 0x38, 0x82, 0x02, 0x01, 0x06, 0x01, 0xFF, 0x09, 0x02, 0x95, 0x02,
        0x81, 0x02, 0x05, 0x8C, 0x09, 0xFF, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x81, 0x02, 0x95, 0x07, 0x81, 0x03,
        0xC0, 0xC0,
    ]

    /// Replies of 50 records.
    static let hanvon = Stretch(
        name: "hanvon", unit: "messages",
        piece: { number in
            let records = (0..<50).flatMap { index in
                [
                    HanvonMessage.Item("time", "2026-11-24 08:\(10 + number % 50):\(10 + index % 50)"),
                    .init("id", "\(10_001 + index)"), .init("name", "John"), .init("workcode", "0"),
                    .init("status", "0"), .init("card_src", "from_check"),
                ]
            }
            return HanvonMessage.success(records).bytes
        },
        decoder: {
            var framer = HanvonFramer()
            return { read in
                framer.receive(read)
                var messages = 0
                while let outcome = framer.next() { if case .ended = outcome { messages += 1 } }
                return messages
            }
        })

    /// Bodies of 512 bytes or so with as many punches as go in.
    static let iclock = Stretch(
        name: "iclock", unit: "lines",
        piece: { number in
            Array("\(10_001 + number % 900)\t2026-11-24 08:30:\(10 + number % 50)\t0\t1\t0\t0\t0\t0\t0\t255\r\n".utf8)
        },
        readSize: 512,
        decoder: {
            { body in IClockText.lines(body).count { IClockAttlog($0) != nil } }
        })
}
