import GatehouseDriverKit
import GatehouseModel
import GatehouseWireKit
import OSDPWire

/// What happened at the reader.
extension OSDPReader {
    /// Takes the answer to a question of what has happened, or what came in place of one.
    mutating func happened(_ reply: OSDPReply) {
        link?.restarts = 0
        switch reply {
        case .card(let card): read(card)
        case .keys(let reader, let keys): press(keys, reader: reader)
        case .localStatus(let tamper, let power): told(tamper: tamper, power: power)
        case .readerStatus(let states): told(states)
        case .other(0x51, let data):
            faultOnce(
                "formatted-card", "the reader sends cards as text, which is no part of OSDP any more; set it to raw",
                raw: data)
        // A maker's own, and whatever else there may be, is nobody's punch.
        case .acknowledged, .other, .refused, .identity, .capabilities, .busy: break
        }
    }

    private mutating func read(_ card: OSDPCard) {
        let reading = settings.badge.reading(of: card)
        guard let badge = reading.badge else {
            fault(
                "card-parity",
                "a card of \(card.bitCount) bits was misread: its parity is wrong. If all are, set parity to strip",
                raw: card.data)
            return show(false, reader: card.reader)
        }
        observe(badge, .card, reading.native, reader: card.reader)
    }

    private mutating func press(_ keys: [UInt8], reader: UInt8) {
        for entry in keyPad.press(keys, reader: reader) { typed(entry) }
        keyPadDue = keyPad.isTyping ? now.uptime + settings.keyPause : nil
    }

    /// Nothing more has been typed for a while.
    mutating func keysPaused() {
        keyPadDue = nil
        if let entry = keyPad.end(isEnded: false) { typed(entry) }
    }

    private mutating func typed(_ entry: KeyPad.Entry) {
        guard entry.isEnded || settings.takesUnended else { return }
        var native: [JSONValue.Member] = [
            .init("reader", .integer(entry.reader)), .init("ended", entry.isEnded ? "enter" : "pause"),
        ]
        if !entry.functions.isEmpty { native.append(.init("functions", .string(entry.functions))) }
        observe(entry.digits, .pin, .object(native), reader: entry.reader)
    }

    private mutating func observe(
        _ badge: String, _ method: PunchReading.Method, _ native: JSONValue, reader: UInt8
    ) {
        var members = native.members ?? []
        // It may have happened at any time while nobody asked.
        if let gap = memory.gap {
            members.append(.init("afterGapMilliseconds", .integer(gap.wholeMilliseconds)))
        }
        let receipt = nextReceipt()
        unrecorded[receipt] = Awaiting(reader: reader, since: now.uptime)
        let native = JSONValue.object(members)
        // No identity: an event of a reader has neither number nor time, so each is one of its own.
        let observation: Observation =
            context.role == .patrol
            ? .scan(ScanReading(payload: Array(badge.utf8), native: native))
            : .punch(
                PunchReading(
                    identity: nil, badge: badge, direction: .unknown, method: method, deviceTime: nil, native: native))
        effects.append(.observed([observation], receipt))
    }

    private mutating func told(tamper: Bool, power: Bool) {
        if tamper != memory.tamper ?? false {
            fault(
                tamper ? "tamper" : "tamper-ended",
                tamper
                    ? "the reader's housing was opened or it was taken off the wall; look after it"
                    : "the reader's housing is closed again")
        }
        if power != memory.powerFails ?? false {
            fault(
                power ? "power-failure" : "power-restored",
                power ? "the reader's power fails; look after its supply" : "the reader's power is back")
        }
        memory.tamper = tamper
        memory.powerFails = power
    }

    private mutating func told(_ states: [OSDPReaderState]) {
        for (place, state) in states.enumerated() {
            let before = memory.readers.indices.contains(place) ? memory.readers[place] : .normal
            guard state != before else { continue }
            switch state {
            case .normal: fault("reader-restored", "reader \(place) behind the device is well again")
            case .notConnected: fault("reader-disconnected", "reader \(place) is not connected to its device")
            default: fault("tamper", "reader \(place) reports that it is tampered with; look after it")
            }
        }
        memory.readers = states
    }
}
