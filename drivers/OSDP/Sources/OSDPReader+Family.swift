public import GatehouseDriverKit
import GatehouseModel
public import OSDPWire

extension OSDPReader {
    /// The catalogue's entry.
    ///
    /// - Parameters:
    ///   - cipher: AES-128.
    ///   - random: As many bytes as asked for, which nobody can foresee.
    public static func family(
        cipher: BlockCipher, random: @escaping @Sendable (Int) -> [UInt8]
    ) -> DriverFamily {
        DriverFamily(
            name: "osdp", hasMemory: false, sharesLine: true, probes: probes, line: SerialLine(rate: 9600),
            settings: OSDPSettings.explained,
            make: { context throws(SettingsProblem) in try OSDPReader(context, cipher: cipher, random: random) })
    }

    /// Rates that readers have, the factory's first.
    private static let rates = [9600, 115_200, 38_400, 57_600, 19_200, 230_400]

    /// Who are you, at the factory's address; then at every address, which serves while one reader hangs on the line.
    private static var probes: [Probe] {
        [UInt8(0), OSDPFrame.broadcast].map { address in
            let question = OSDPFrame(
                address: address, isReply: false, sequence: 0, code: OSDPCommand.identify.code,
                data: OSDPCommand.identify.data)
            return Probe(
                lines: rates.map { SerialLine(rate: $0) }, question: [OSDPFrame.idleByte] + question.bytes
            ) { bytes, _ in recognise(bytes) }
        }
    }

    private static func recognise(_ bytes: [UInt8]) -> Recognition? {
        var framer = OSDPFramer()
        framer.receive(bytes)
        while true {
            while let outcome = framer.next() {
                guard case .frame(let frame) = outcome, frame.isReply else { continue }
                return recognition(frame)
            }
            guard framer.expire() else { return nil }
        }
    }

    /// Any frame of a reader with the right check proves that it is one; most say who they are too. Which address one
    /// has that answered all addresses must be found out otherwise.
    private static func recognition(_ frame: OSDPFrame) -> Recognition {
        let address: JSONValue = frame.address == OSDPFrame.broadcast ? .null : .integer(frame.address)
        var facts = DeviceFacts()
        if case .identity(let identity) = OSDPReply(code: frame.code, data: frame.data) { facts = Self.facts(identity) }
        return Recognition(facts: facts, settings: ["address": address])
    }

    /// What a reader says it is, in words.
    static func facts(_ identity: OSDPIdentity) -> DeviceFacts {
        let vendor = identity.vendor.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        return DeviceFacts(
            vendor: "OUI \(vendor)", model: "\(identity.model) version \(identity.version)",
            serial: "\(identity.serial)", firmware: identity.firmware.map { "\($0)" }.joined(separator: "."))
    }
}
