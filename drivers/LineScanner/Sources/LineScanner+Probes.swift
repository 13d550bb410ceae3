import GatehouseDriverKit
import GatehouseModel
import LineScanWire

extension LineScanner {
    /// A scanner says nothing until a code is scanned; then it sends text with an end to it. Much else does that too,
    /// so this is never certain.
    static let probe = Probe(lines: [SerialLine(rate: 9600), SerialLine(rate: 115_200)]) { bytes, _ in
        for terminator in [LineScanFormat.Terminator.auto, .tab] {
            guard let scan = wholeScan(bytes, terminator) else { continue }
            var settings: [JSONValue.Member] = []
            if terminator != .auto { settings.append(.init("terminator", .string(terminator.rawValue))) }
            if scan.symbology != nil { settings.append(.init("aim", true)) }
            return Recognition(settings: .object(settings), isCertain: false)
        }
        return nil
    }

    /// The first scan, where it is text: at the wrong rate a line gives bytes that are none.
    private static func wholeScan(_ bytes: [UInt8], _ terminator: LineScanFormat.Terminator) -> LineScan? {
        var framer = LineScanFramer(format: LineScanFormat(terminator: terminator, aim: true))
        framer.receive(bytes)
        while let outcome = framer.next() {
            guard case .scan(let scan) = outcome, scan.payload.count >= 3 else { continue }
            guard String(validating: scan.payload, as: UTF8.self) != nil, scan.payload.allSatisfy(isShown) else {
                continue
            }
            return scan
        }
        return nil
    }

    /// Text, and the separators of GS1 codes.
    private static func isShown(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || (0x1C...0x1F).contains(byte)
    }
}
