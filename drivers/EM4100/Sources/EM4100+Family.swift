import EM4100Wire
public import GatehouseDriverKit

extension EM4100 {
    /// The catalogue's entry. These readers sit on bridge chips that anything may hide behind, so none is claimed
    /// without an entry in the site file.
    public static let family = DriverFamily(
        name: "em4100", hasMemory: false, probes: [probe], settings: EM4100Settings.explanations,
        make: { context throws(SettingsProblem) in
            guard context.secret == nil else {
                throw SettingsProblem(key: "secret", reason: "this reader has no key: leave the secret out")
            }
            return EM4100(role: context.role, settings: try EM4100Settings(context.settings))
        })

    /// It cannot be asked: a card must be held to it while the gateway listens.
    private static let probe = Probe(lines: [SerialLine()], patience: .seconds(3)) { bytes, _ in
        var framer = EM4100Framer()
        framer.receive(bytes)
        while let outcome = framer.next() {
            if case .tag = outcome { return Recognition(facts: DeviceFacts(model: "EM4100 reader")) }
        }
        return nil
    }
}
