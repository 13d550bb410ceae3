import ArgumentParser
import GatehouseModel
import GatehouseModuleKit
import GatehouseModules
import GatehouseRules
import GatehouseSite

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Compute attendance, rounds, hazards, alerts and pay from a file of events.",
        discussion: """
            Example: gatehouse export --data /var/lib/gatehouse > november.jsonl
                     gatehouse evaluate --site site.yaml --events november.jsonl --format text

            The file is fed to the modules that run live, with a clock that follows the events. The site file given \
            replaces those in the events: what would last month have been with a grace of ten minutes? Needs no \
            daemon, no device and no database.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, text
    }

    @Option(help: "The site file whose rules hold.")
    var site: String

    @Option(help: "CloudEvents, one a line in the order received; - is standard input.")
    var events: String

    @Option(help: "Where the clock stops, RFC 3339. Without it, when all that had begun has closed.")
    var until: String?

    @Option(help: "json or text.")
    var format: Format = .text

    @Flag(help: "Count lines that are no valid event instead of stopping at the first.")
    var skipInvalid = false

    func validate() throws {
        guard until == nil || moment != nil else {
            throw ValidationError("--until takes a time like 2026-11-30T23:59:00+08:00")
        }
    }

    private var moment: Moment? { until.flatMap { Timestamp($0)?.moment } }

    func run() throws {
        let site = try readSite()
        var feed = EventFeed(file: try EventFile(path: events), until: moment, skipsInvalid: skipInvalid)
        let start = try feed.start() ?? moment ?? Moment(milliseconds: 0)
        var evaluation = Evaluation(site: site, start: start)
        // Sites in the file are passed over, so none is ever read from JSON.
        try feed.feed(&evaluation, reader: FactReader { _ in nil })
        let report = evaluation.finish(until: moment) { feed.ids[$0] }
        switch format {
        case .json: Console.json(report.json)
        case .text: EvaluationText(report: report, site: site).print()
        }
        if feed.invalid > 0 { Console.error("\(feed.invalid) lines were no valid event") }
    }

    private func readSite() throws -> Site {
        let reading = SiteReader.read(site, drivers: DriverCatalogue.families)
        let mistakes = reading.problems.filter { $0.kind == .mistake }
        guard let site = reading.site else {
            throw Failure(.notInOrder, mistakes.map(\.text).joined(separator: "\n"))
        }
        return site
    }
}
