import FCARDWire
public import GatehouseDriverKit
import GatehouseModel

extension FCARD {
    /// The catalogue's entry. No USB identity of these wands is published, so none is claimed.
    public static let family = DriverFamily(
        name: "fcard", hasMemory: true, probes: [probe], line: line, settings: FCARDSettings.explanations,
        make: { context throws(SettingsProblem) in try FCARD(context) })

    private static let line = SerialLine(rate: 115_200)
    private static let question = FCARDRequest.number.frame(address: 1, infoCode: 0x1234)

    private static let probe = Probe(
        lines: [line], question: question.bytes, patience: .milliseconds(300)
    ) { bytes, _ in
        var framer = FCARDFramer()
        framer.receive(bytes)
        while let outcome = framer.next() {
            guard case .frame(let frame) = outcome, frame.infoCode == question.infoCode,
                case .number(let number) = FCARDReply(frame, to: .number)
            else { continue }
            let settings: JSONValue = number == 1 ? [:] : ["address": .integer(number)]
            return Recognition(
                facts: DeviceFacts(vendor: "FCARD", model: "patrol wand \(number)"), settings: settings)
        }
        return nil
    }
}
