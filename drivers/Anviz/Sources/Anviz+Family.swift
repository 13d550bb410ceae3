import AnvizWire
public import GatehouseDriverKit
import GatehouseModel

extension Anviz {
    /// The catalogue's entry. Clocks share a line, and are reached on TCP 5010 or dial in themselves.
    public static let family = DriverFamily(
        name: "anviz", hasMemory: true, network: [NetworkDoor(.tcp, port: 5010)], sharesLine: true,
        probes: [probe(device: 1), probe(device: 0)], settings: AnvizSettings.explained,
        make: { context throws(SettingsProblem) in try Anviz(context) })

    /// Asks for the serial number, of the address that clocks leave the factory with and of any. Which rate is usual is
    /// not documented.
    private static func probe(device: UInt32) -> Probe {
        Probe(
            lines: [9600, 115_200, 19_200].map { SerialLine(rate: $0) },
            question: AnvizFrame.command(.serialNumber, device: device).bytes,
            recognise: { bytes, _ in
                var framer = AnvizFramer()
                framer.receive(bytes)
                repeat {
                    while let outcome = framer.next() {
                        if case .frame(let frame) = outcome, frame.code.isReply { return recognition(frame) }
                    }
                } while framer.expire() != nil
                return nil
            })
    }

    private static func recognition(_ frame: AnvizFrame) -> Recognition {
        let isSerial = frame.code == AnvizCode.serialNumber.reply && frame.result == .ok
        let digits = isSerial ? frame.data.prefix { (0x21...0x7E).contains($0) } : []
        let serial = digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
        return Recognition(
            facts: DeviceFacts(vendor: "Anviz", serial: serial), settings: ["id": .integer(frame.device)])
    }
}
