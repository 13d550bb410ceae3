import EvdevWire
import GatehouseDriverKit
import GatehouseModel

extension KeyboardWedgeSettings {
    /// What a code becomes. Bytes that are no UTF-8, or may be GBK, cannot be a badge: they are handed over as a scan,
    /// whose encoding is found out later.
    func observation(of code: [UInt8]) -> Observation {
        let (payload, symbology) = aim ? Self.withoutIdentifier(code) : (code, nil)
        if reading == .punch, manner.altCodes == .unicode || payload.allSatisfy({ $0 < 0x80 }),
            let badge = String(validating: payload, as: UTF8.self)
        {
            return .punch(
                PunchReading(
                    identity: nil, badge: badge, direction: .unknown, method: .card, deviceTime: nil,
                    native: symbology.map { ["symbology": .string($0)] } ?? .null))
        }
        return .scan(ScanReading(payload: payload, symbology: symbology))
    }

    /// Takes the AIM identifier off: `]`, a letter for the symbology, a letter or digit for its options.
    private static func withoutIdentifier(_ code: [UInt8]) -> ([UInt8], String?) {
        func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
        guard code.count > 3, code[0] == UInt8(ascii: "]"), isLetter(code[1]),
            isLetter(code[2]) || (0x30...0x39).contains(code[2])
        else { return (code, nil) }
        return (Array(code[3...]), String(decoding: code[1...2], as: UTF8.self))
    }
}
