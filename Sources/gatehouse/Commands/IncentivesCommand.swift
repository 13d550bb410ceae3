import ArgumentParser
import GatehouseModel
import GatehouseRules
import GatehouseRuntime

struct IncentivesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incentives", abstract: "What each rule pays, with its formula and the events behind it.",
        discussion: """
            Example: gatehouse incentives --data /var/lib/gatehouse --period 2026-11

            Each statement as it was computed last, with the sequences of the events that it was computed from.
            """)

    @Option(help: "The data folder.")
    var data: String?

    @Option(help: "Only this period: 2026-11, 2026-Q4 or 2026, and those within it or around it.")
    var period: String?

    @Option(help: "zh-Hans or en; without it, the site's.")
    var language: String?

    @Flag(help: "Print a JSON list of statements.")
    var json = false

    func validate() throws {
        guard language == nil || Site.Language(rawValue: language ?? "") != nil else {
            throw ValidationError("--language takes zh-Hans or en")
        }
        if let period, StatementPeriod(period) == nil {
            throw ValidationError("\(period) is no period; write 2026-11, 2026-Q4 or 2026")
        }
    }

    func run() throws {
        let history = try JournalHistory(folder: data ?? DataFolder.standard)
        let statements = try PayStatement.newest(in: history, of: period.flatMap { StatementPeriod($0) })
        if json {
            Console.json(.array(statements.map(\.json)))
            return
        }
        let site = try history.site()
        let language = language.flatMap(Site.Language.init(rawValue:)) ?? site?.language ?? .english
        let sheet = StatementSheet(site: site, language: language)
        for (period, some) in Dictionary(grouping: statements, by: \.period).sorted(by: { $0.key < $1.key }) {
            Console.line("")
            Console.line(period)
            Console.table([sheet.heading] + some.map(sheet.row))
            for statement in some {
                Console.line("")
                for line in try sheet.explanation(of: statement, history) { Console.line(line) }
            }
        }
        if statements.isEmpty { Console.line(sheet.nothing) }
    }
}

/// A month, quarter or year as it is asked for.
struct StatementPeriod {
    /// Months since the year 0.
    private let months: Range<Int>

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.count == 4, let year = UInt(parts[0]) else { return nil }
        let first = Int(year) * 12
        guard parts.count == 2 else {
            months = first..<first + 12
            return
        }
        if parts[1].hasPrefix("Q"), let quarter = UInt(parts[1].dropFirst()), (1...4).contains(quarter) {
            months = first + Int(quarter) * 3 - 3..<first + Int(quarter) * 3
        } else if parts[1].utf8.count == 2, let month = UInt(parts[1]), (1...12).contains(month) {
            months = first + Int(month) - 1..<first + Int(month)
        } else {
            return nil
        }
    }

    /// Whether one of the two holds the other: the statement of November asks for that of its quarter too.
    func concerns(_ other: String) -> Bool {
        StatementPeriod(other).map { $0.months.overlaps(months) } ?? false
    }
}

/// One `incentive.computed` as it stands in the journal.
struct PayStatement {
    var sequence: Int64
    var data: JSONValue

    var period: String { text("period") }
    var key: [String] { [text("period"), text("incentive"), text("department")] }

    /// The data, and where it stands.
    var json: JSONValue {
        .object([.init("sequence", .string(Self.padded(sequence)))] + (data.members ?? []))
    }

    func text(_ name: String) -> String { data[name]?.text ?? "" }

    /// The last of each rule, department and period, by period, rule and department.
    static func newest(in history: JournalHistory, of period: StatementPeriod?) throws -> [PayStatement] {
        var found: [[String]: PayStatement] = [:]
        try history.walk("incentive.computed") { event, json in
            let statement = PayStatement(sequence: event.sequence, data: json["data"] ?? .null)
            if period?.concerns(statement.period) ?? true, found[statement.key] == nil {
                found[statement.key] = statement
            }
            return true
        }
        return found.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    static func padded(_ sequence: Int64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
    }
}

/// Statements as people read them.
struct StatementSheet {
    var site: Site?
    var language: Site.Language

    private var isChinese: Bool { language == .chinese }

    var heading: [String] {
        isChinese
            ? ["规则", "部门", "指标", "数值", "基线", "改善", "金额"]
            : ["Rule", "Department", "KPI", "Value", "Baseline", "Improvement", "Amount"]
    }

    var nothing: String { isChinese ? "还没有任何奖励计算结果" : "no rule has paid for anything yet" }

    func row(_ statement: PayStatement) -> [String] {
        let department = site?.departments.first { $0.id == statement.text("department") }
        let kpi = site?.kpis.first { $0.id == statement.text("kpi") }
        return [
            statement.text("incentive"), department?.name ?? statement.text("department"),
            kpi?.name ?? statement.text("kpi"), statement.text("value"), statement.text("baseline"),
            statement.text("improvement"), statement.text("amount"),
        ].map(Console.shown)
    }

    /// The formula with its numbers, then each event that they come from.
    func explanation(of statement: PayStatement, _ history: JournalHistory) throws -> [String] {
        var lines = ["  \(Console.shown(statement.text("incentive"))): \(Console.shown(statement.text("formula")))"]
        let inputs = statement.data["inputs"]?.elements ?? []
        for input in inputs.prefix(Self.shownInputs) {
            let sequence = input["sequence"]?.text.flatMap { Int64($0) } ?? 0
            let topic = input["topic"]?.text ?? ""
            lines.append(Console.shown("    #\(sequence) \(topic)\(try told(by: sequence, history))"))
        }
        let unlisted = inputs.count - Self.shownInputs
        if unlisted > 0 { lines.append(isChinese ? "    … 还有 \(unlisted) 个事件" : "    … and \(unlisted) more") }
        return lines
    }

    private static let shownInputs = 12

    /// What an event says in short: a figure with its two numbers, or a measure with its value.
    private func told(by sequence: Int64, _ history: JournalHistory) throws -> String {
        guard let event = try history.event(at: sequence), let json = try? JSONValue(parsing: event.body),
            let data = json["data"]
        else { return "" }
        func word(_ name: String) -> String? {
            switch data[name] {
            case .number(let digits): digits
            case .some(let value): value.text
            case nil: nil
            }
        }
        if let kpi = word("kpi"), let numerator = word("numerator"), let denominator = word("denominator") {
            return ": \(kpi) \(word("period") ?? "") = \(numerator) / \(denominator)"
        }
        if let measure = word("measure"), let value = word("value") { return ": \(measure) = \(value)" }
        return json["time"]?.text.map { " (\($0))" } ?? ""
    }
}
