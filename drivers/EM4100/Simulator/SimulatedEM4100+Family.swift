import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation

extension SimulatedEM4100 {
    /// Readers of both kinds, for simulated sites.
    public static let family = SimulatedFamily(name: "em4100", bench: bench) { random, zone, _ in
        let formats: [JSONValue] = ["hex10", "dec10", "dec8", "facility", "facility-comma"]
        let setup = Setup(repeats: !random.oneIn(3), isLowerCase: random.oneIn(3))
        let context = DriverContext(
            zone: zone, role: random.oneIn(2) ? .clock : .patrol,
            settings: ["format": formats[random.number(in: 0...formats.count - 1)]])
        return SimulatedStation(
            device: SimulatedEM4100(setup: setup, seed: random.next()), context: context, transports: [.serial],
            errand: errand, mishap: mishap, mend: ["fault": "none"])
    }

    static let bench = SimulatedBench([
        "repeats": "true: an RDM6300, which repeats a card that stays; false: an ID-12 (true)",
        "lower": "true: small letters among the digits (false)",
    ]) { asked throws(SettingsProblem) in
        let setup = Setup(
            repeats: try asked.flag("repeats", default: true), isLowerCase: try asked.flag("lower", default: false))
        return SimulatedEM4100(setup: setup, seed: asked.seed)
    }

    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        let cards: [JSONValue] = ["010063E9AE", "100086F444", "0000000001", "FFFFFFFFFF"]
        return [
            "card": cards[random.number(in: 0...cards.count - 1)], "near": .integer(random.number(in: 50...2000)),
        ]
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        let faults: [JSONValue] = ["silence", "noise", "cut", "checksum", "reboot"]
        return ["fault": faults[random.number(in: 0...faults.count - 1)]]
    }
}
