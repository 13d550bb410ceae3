import GatehouseDriverKit
import HanvonWire

extension Hanvon {
    /// Who are you, in plain words. A clock with a key hears nonsense and says nothing that can be understood: it is
    /// not recognised, and needs its secret in the site file.
    static let probe = Probe(
        lines: [], question: HanvonMessage("GetDeviceInfo").bytes, patience: .seconds(2)
    ) { bytes, _ in
        var framer = HanvonFramer()
        framer.receive(bytes)
        var word: String?
        // Every outcome takes a byte at the least.
        for _ in 0...bytes.count {
            switch framer.next() {
            case .began(let begun): word = begun
            case .ended where word == "Return" || word == "Wait":
                return Recognition(facts: DeviceFacts(vendor: "Hanvon"))
            case nil: return nil
            default: break
            }
        }
        return nil
    }
}
