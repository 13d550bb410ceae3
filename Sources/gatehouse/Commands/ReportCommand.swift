import ArgumentParser
import Foundation
import GatehouseModel
import GatehouseRules
import GatehouseRuntime

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "What a day, a week or a month came to: text, CSV or XLSX.",
        discussion: """
            Example: gatehouse report month 2026-11 --data /var/lib/gatehouse --format xlsx --out november.xlsx

            Attendance by day and by person, rounds, hazards, alerts and key figures, each as the modules wrote it last.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, csv, xlsx
    }

    @Argument(help: "day, week or month.")
    var kind: ReportSpan.Kind

    @Argument(help: "2026-11-24, 2026-W48 or 2026-11; without it, the present one.")
    var date: String?

    @Option(help: "The data folder.")
    var data: String?

    @Option(help: "text, csv or xlsx.")
    var format: Format = .text

    @Option(help: "The file to write; needed for xlsx. Without it, standard output.")
    var out: String?

    @Option(help: "zh-Hans or en; without it, the site's.")
    var language: String?

    @Option(help: "One table only: people, attendance, rounds, hazards, alerts or figures. CSV is one table.")
    var table: String?

    func validate() throws {
        guard language == nil || Site.Language(rawValue: language ?? "") != nil else {
            throw ValidationError("--language takes zh-Hans or en")
        }
        if let date, ReportSpan(kind, date) == nil {
            throw ValidationError("\(date) is no \(kind.rawValue); write 2026-11-24, 2026-W48 or 2026-11")
        }
        guard format != .xlsx || out != nil else { throw ValidationError("--format xlsx needs --out FILE") }
        guard format != .csv || table != nil else {
            throw ValidationError("CSV is one table: name it with --table, for example --table attendance")
        }
    }

    func run() throws {
        let history = try JournalHistory(folder: data ?? DataFolder.standard)
        guard let site = try history.site() else {
            throw Failure(.notInOrder, "the journal has no site: start the gateway with --site once")
        }
        let today = CalendarDay(Timekeeper().wall, in: site.zone)
        let span = date.flatMap { ReportSpan(kind, $0) } ?? ReportSpan(kind, holding: today)
        let language = language.flatMap(Site.Language.init(rawValue:)) ?? site.language
        var tables = try Report(span: span, language: language, history: history, site: site).tables()
        if let table {
            tables = tables.filter { $0.name == table }
            guard !tables.isEmpty else { throw Failure(.usage, "\(table) is no table of a report") }
        }
        switch format {
        case .xlsx: try Spreadsheet.write(tables, to: out ?? "")
        case .csv: try write("\u{FEFF}" + tables.map(\.csv).joined())
        case .text: try writeText(tables, title: "\(site.name)  \(span.text)")
        }
    }

    private func writeText(_ tables: [ReportTable], title: String) throws {
        guard out == nil else { return try write(tables.map { "\($0.title)\n\($0.csv)" }.joined(separator: "\n")) }
        Console.line(title)
        for table in tables {
            Console.line("")
            Console.line("\(table.title) (\(table.rows.count))")
            Console.table([table.columns] + table.rows.map { $0.map { Console.shown($0.text) } })
        }
    }

    private func write(_ text: String) throws {
        guard let out else { return Console.line(text.hasSuffix("\r\n") ? String(text.dropLast()) : text) }
        do {
            try Data(text.utf8).write(to: URL(filePath: out), options: .atomic)
        } catch {
            throw Failure(.usage, "\(out) cannot be written: \(error.localizedDescription)")
        }
    }
}

extension ReportSpan.Kind: ExpressibleByArgument {}
