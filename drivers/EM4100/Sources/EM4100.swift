import EM4100Wire
public import GatehouseDriverKit
public import GatehouseModel

/// A reader of 125 kHz cards that sends each card's number and hears nothing: RDM6300, ID-12, ID-20 and what imitates
/// them.
///
/// It keeps no reading, so there is nothing to acknowledge. An RDM6300 says the same number some twenty times a second
/// while the card lies near; that is one reading, and the next one begins when the card has been away.
public struct EM4100: DeviceDriver {
    private let role: DriverContext.Role
    private let settings: EM4100Settings
    private var framer = EM4100Framer()
    private var near: Nearby
    private var lastReceipt: UInt64 = 0
    /// Something has come on this link: what comes first may be the end of a frame that began before.
    private var hasHeard = false

    public init(role: DriverContext.Role, settings: EM4100Settings) {
        self.role = role
        self.settings = settings
        near = Nearby(absence: settings.absence)
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        switch input {
        case .linkOpened:
            framer = EM4100Framer()
            hasHeard = false
            return []
        case .received(let bytes):
            framer.receive(bytes)
            return effects(at: now.uptime)
        case .command(_, let id):
            return [.answered(id, .refused("this reader only talks"))]
        case .described, .lineGranted, .requested, .recorded, .woke, .linkClosing, .linkClosed:
            return []
        }
    }

    /// All cards of one read are handed over together, so that they are one batch for the journal.
    private mutating func effects(at uptime: Duration) -> [DriverEffect] {
        var readings: [Observation] = []
        var (good, bad) = (0, 0)
        while let outcome = framer.next() {
            switch outcome {
            case .tag(let tag):
                good += 1
                if near.heard(tag, at: uptime) { readings.append(reading(of: tag)) }
            case .damaged:
                bad += 1
                near.heardSomething(at: uptime)
            case .noise:
                if hasHeard { bad += 1 }
            }
            hasHeard = true
        }
        var effects: [DriverEffect] = []
        if !readings.isEmpty {
            lastReceipt += 1
            effects.append(.observed(readings, Receipt(lastReceipt)))
        }
        if good + bad > 0 { effects.append(.frames(good: good, bad: bad)) }
        return effects
    }

    private func reading(of tag: EM4100Tag) -> Observation {
        let number = settings.format.text(of: tag)
        let native: JSONValue = ["tag": .string(EM4100Number.hex10.text(of: tag))]
        return switch role {
        case .clock:
            .punch(
                PunchReading(
                    identity: nil, badge: number, direction: .unknown, method: .card, deviceTime: nil, native: native))
        case .patrol, .both: .scan(ScanReading(payload: Array(number.utf8), native: native))
        }
    }
}
