import AnvizWire
import EM4100Wire
import EvdevWire
import FCARDWire
import GatehouseSimulation
import HIDPOSWire
import HanvonWire
import IClockWire
import LineScanWire
import OPN2001Wire
import OSDPWire
import ZKTecoWire

/// One entry for each wire.
extension Roster {
    static func wires() -> [Entry] {
        [
            anvizWire(), em4100Wire(), evdevWire(), fcardWire(), hanvonWire(), hidposWire(), iclockWire(),
            lineScanWire(),
            opn2001Wire(), osdpWire(), zktecoWire(),
        ]
    }

    private static func anvizWire() -> Entry {
        .wire(
            "anviz", corpus: Vectors.pieces(of: "Anviz"), seal: Seals.anviz, make: { _ in AnvizFramer() },
            receive: { $0.receive($1) }, next: { $0.next() }, expire: { _ = $0.expire() }, parse: Parsers.anviz)
    }

    private static func em4100Wire() -> Entry {
        .wire(
            "em4100", corpus: Vectors.pieces(of: "EM4100"), seal: Seals.em4100, make: { _ in EM4100Framer() },
            receive: { $0.receive($1) }, next: { $0.next() },
            parse: { bytes in
                guard let tag = EM4100Tag(bytes) else { return }
                for number in EM4100Number.allCases { _ = number.text(of: tag) }
            })
    }

    private static func evdevWire() -> Entry {
        .wire(
            "evdev", corpus: Vectors.pieces(of: "Evdev") + typing(),
            make: { random in
                WedgeFramer(
                    manner: KeyboardManner(
                        layout: random.pick(KeyboardLayout.allCases),
                        capsLock: random.pick(KeyboardManner.CapsLock.allCases),
                        altCodes: random.pick(AltCode.Numbers.allCases), hasDeadKeys: random.oneIn(2)),
                    format: WedgeFormat(
                        terminator: random.pick(WedgeFormat.Terminator.allCases), longest: random.pick([1, 40, 8192])))
            },
            receive: { $0.receive($1) }, next: { $0.next() }, expire: { _ = $0.expire(.ends) })
    }

    /// Codes as scanners of every layout type them.
    private static func typing() -> [[UInt8]] {
        KeyboardLayout.allCases.flatMap { layout in
            ["XF-0001", "Tor 3/7", "\u{E4}\u{F6}\u{FC}@"].compactMap { text in
                KeyTypist(layout: layout).strokes(for: Array(text.utf8)).map { strokes in
                    KeyTypist.events(of: strokes, from: 0).flatMap(\.bytes)
                }
            }
        }
    }

    private static func fcardWire() -> Entry {
        .wire(
            "fcard", corpus: Vectors.pieces(of: "FCARD"), seal: Seals.fcard, make: { _ in FCARDFramer() },
            receive: { $0.receive($1) }, next: { $0.next() }, parse: Parsers.fcard)
    }

    private static func hanvonWire() -> Entry {
        let keys = [nil, HanvonKey(digits: "12345678"), HanvonKey(digits: "1")]
        return .wire(
            "hanvon", corpus: Vectors.pieces(of: "Hanvon"), make: { random in HanvonFramer(key: random.pick(keys)) },
            receive: { $0.receive($1) }, next: { $0.next() }, parse: { _ = HanvonTime($0) })
    }

    private static func hidposWire() -> Entry {
        let corpus = Vectors.pieces(of: "HIDPOS") + descriptors
        let layouts = corpus.compactMap { try? ScanLayout(descriptor: $0) }
        precondition(!layouts.isEmpty, "no vector is a scanner's report descriptor")
        return .wire(
            "hid-pos", corpus: corpus,
            make: { random in
                HIDPOSFramer(layout: random.pick(layouts), longest: random.pick([1, 100, 8192]))
            },
            receive: { $0.receive($1) }, next: { $0.next() }, expire: { _ = $0.expire() },
            parse: { bytes in
                _ = try? ReportDescriptor(bytes)
                _ = try? ScanLayout(descriptor: bytes)
            })
    }

    /// What the kernel says of a scanner as the usage tables of HID draw it (page 8C, with vendor pages for the count).
    static let descriptors: [[UInt8]] = [
        [
            0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75,
            0x08, 0x06, 0x01, 0xFF, 0x09, 0x01, 0x95, 0x01, 0x81, 0x02, 0x05, 0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD,
            0x95, 0x03, 0x81, 0x02, 0x09, 0xFE, 0x95, 0x38, 0x82, 0x02, 0x01, 0x06, 0x01, 0xFF, 0x09, 0x02, 0x95, 0x02,
            0x81, 0x02, 0x05, 0x8C, 0x09, 0xFF, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x81, 0x02, 0x95, 0x07, 0x81, 0x03,
            0xC0, 0xC0,
        ]
    ]

    private static func iclockWire() -> Entry {
        .wire("iclock", corpus: Vectors.pieces(of: "IClock"), parse: Parsers.iclock)
    }

    private static func lineScanWire() -> Entry {
        .wire(
            "line-scan", corpus: Vectors.pieces(of: "LineScan"),
            make: { random in
                let terminator = random.pick(LineScanFormat.Terminator.allCases)
                return LineScanFramer(
                    format: LineScanFormat(
                        terminator: terminator, aim: random.oneIn(2), longest: random.pick([1, 64, 8192])))
            },
            receive: { $0.receive($1) }, next: { $0.next() }, expire: { _ = $0.expire(.ends) })
    }

    private static func opn2001Wire() -> Entry {
        let requests: [OPNRequest] = [
            .interrogate, .data, .clear, .time, .parameter(OPNParameter(rawValue: 2)), .powerDown,
        ]
        return .wire(
            "opn2001", corpus: Vectors.pieces(of: "OPN2001"), seal: Seals.opn2001,
            make: { random in
                var reader = OPNReader(check: random.pick(OPNDataCheck.allCases))
                reader.expect(random.pick(requests), serial: random.bytes(8))
                return reader
            },
            receive: { $0.receive($1) }, next: { $0.next() }, parse: Parsers.opn2001)
    }

    private static func osdpWire() -> Entry {
        .wire(
            "osdp", corpus: Vectors.pieces(of: "OSDP"), seal: Seals.osdp,
            make: { random in OSDPFramer(longest: random.pick([128, OSDPFrame.lengthLimit])) },
            receive: { $0.receive($1) }, next: { $0.next() }, expire: { _ = $0.expire() }, parse: Parsers.osdp)
    }

    private static func zktecoWire() -> Entry {
        .wire(
            "zkteco", corpus: Vectors.pieces(of: "ZKTeco"), seal: Seals.zkteco, make: { _ in ZKFramer() },
            receive: { $0.receive($1) }, next: { $0.next() }, parse: Parsers.zkteco)
    }
}
