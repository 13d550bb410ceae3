import ArgumentParser
import GatehouseEvidence
import GatehouseModel
import GatehouseRules
import GatehouseRuntime

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Where a figure came from: formula, numbers, and each event down to the reading.",
        discussion: """
            Example: gatehouse explain attendance E1001 2026-11-02 --shift day
                     gatehouse explain round night-fire@2026-11-02T22:00:00+08:00
                     gatehouse explain kpi patrol.completion --period 2026-11 --department security
                     gatehouse explain incentive completion --period 2026-11
                     gatehouse explain share E1001        (also: person E1001, department hr, position guard)
                     gatehouse explain hazard H-12
                     gatehouse explain alert attendance.late:E1001+2026-11-02+day
                     gatehouse explain --sequence 4711

            With --data it reads the journal itself, whether or not a daemon runs; with --requests it asks that daemon.
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case attendance, round, kpi, incentive, position, department, person, share, hazard, alert
    }

    @OptionGroup var connection: Connection

    @Argument(help: "attendance, round, kpi, incentive, position, department, person, share, hazard or alert.")
    var kind: Kind?

    @Argument(help: "Which one; of attendance the person and the date.")
    var names: [String] = []

    @Option(help: "Whatever stands at that place of the journal.")
    var sequence: Int64?

    @Option(help: "Of attendance: only this shift.")
    var shift: String?

    @Option(help: "Of a KPI or a rule: 2026-11, 2026-Q4, 2026, or a week such as 2026-W45.")
    var period: String?

    @Option(help: "Of a KPI: whose; without it, the site's.")
    var department: String?

    @Option(help: "Of a KPI of one person: whose.")
    var person: String?

    @Option(help: "How many levels of what it came from are opened; without it, all.")
    var depth: Int?

    @Option(help: "zh-Hans or en; without it, the site's.")
    var language: String?

    @Flag(help: "Print the tree as JSON.")
    var json = false

    func validate() throws {
        guard language == nil || Site.Language(rawValue: language ?? "") != nil else {
            throw ValidationError("--language takes zh-Hans or en")
        }
        guard depth ?? 0 >= 0 else { throw ValidationError("--depth takes 0, 1, 2, …") }
        _ = try figure()
    }

    func run() async throws {
        let figure = try figure()
        let reading =
            if connection.requests != nil {
                try await EvidenceReading.daemon(try connection.client(), topics: figure.topics)
            } else {
                try EvidenceReading.journal(in: connection.folder)
            }
        let language = language.flatMap(Site.Language.init(rawValue:))
        let tree: Explanation
        let shown: Site.Language
        do throws(EvidenceProblem) {
            let explainer = Explainer(reading, now: Timekeeper().wall, language: language)
            tree = try explainer.explain(figure, depth: depth ?? .max)
            shown = try explainer.shownLanguage()
        } catch {
            switch error {
            case .unknown(let reason), .unreadable(let reason): throw Failure(.notInOrder, reason)
            }
        }
        guard !json else { return Console.json(tree.json) }
        for line in ExplanationText(language: shown).lines(of: tree) { Console.line(line) }
    }

    /// What the words on the command line ask for.
    private func figure() throws -> FigureName {
        if let sequence {
            guard kind == nil, sequence > 0 else {
                throw ValidationError("--sequence takes a sequence from 1 on, and stands alone")
            }
            return .event(sequence)
        }
        guard let kind else {
            throw ValidationError("say what: `gatehouse explain attendance E1001 2026-11-02`, or --sequence N")
        }
        guard names.count == (kind == .attendance ? 2 : 1), let name = names.first else {
            throw ValidationError(
                kind == .attendance
                    ? "attendance takes a person and a date: E1001 2026-11-02" : "\(kind.rawValue) takes one name")
        }
        switch kind {
        case .attendance:
            guard let date = CalendarDay(names[1]) else {
                throw ValidationError("\(names[1]) is no date; write 2026-11-02")
            }
            return .attendance(person: name, date: date, shift: shift)
        case .round: return .round(name)
        case .kpi:
            guard let period else { throw ValidationError("kpi needs --period, for example --period 2026-11") }
            return .kpi(name, period: period, department: department, person: person)
        case .incentive: return .incentive(name, period: period)
        case .position: return .position(name)
        case .department: return .department(name)
        case .person: return .person(name)
        case .share: return .share(name)
        case .hazard: return .hazard(name)
        case .alert: return .alert(name)
        }
    }
}
