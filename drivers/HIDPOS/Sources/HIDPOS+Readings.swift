import GatehouseDriverKit
import GatehouseModel
import GatehouseWireKit
import HIDPOSWire

extension HIDPOSSettings {
    /// A scan as a reading: the suffix taken off, the AIM identifier as symbology. What else the device said is kept
    /// beside it.
    func reading(of scan: HIDPOSScan) -> ScanReading {
        var payload = scan.payload
        var taken: [UInt8] = []
        if suffix == .cr {
            if payload.count > 2, payload.suffix(2) == [0x0D, 0x0A] {
                taken = [0x0D, 0x0A]
            } else if payload.count > 1, payload.last == 0x0D {
                taken = [0x0D]
            }
            payload.removeLast(taken.count)
        }
        var native: [JSONValue.Member] = []
        if !taken.isEmpty { native.append(.init("suffix", .string(Hex.text(taken)))) }
        if scan.symbology == nil, let identifier = scan.identifier {
            native.append(.init("identifier", .string(Hex.text(identifier))))
        }
        if !scan.makers.isEmpty { native.append(.init("makers", .string(Hex.text(scan.makers)))) }
        return ScanReading(
            payload: payload, symbology: scan.symbology, native: native.isEmpty ? .null : .object(native))
    }
}

extension DeviceFault {
    /// The descriptor was not handed over.
    static let noDescription = DeviceFault(
        code: "descriptor-missing",
        message: "the kernel gave no report descriptor for this device, so its reports cannot be read; unplug it and "
            + "plug it in again, and see that its hidraw node may be opened; until then, set it to USB-COM")

    /// The descriptor is no scanner's.
    static func description(_ problem: ScanLayout.Problem, _ bytes: [UInt8]) -> DeviceFault {
        switch problem {
        case .noDecodedData:
            DeviceFault(
                code: "descriptor-unknown",
                message: "this device's report descriptor has no decoded data of a bar code scanner (usage page 8C); "
                    + "set the scanner to HID POS, or to USB-COM and driver line-scanner",
                raw: Array(bytes.prefix(1024)))
        case .descriptor:
            DeviceFault(
                code: "descriptor-unknown",
                message:
                    "this device's report descriptor is damaged, so its reports cannot be read; unplug it and plug "
                    + "it in again; if it stays so, set it to USB-COM and driver line-scanner",
                raw: Array(bytes.prefix(1024)))
        }
    }

    /// What a bad report or scan means for the operator; nil for a good one, and for reports that carry no scan.
    init?(_ outcome: HIDPOSFramer.Outcome, longest: Int) {
        switch outcome {
        case .scan, .other: return nil
        case .overlong(let beginning):
            self.init(
                code: "scan-overlong",
                message: "a scan of more than \(longest) bytes was thrown away; raise settings.longest if codes are "
                    + "that long", raw: beginning)
        case .unfinished(let bytes):
            self.init(
                code: "scan-unfinished",
                message: "the last report of a scan did not come, and the scan was dropped; scan again, and check the "
                    + "cable if it recurs", raw: bytes)
        case .malformed(let bytes):
            self.init(
                code: "report-malformed",
                message: "a report does not fit the device's own descriptor, and its scan was dropped; scan again, and "
                    + "set the scanner to USB-COM if it recurs", raw: bytes)
        }
    }
}
