public import GatehouseModel
import GatehouseModuleKit
import GatehouseModules
import GatehouseRules
import GatehouseSite
public import HazardsModule

/// The modules over a running journal: events in, in their order and without a gap, derived events out.
public struct ModuleFold: Sendable {
    private(set) var house: ModuleHouse
    /// The last event that was heard.
    public private(set) var sequence: Int64
    private let reader: FactReader

    /// From the beginning of the journal.
    public init(_ names: [String]) {
        self.init(house: ModuleHouse(names), sequence: 0)
    }

    init(house: ModuleHouse, sequence: Int64) {
        self.house = house
        self.sequence = sequence
        reader = FactReader { SiteReader.read(json: $0).site }
    }

    /// Hears the next event and gives the events that follow from it, as they are to be appended: the same again for
    /// the same journal, to the byte. One that has been heard changes nothing.
    public mutating func take(_ recorded: Recorded) -> [Event] {
        guard recorded.sequence > sequence else { return [] }
        sequence = recorded.sequence
        let found =
            house.wants(recorded.topic)
            ? house.take(reader.fact(recorded)) : house.pass(to: recorded.recorded, sequence: recorded.sequence)
        guard !found.isEmpty, let site = house.site else { return [] }
        return found.map { $0.finding.event(site: site.id, module: $0.module, zone: site.zone) }
    }

    /// Why one of these events, steps of hazards among them, must not be appended after what has been heard.
    func refusal(of events: [Event], at wall: Moment) -> (place: Int, reason: String)? {
        let facts = events.map { event in
            let data = (try? JSONValue(parsing: event.data)) ?? .null
            let json: JSONValue = ["id": .string(event.id), "time": .string(event.time.text), "data": data]
            return reader.fact(json, topic: event.topic, sequence: sequence + 1, received: wall)
        }
        return house.refusal(of: facts)
    }

    /// Every hazard as it stands, by opening and id.
    public func hazards(at wall: Moment) -> [HazardRow] { house.hazards(asOf: wall) }

    /// When the wall clock must be looked at again; nil where nothing is due.
    public var nextDeadline: Moment? {
        house.nextDeadline.map { Self.moment(of: $0) }
    }

    /// The passing of time as an event, where a deadline has come by the wall clock and no event has said so yet.
    public func reminder(at wall: Moment, again: Int = 0) -> Event? {
        guard let next = house.nextDeadline, Self.moment(of: next) <= wall, let site = house.site,
            let module = house.owner(of: next)
        else { return nil }
        let due = Timestamp(next.moment, in: site.zone)
        let retry = again == 0 ? "" : "/\(again + 1)"
        let data: JSONValue = ["module": .string(module), "reminder": "deadline", "due": .string(due.text)]
        return Event(
            source: "/sites/\(site.id)/modules/\(module)",
            id: "reminder.due/\(module)/\(next.moment.milliseconds).\(next.phase.rawValue)\(retry)",
            topic: "reminder.due", subject: module, time: due, data: data.bytes,
            causation: sequence > 0 ? sequence : nil)
    }

    /// What comes after the events of its very moment needs an event after that moment.
    private static func moment(of deadline: Deadline) -> Moment {
        deadline.phase == .due ? deadline.moment : deadline.moment + .milliseconds(1)
    }
}
