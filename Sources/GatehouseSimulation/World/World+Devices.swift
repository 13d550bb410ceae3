import GatehouseDriverKit
import GatehouseModel

/// The devices' own side.
extension World {
    /// Plays one input to a device, carries out what follows, and looks what became of its records.
    mutating func tell(_ input: SimulatedInput, _ index: Int) throws(BrokenInvariant) {
        let effects = stations[index].device.handle(input, at: trueNow)
        for effect in effects {
            switch effect {
            case .send(let bytes): if isHeard(index) { carry(bytes, .toGateway, index) }
            case .wake(let after):
                stations[index].deviceTimer += 1
                agenda.add(.deviceWoke(index, timer: stations[index].deviceTimer), at: uptime + after)
            case .close: hangUp(index)
            case .answered(let answer):
                if let error = answer["error"]?.text {
                    transcript.note(.note, at: uptime, station: index, words("\(name(index)) refuses: \(error)"))
                }
            }
        }
        try checkDevice(index)
        try checkQueues(index)
    }

    /// Whether the device's connection is the one that the gateway has.
    private func isHeard(_ index: Int) -> Bool {
        guard let link = stations[index].session?.link else { return false }
        return link.serial == stations[index].deviceLink && !link.endsWhenDrained
    }

    /// The device ends its connection, as when it restarts.
    private mutating func hangUp(_ index: Int) {
        guard isHeard(index), let link = stations[index].session?.link else { return }
        stations[index].deviceLink = nil
        // A datagram's receiver learns nothing of an end.
        guard link.transport != .udp else { return }
        stations[index].session?.link?.endsWhenDrained = true
        if isDrained(index) {
            agenda.add(.lost(index, serial: link.serial, reason: "the device hung up"), at: uptime)
        }
    }

    /// A person or a test tells the device something.
    mutating func say(_ command: JSONValue, _ index: Int) throws(BrokenInvariant) {
        transcript.note(.told, at: uptime, station: index, words("\(name(index)) is told \(command.text(limit: 100))"))
        try tell(.told(command), index)
    }
}

extension JSONValue {
    /// The beginning of its text.
    func text(limit: Int) -> String {
        String(decoding: bytes.prefix(limit), as: UTF8.self)
    }
}
