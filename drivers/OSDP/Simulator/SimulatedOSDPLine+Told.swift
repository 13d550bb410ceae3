import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit
import OSDPWire

/// What people and tests do to a simulated line.
extension SimulatedOSDPLine {
    mutating func told(_ command: JSONValue) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return Self.refuse("a command is an object") }
        let value = first.value
        guard let index = index(of: value) else { return Self.refuse("no reader has that address") }
        switch first.name {
        case "punch": return toldPunch(value, index)
        case "card": return toldCard(value, index)
        case "keys": return toldKeys(value, index)
        case "tamper": return toldState(first, index) { $0.isTampered = $1 }
        case "power": return toldState(first, index) { $0.hasPowerFailure = $1 }
        case "fault": return toldFault(value)
        case "report": return [.answered(report)]
        default: return Self.refuse("\"\(first.name)\" is not understood")
        }
    }

    private func index(of value: JSONValue) -> Int? {
        guard let address = value["address"] else { return 0 }
        return readers.firstIndex { Int($0.setup.address) == address.integer }
    }

    /// A badge "123-4567" is a card of 26 bits; one of digits alone a card of 37 bits.
    private mutating func toldPunch(_ value: JSONValue, _ index: Int) -> [SimulatedEffect] {
        let parts = (value["badge"]?.text ?? "").split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt64($0) }
        guard numbers.count == parts.count, numbers.allSatisfy({ $0 < 1 << 35 }) else {
            return Self.refuse("punch needs a badge, \"123-4567\" or digits alone")
        }
        let card: OSDPCard
        switch numbers.count {
        case 1: card = OSDPWiegand.h10302.card(card: numbers[0])
        case 2 where numbers[0] < 256 && numbers[1] < 65_536:
            card = OSDPWiegand.h10301.card(facility: numbers[0], card: numbers[1])
        default: return Self.refuse("punch needs a facility up to 255 and a card up to 65535")
        }
        happen(card, index)
        return [.answered(["punch": value])]
    }

    private mutating func toldCard(_ value: JSONValue, _ index: Int) -> [SimulatedEffect] {
        guard let card = Self.card(value) else {
            return Self.refuse("card needs bits as noughts and ones, or hex (and a count of bits)")
        }
        happen(card, index)
        return [.answered(["card": value])]
    }

    private mutating func happen(_ card: OSDPCard, _ index: Int) {
        readers[index].happen(SimulatedOSDPReader.Answer(code: 0x50, data: card.data))
    }

    private static func card(_ value: JSONValue) -> OSDPCard? {
        if let text = value["bits"]?.text {
            let bits = text.utf8.map { $0 == UInt8(ascii: "1") }
            guard (1...OSDPCard.bitLimit).contains(bits.count), text.allSatisfy({ $0 == "0" || $0 == "1" }) else {
                return nil
            }
            var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
            for (place, bit) in bits.enumerated() where bit { bytes[place / 8] |= 0x80 >> UInt8(place % 8) }
            return OSDPCard(reader: 0, format: 1, bitCount: bits.count, bits: bytes)
        }
        guard let bytes = value["hex"]?.text.flatMap({ Hex.bytes($0) }), !bytes.isEmpty else { return nil }
        let count = value["bits"]?.integer ?? bytes.count * 8
        guard (1...OSDPCard.bitLimit).contains(count), (count + 7) / 8 == bytes.count else { return nil }
        return OSDPCard(reader: 0, format: 0, bitCount: count, bits: bytes)
    }

    private mutating func toldKeys(_ value: JSONValue, _ index: Int) -> [SimulatedEffect] {
        let keys = (value.text ?? value["keys"]?.text ?? "").compactMap(Self.key)
        guard (1...255).contains(keys.count) else {
            return Self.refuse("keys needs 1 to 255 of 0 to 9, * and #")
        }
        readers[index].happen(SimulatedOSDPReader.Answer(code: 0x53, data: [0, UInt8(keys.count)] + keys))
        return [.answered(["keys": value])]
    }

    private static func key(_ character: Character) -> UInt8? {
        switch character {
        case "*": 0x7F
        case "#": 0x0D
        case "A"..."H", "0"..."9": character.asciiValue
        default: nil
        }
    }

    private mutating func toldState(
        _ told: JSONValue.Member, _ index: Int, _ set: (inout SimulatedOSDPReader, Bool) -> Void
    ) -> [SimulatedEffect] {
        guard let isOn = told.value.bool ?? told.value["on"]?.bool else {
            return Self.refuse("\(told.name) needs true or false, or {\"address\": 1, \"on\": true}")
        }
        set(&readers[index], isOn)
        readers[index].happen(readers[index].localStatus)
        return [.answered(.object([told]))]
    }

    private mutating func toldFault(_ value: JSONValue) -> [SimulatedEffect] {
        guard let fault = (value.text ?? value["kind"]?.text).flatMap({ Fault(rawValue: $0) }) else {
            return Self.refuse("fault is one of \(Fault.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        for index in readers.indices {
            let address = readers[index].setup.address
            guard value["address"] == nil || value["address"]?.integer == Int(address) else { continue }
            if fault == .reboot { readers[index].reboot() }
            faults[address] = fault == .none || fault == .reboot ? nil : fault
        }
        return [.answered(["fault": value])]
    }

    private var report: JSONValue {
        ["open": .bool(isHeard), "readers": .array(readers.map(\.report))]
    }

    private static func refuse(_ reason: String) -> [SimulatedEffect] {
        let understood =
            "{\"punch\": {\"badge\": \"123-4567\"}}, {\"card\": {\"address\": 1, \"hex\": \"4e2fff93\"}}, "
            + "{\"keys\": \"1234#\"}, {\"tamper\": true}, {\"fault\": \"noise\"}, {\"report\": true}"
        return [.answered(["error": .string("\(reason); understood: \(understood)")])]
    }
}

extension SimulatedOSDPReader {
    /// `waiting` is what happened and was not fetched, `fetched` what certainly arrived.
    var report: JSONValue {
        [
            "address": .integer(setup.address), "secure": .bool(channel != nil), "sessions": .integer(sessions),
            "polls": .integer(polls), "waiting": .integer(events.count + (unconfirmed == nil ? 0 : 1)),
            "fetched": .integer(fetched), "led": .string(Hex.text(led)), "beeps": .integer(beeps),
            "text": .optional(text), "time": .string(Hex.text(time)), "key": .bool(key != nil),
        ]
    }
}
