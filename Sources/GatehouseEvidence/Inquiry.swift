public import GatehouseModel
import GatehouseModuleKit
public import GatehouseRules

/// One explanation in the making: what it reads with, and what it has read already.
struct Inquiry {
    let reading: EvidenceReading
    let now: Moment
    /// Every `site.updated`, the newest first; nil before they were looked for.
    private var siteEvents: [Int64]?
    private var sites: [Int64: SiteIndex] = [:]

    init(_ reading: EvidenceReading, now: Moment, language: Site.Language?) throws(EvidenceProblem) {
        self.reading = reading
        self.now = now
        self.language = language ?? .english
        // A journal without a site has nothing that could be explained in another language.
        if language == nil, let site = try site() { self.language = site.index.site.language }
    }

    private(set) var language: Site.Language

    /// The same sentence in the reader's language.
    func say(_ english: @autoclosure () -> String, _ chinese: @autoclosure () -> String) -> String {
        language == .chinese ? chinese() : english()
    }

    /// The rules that held before an event of the journal, and the event that brought them; nil where there were none.
    mutating func site(before sequence: Int64 = .max) throws(EvidenceProblem) -> (index: SiteIndex, sequence: Int64)? {
        let events = try loadSites()
        // What is older than the oldest site that is left was computed by rules that are gone: these are the nearest.
        guard let place = events.first(where: { $0 < sequence }) ?? events.last else { return nil }
        if let known = sites[place] { return (known, place) }
        guard let event = try reading.event(at: place), let site = reading.site(of: event) else { return nil }
        let index = SiteIndex(site)
        sites[place] = index
        return (index, place)
    }

    private mutating func loadSites() throws(EvidenceProblem) -> [Int64] {
        if let siteEvents { return siteEvents }
        var events: [Int64] = []
        var walk = reading.walk("site.updated")
        while let event = try walk.next() { events.append(event.sequence) }
        siteEvents = events
        return events
    }

    /// The site's wall clock.
    mutating func zone() throws(EvidenceProblem) -> Zone { try site()?.index.site.zone ?? .utc }

    /// The row of an event, or of one that the journal holds no more.
    func row(_ sequence: Int64, topic: String? = nil, role: String? = nil) throws(EvidenceProblem) -> EvidenceRow {
        guard let event = try reading.event(at: sequence) else {
            return EvidenceRow(missing: sequence, topic: Topic(rawValue: topic ?? ""), role: role)
        }
        return EvidenceRow(event, role: role)
    }

    /// The event that brought the rules which held then.
    mutating func rulesRow(before sequence: Int64) throws(EvidenceProblem) -> EvidenceRow? {
        guard let site = try site(before: sequence) else { return nil }
        return try row(site.sequence, role: say("rules in force", "当时生效的规则"))
    }

    /// Says that something was named as evidence and is gone, where it is.
    func remarkMissing(_ rows: [EvidenceRow]) -> [String] {
        let gone = rows.count { !$0.isStored }
        guard gone > 0 else { return [] }
        return [say("\(gone) events are not in the journal any more", "\(gone) 个事件已不在日志中")]
    }

    /// A time of an event as people read it.
    func clock(_ text: String?, in zone: Zone) -> String? {
        guard let moment = text.flatMap({ Timestamp($0)?.moment }) else { return nil }
        return String(zone.local(at: moment).text.replacing("T", with: " "))
    }
}

/// Explains figures of one journal.
public struct Explainer: Sendable {
    private let reading: EvidenceReading
    private let now: Moment
    private let language: Site.Language?

    /// `now` says which period a coefficient is for. Without a language it is the site's.
    public init(_ reading: EvidenceReading, now: Moment, language: Site.Language? = nil) {
        self.reading = reading
        self.now = now
        self.language = language
    }

    /// Opens a figure: its newest value, and so many levels of what it was computed from.
    public func explain(_ figure: FigureName, depth: Int = .max) throws(EvidenceProblem) -> Explanation {
        var inquiry = try Inquiry(reading, now: now, language: language)
        return try inquiry.explain(figure, depth: depth)
    }

    /// The language of the explanations: the chosen one, else the site's.
    public func shownLanguage() throws(EvidenceProblem) -> Site.Language {
        try Inquiry(reading, now: now, language: language).language
    }
}

extension Inquiry {
    mutating func explain(_ figure: FigureName, depth: Int) throws(EvidenceProblem) -> Explanation {
        switch figure {
        case .attendance(let person, let date, let shift): try day(of: person, date, shift: shift, depth)
        case .round(let round): try self.round(round, depth)
        case .kpi(let kpi, let period, let department, let person):
            try self.kpi(kpi, period: period, department: department, person: person, depth)
        case .incentive(let incentive, let period): try self.incentive(incentive, period: period, depth)
        case .position(let position): try coefficient(ofPosition: position)
        case .department(let department): try coefficient(ofDepartment: department, depth)
        case .person(let person): try coefficient(ofPerson: person, depth)
        case .share(let person): try share(of: person, depth)
        case .hazard(let hazard): try self.hazard(hazard, depth)
        case .alert(let alert): try self.alert(alert, depth)
        case .event(let sequence): try event(sequence, depth)
        }
    }
}
