import GatehouseBus
public import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
public import GatehouseModel

/// Takes punches that came another way than over a device's wire (a USB stick, a file): under the device's name and
/// with its rules, so that one the device has delivered already is the same event.
public struct ImportDesk: Sendable {
    /// The bus command that carries them.
    public static let command = "import"
    /// How many punches one command may carry, within the 64 KiB of its arguments.
    public static let limit = 150

    let gateway: Gateway
    let writer: JournalWriter
    let timekeeper: Timekeeper

    /// What came of an import.
    public struct Outcome: Hashable, Sendable {
        public var new = 0
        /// Already in the journal.
        public var known = 0

        public init(new: Int = 0, known: Int = 0) {
            self.new = new
            self.known = known
        }
    }

    /// The arguments of the command.
    public static func arguments(_ punches: [PunchReading]) -> JSONValue {
        ["punches": .array(punches.map(\.json))]
    }

    func take(_ arguments: JSONValue, for device: String) async throws(BusRefusal) -> JSONValue {
        guard let rows = arguments["punches"]?.elements, rows.count <= Self.limit else {
            throw BusRefusal(.malformed, "import needs {\"punches\": […]}, at most \(Self.limit)")
        }
        var punches: [PunchReading] = []
        for (index, row) in rows.enumerated() {
            guard let punch = PunchReading(json: row) else {
                throw BusRefusal(.malformed, "punch \(index) is incomplete")
            }
            punches.append(punch)
        }
        guard let profile = await gateway.profile(of: device) else {
            throw BusRefusal(.unknownDevice, "\(device.prefix(80)) is no device here; `gatehouse devices` lists them")
        }
        do throws(JournalError) {
            let events = Self.events(punches, profile: profile, at: timekeeper.now)
            let placements = try await writer.append(events, whenFull: .fail)
            let known = placements.count(where: \.isDuplicate)
            return ["new": .integer(placements.count - known), "known": .integer(known)]
        } catch {
            throw BusRefusal(error == .full ? .diskFull : .unavailable, "\(error)")
        }
    }

    /// The punches as the device's events.
    static func events(_ punches: [PunchReading], profile: DeviceProfile, at now: Now) -> [Event] {
        // Every punch has its own identity, so that nothing is drawn from the seed.
        var normaliser = Normaliser(profile: profile, scans: ScanReader(), seed: 0)
        return punches.map { normaliser.event(for: .punch($0), at: now) }
    }
}

extension PunchReading {
    /// The reading as the import command carries it.
    fileprivate var json: JSONValue {
        [
            "identity": .optional(identity), "badge": .string(badge), "direction": .string(direction.rawValue),
            "method": .string(method.rawValue), "deviceTime": .optional(deviceTime?.text), "native": native,
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard let identity = json["identity"]?.text, (1...256).contains(identity.utf8.count),
            let badge = json["badge"]?.text, (1...64).contains(badge.utf8.count),
            let direction = json["direction"]?.text.flatMap(Direction.init(rawValue:)),
            let method = json["method"]?.text.flatMap(Method.init(rawValue:)),
            let time = json["deviceTime"]?.text.flatMap({ LocalTime($0) })
        else { return nil }
        self.init(
            identity: identity, badge: badge, direction: direction, method: method, deviceTime: time,
            native: json["native"] ?? .null)
    }
}
