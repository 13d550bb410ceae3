public import GatehouseRules

/// A site with its lists made into tables.
///
/// It never changes, and is shared: every event asks for it.
public final class SiteIndex: Sendable {
    public let site: Site
    public let people: [String: Person]
    public let departments: [String: Department]
    public let devices: [String: Device]
    public let shifts: [String: Shift]
    public let checkpoints: [String: Checkpoint]
    public let conditions: [String: Condition]
    public let routes: [String: Route]
    /// Whose badge it is. One that the file gives to two people cannot be: `check` refuses that.
    public let badges: [String: String]
    private let members: [String: [String]]
    private let travel: [String: [String: Duration]]

    public init(_ site: Site) {
        self.site = site
        people = Self.table(site.people, \.id)
        departments = Self.table(site.departments, \.id)
        devices = Self.table(site.devices, \.id)
        shifts = Self.table(site.shifts, \.id)
        checkpoints = Self.table(site.checkpoints, \.id)
        conditions = Self.table(site.conditions, \.id)
        routes = Self.table(site.routes, \.id)
        badges = Dictionary(
            site.people.flatMap { person in person.badges.map { ($0, person.id) } },
            uniquingKeysWith: { first, _ in first })
        members = Dictionary(grouping: site.people.filter { $0.department != nil }, by: { $0.department ?? "" })
            .mapValues { $0.map(\.id) }
        var ways: [String: [String: Duration]] = [:]
        for way in site.travel {
            ways[way.from, default: [:]][way.to] = ways[way.from]?[way.to] ?? way.atLeast
        }
        travel = ways
    }

    /// The ids of a department's people, in the order of the file.
    public func people(of department: String) -> [String] { members[department] ?? [] }

    /// Whether somebody is one of the crew.
    public func belongs(_ person: String, to crew: Crew) -> Bool {
        switch crew {
        case .department(let department): people[person]?.department == department
        case .people(let ids): ids.contains(person)
        }
    }

    /// The least time from one place to another; the way back counts where only that is given. Nil: nothing is said.
    public func leastTravel(from: String, to: String) -> Duration? {
        travel[from]?[to] ?? travel[to]?[from]
    }

    /// The devices at which people punch: role `clock` or `both`.
    public var clocks: [Device] { site.devices.filter(\.takesPunches) }

    private static func table<Value>(_ values: [Value], _ id: KeyPath<Value, String>) -> [String: Value] {
        Dictionary(values.map { ($0[keyPath: id], $0) }, uniquingKeysWith: { first, _ in first })
    }
}
