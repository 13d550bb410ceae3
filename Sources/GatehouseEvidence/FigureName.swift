public import GatehouseRules

/// What can be explained, and by what it is asked for.
public enum FigureName: Hashable, Sendable {
    /// A person's day; with a shift only that one.
    case attendance(person: String, date: CalendarDay, shift: String?)
    /// A patrol's round: `<route>@<start>`.
    case round(String)
    /// A key figure; without a department the site's, or that of the only department that has one.
    case kpi(String, period: String, department: String?, person: String?)
    /// What a rule pays for a period; without one, for the newest.
    case incentive(String, period: String?)
    /// The coefficient of a position, a department, a person.
    case position(String)
    case department(String)
    case person(String)
    /// A person's share of the bonus.
    case share(String)
    case hazard(String)
    /// An alert, by its id or by its key.
    case alert(String)
    /// Whatever stands at that place of the journal.
    case event(Int64)
}

extension FigureName {
    /// The name as one path, for a page's address and for JSON: `kpi/patrol.completion/2026-11/security`. A `/` and a
    /// `%` within a part are escaped.
    public var path: String {
        let parts: [String] =
            switch self {
            case .attendance(let person, let date, let shift): ["attendance", person, date.text] + Self.list(shift)
            case .round(let round): ["round", round]
            case .kpi(let kpi, let period, let department, let person):
                ["kpi", kpi, period] + (person == nil ? Self.list(department) : [department ?? "-", person ?? ""])
            case .incentive(let incentive, let period): ["incentive", incentive] + Self.list(period)
            case .position(let position): ["position", position]
            case .department(let department): ["department", department]
            case .person(let person): ["person", person]
            case .share(let person): ["share", person]
            case .hazard(let hazard): ["hazard", hazard]
            case .alert(let alert): ["alert", alert]
            case .event(let sequence): ["event", String(sequence)]
            }
        return parts.map(Self.escaped).joined(separator: "/")
    }

    /// Reads what `path` writes; nil for anything else.
    public init?(path: some StringProtocol) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { Self.unescaped(String($0)) }
        guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        let more = parts.count > 2 ? parts[2] : nil
        switch (parts[0], parts.count) {
        case ("attendance", 3...4):
            guard let date = more.flatMap({ CalendarDay($0) }) else { return nil }
            self = .attendance(person: parts[1], date: date, shift: parts.count == 4 ? parts[3] : nil)
        case ("kpi", 3...5):
            let department = parts.count > 3 && parts[3] != "-" ? parts[3] : nil
            self = .kpi(
                parts[1], period: parts[2], department: department, person: parts.count > 4 ? parts[4] : nil)
        case ("incentive", 2...3): self = .incentive(parts[1], period: more)
        case ("event", 2):
            guard let sequence = Int64(parts[1]), sequence > 0 else { return nil }
            self = .event(sequence)
        case (let kind, 2):
            guard let figure = Self.plain(kind, parts[1]) else { return nil }
            self = figure
        default: return nil
        }
    }

    private static func plain(_ kind: String, _ name: String) -> FigureName? {
        switch kind {
        case "round": .round(name)
        case "position": .position(name)
        case "department": .department(name)
        case "person": .person(name)
        case "share": .share(name)
        case "hazard": .hazard(name)
        case "alert": .alert(name)
        default: nil
        }
    }

    private static func list(_ text: String?) -> [String] { text.map { [$0] } ?? [] }

    private static func escaped(_ part: String) -> String {
        part.replacing("%", with: "%25").replacing("/", with: "%2F")
    }

    private static func unescaped(_ part: String) -> String {
        part.replacing("%2F", with: "/").replacing("%25", with: "%")
    }
}

extension FigureName {
    /// The beginnings of the topics that the explanation may read; nil for all. For whoever must fetch the events from
    /// somewhere.
    public var topics: [String]? {
        let people = ["site.updated", "punch.", "attendance.", "leave.", "overtime.", "schedule.assigned"]
        switch self {
        case .attendance: return people
        case .round: return ["site.updated", "scan.recorded", "patrol.", "visit.waived"]
        case .hazard: return ["site.updated", "scan.recorded", "hazard."]
        case .position: return ["site.updated"]
        case .person: return people + ["measure.recorded"]
        case .department: return people + ["measure.recorded", "kpi.updated", "patrol.", "scan.", "visit.", "hazard."]
        // Whatever a rule may count, and an alert may point at.
        case .kpi, .incentive, .share, .alert, .event: return nil
        }
    }
}
