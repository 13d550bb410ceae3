import Crypto
import GatehouseDriverKit
import GatehouseModel
import GatehouseRules

/// Reads the sections of a site in the order in which they name each other.
enum SiteSections {
    /// The sections in the order of the site's JSON.
    static let order = [
        "site", "name", "timezone", "language", "calendar", "departments", "people", "places", "travel", "devices",
        "shifts",
        "schedule", "leave", "posts", "checkpoints", "conditions", "routes", "attendance", "patrol", "hazards",
        "alerts",
        "kpis", "incentives", "coefficients", "bonus", "gateway",
    ]
    /// The sections that may be a file of their own: all but the words at the top.
    static let mayBeFiles = Set(order.dropFirst(4))
    /// Sections whose defaults hold where they are left out.
    private static let standing = ["calendar", "attendance", "patrol", "hazards", "gateway"]

    /// The site that the tree describes; nil, with problems reported, where it is none.
    static func site(_ root: SourceNode, families: [DriverFamily], context: ReadingContext) -> Site? {
        guard case .map(var entries) = root.value else {
            context.report(
                at: root.mark, "\(root.description) stands where a site belongs", hint: "begin with site: and an id")
            return nil
        }
        let files = SiteFiles(context: context)
        let bonus = entries.first { $0.key == "bonus" }.flatMap { files.resolved($0, payColumn: "") }
        let payColumn = payColumn(of: bonus)
        entries = entries.compactMap { $0.key == "bonus" ? bonus : files.resolved($0, payColumn: payColumn) }
        for key in standing where !entries.contains(where: { $0.key == key }) {
            entries.append(.init(key: key, mark: root.mark, node: SourceNode(mark: root.mark, value: .map([]))))
        }
        let reader = MapReader(what: "the site", entries: entries, mark: root.mark, context: context)
        let site = site(reader, families: families, payColumn: payColumn)
        reader.finish()
        return context.isBroken ? nil : site
    }

    /// The people's table comes before `bonus:`, which says what one of its columns is called.
    private static func payColumn(of bonus: SourceNode.Entry?) -> String {
        guard case .map(let entries) = bonus?.node.value,
            case .scalar(let column, _) = entries.first(where: { $0.key == "base" })?.node.value,
            Form<String>.isID(column)
        else { return Bonus.standardBase }
        return column
    }

    /// Each section is read after those that it names; the JSON is put into the order of the page afterwards.
    private static func site(_ reader: MapReader, families: [DriverFamily], payColumn: String) -> Site? {
        let id = reader.require("site", .id)
        let name = reader.read("name", .text)
        let zone = reader.require("timezone", .zone)
        let language = reader.read("language", .choice("a language"), default: Site.Language.chinese)
        let calendar = reader.read("calendar", .calendar)
        let departments = reader.read("departments", .list(of: .department)) ?? []
        let people = reader.read("people", .list(of: .person(payColumn: payColumn))) ?? []
        let places = reader.read("places", .list(of: .place)) ?? []
        let travel = reader.read("travel", .list(of: .travel)) ?? []
        let apart = DevicesApart(families: families)
        let devices = reader.read("devices", .list(of: .device(families: families)).checked(apart.check)) ?? []
        let shifts = reader.read("shifts", .list(of: .shift)) ?? []
        let schedule = reader.read("schedule", .schedule) ?? .entries([])
        let leave = reader.read("leave", .list(of: .leave(in: zone ?? .utc))) ?? []
        let posts = reader.read("posts", .list(of: .post)) ?? []
        let hazards = reader.read("hazards", .hazards)
        let checkpoints = reader.read("checkpoints", .list(of: .checkpoint)) ?? []
        let conditions = reader.read("conditions", .list(of: .condition)) ?? []
        let routes = reader.read("routes", .list(of: .route)) ?? []
        let attendance = reader.read("attendance", .attendance)
        let patrol = reader.read("patrol", .patrol)
        let alerts = reader.read("alerts", .alerts) ?? [:]
        let kpis = reader.read("kpis", .list(of: .kpi)) ?? []
        reader.context.settle()
        let kpisByID = Dictionary(kpis.map { ($0.id, $0) }) { first, _ in first }
        let paying = Set(departments.filter { $0.performancePay != nil }.map(\.id))
        let incentives = reader.read("incentives", .list(of: .incentive(kpis: kpisByID, paying: paying))) ?? []
        let coefficients = reader.read("coefficients", .coefficients(departments))
        let bonus = reader.read("bonus", .bonus)
        let gateway = reader.read("gateway", .gateway)
        guard let id, let zone, let calendar, let hazards, let attendance, let patrol, let gateway else { return nil }
        let json = inOrder(reader.members)
        return Site(
            id: id, name: name ?? id, zone: zone, language: language, calendar: calendar, departments: departments,
            people: people, places: places, travel: travel, devices: devices, shifts: shifts, schedule: schedule,
            leave: leave,
            posts: posts, checkpoints: checkpoints, conditions: conditions, routes: routes, attendance: attendance,
            patrol: patrol, hazards: hazards, alerts: alerts, kpis: kpis, incentives: incentives,
            coefficients: coefficients,
            bonus: bonus, gateway: gateway, json: json, sha256: Digest.hex(of: json.bytes))
    }

    private static func inOrder(_ members: [JSONValue.Member]) -> JSONValue {
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        return .object(members.sorted { places[$0.name, default: 0] < places[$1.name, default: 0] })
    }
}

/// SHA-256.
enum Digest {
    /// The digest in lower-case hexadecimal.
    static func hex(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

extension Form where Value == Zone {
    /// A name of the zone database: `Asia/Shanghai`.
    static var zone: Form {
        Form(what: "a time zone") { node, context in
            if case .scalar(let name, _) = node.value, let zone = ZoneRules.zone(named: name) {
                return (zone, .string(name))
            }
            let written = if case .scalar(let name, _) = node.value { name } else { "" }
            let near = Nearest.name(to: written, among: ZoneRules.knownNames)
            context.report(
                at: node.mark, "\(node.description) is not a time zone",
                hint: near.map { "did you mean \"\($0)\"?" }
                    ?? "write a name of the zone database, for example Asia/Shanghai")
            return nil
        }
    }
}
