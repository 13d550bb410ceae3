import GatehouseDriverKit
import GatehouseModel
public import GatehouseSimulation
public import OSDPWire

extension SimulatedOSDPLine {
    /// Lines with one reader, in plain text and secure, for simulated sites; on the bench, with as many as wanted.
    public static func family(cipher: BlockCipher) -> SimulatedFamily {
        SimulatedFamily(name: "osdp", bench: bench(cipher)) { random, zone, _ in
            let key = random.oneIn(2) ? random.bytes(16) : nil
            let isNew = key != nil && random.oneIn(4)
            let address = UInt8(random.number(in: 0...126))
            let setup = SimulatedOSDPReader.Setup(
                address: address, key: isNew ? nil : key, isEnforced: key != nil && random.oneIn(2),
                serial: UInt32(random.number(in: 1...999_999)), hasDisplay: random.oneIn(2), hasClock: random.oneIn(2))
            let context = context(&random, zone, setup, key: key, isNew: isNew)
            return SimulatedStation(
                device: SimulatedOSDPLine([setup], cipher: cipher, seed: random.next()), context: context,
                transports: [.serial], errand: errand, mishap: mishap, mend: ["fault": "none"])
        }
    }

    private static func bench(_ cipher: BlockCipher) -> SimulatedBench {
        let explanations = [
            "readers": "how many readers hang on the line, at the addresses from the first on (1)",
            "address": "the first one's address (0)",
            "key": "their key, 32 hexadecimal digits (none: the installation key)",
            "enforced": "whether they take nothing outside the secure channel (false)",
            "repeats": "whether they repeat their answer to a repeated question, as they should (true)",
            "clock": "whether they have a clock that can be set (false)",
            "display": "whether they have a display (true)",
        ]
        return SimulatedBench(explanations) { setup throws(SettingsProblem) in
            let first = try setup.number("address", in: UInt8(0)...126, default: 0)
            let count = try setup.number("readers", in: UInt8(1)...(127 - first), default: 1)
            let key = try setup.bytes("key", default: [])
            guard key.isEmpty || key.count == BlockCipher.size else {
                throw SettingsProblem(key: "key", reason: "32 hexadecimal digits are expected")
            }
            var reader = SimulatedOSDPReader.Setup(key: key.isEmpty ? nil : key)
            reader.isEnforced = try setup.flag("enforced", default: false)
            reader.repeats = try setup.flag("repeats", default: true)
            reader.hasClock = try setup.flag("clock", default: false)
            reader.hasDisplay = try setup.flag("display", default: true)
            let readers = (first..<first + count).map { address in
                var reader = reader
                reader.address = address
                reader.serial = UInt32(address) + 1
                return reader
            }
            return SimulatedOSDPLine(readers, cipher: cipher, seed: setup.seed)
        }
    }

    private static func context(
        _ random: inout SplitMix64, _ zone: Zone, _ setup: SimulatedOSDPReader.Setup, key: [UInt8]?, isNew: Bool
    ) -> DriverContext {
        let settings: [JSONValue.Member] = [
            .init("address", .integer(setup.address)), .init("poll", "500ms"), .init("install", .bool(isNew)),
            .init("check", random.oneIn(4) ? "checksum" : "crc"), .init("idle_byte", .bool(random.oneIn(2))),
        ]
        let policies = DriverContext.ClockPolicy.allCases
        return DriverContext(
            zone: zone, clock: policies[random.number(in: 0...policies.count - 1)], secret: key.map(digits),
            expectedSerial: random.oneIn(3) ? "\(setup.serial)" : nil, settings: .object(settings))
    }

    private static func digits(_ key: [UInt8]) -> String {
        key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func errand(_ random: inout SplitMix64) -> JSONValue {
        switch random.number(in: 0...9) {
        case 0: ["keys": .string("\(random.number(in: 1000...9999))#")]
        case 1: ["keys": .string("\(random.number(in: 0...9))")]
        case 2: ["card": ["hex": "04a1b2c3d4e5f6"]]
        case 3: ["tamper": .bool(random.oneIn(2))]
        default: ["punch": ["badge": .string("17-\(random.number(in: 1...40))")]]
        }
    }

    private static func mishap(_ random: inout SplitMix64) -> JSONValue {
        let faults: [JSONValue] = ["silence", "noise", "busy", "cut", "bad-crc", "repeats", "late", "reboot"]
        return ["fault": faults[random.number(in: 0...faults.count - 1)]]
    }
}
