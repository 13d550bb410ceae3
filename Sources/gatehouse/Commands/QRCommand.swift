import ArgumentParser
import GatehouseEngine
import GatehouseModel
import GatehouseRules
import GatehouseRuntime
import GatehouseSite

struct QRCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qr", abstract: "Print sheets of signed codes to stick up at checkpoints.",
        discussion: """
            Example: gatehouse qr --site site.yaml --data /var/lib/gatehouse --out checkpoints.pdf

            Without a choice: every checkpoint that has no sticker of its own. The codes are signed with the key in \
            the data folder (codes.key, made when there is none), or with the secret `codes` of secrets.yaml. A page \
            is A4, three codes across and four down, with marks to cut along; an SVG has one page, so the next ones \
            get a number.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case svg, pdf, text
    }

    @Option(help: "The site file.")
    var site: String

    @Option(help: "The data folder, which holds the key.")
    var data: String?

    @Option(name: .customLong("checkpoint"), help: "A checkpoint's id; may be given again.")
    var checkpoints: [String] = []

    @Flag(help: "The conditions, for a card that guards carry.")
    var conditions = false

    @Flag(help: "The people, for badges.")
    var people = false

    @Option(help: "The file to write: its name ends in .svg or .pdf.")
    var out: String?

    @Option(help: "svg, pdf, or text: id, kind and code of each, one a line, on standard output.")
    var format: Format?

    @Flag(help: "With --format text: one JSON object a line.")
    var json = false

    func validate() throws {
        guard chosenFormat != nil else {
            throw ValidationError("give --out a name that ends in .svg or .pdf, or --format text")
        }
        guard chosenFormat == .text || out != nil else {
            throw ValidationError("--out says where the sheet is written")
        }
    }

    private var chosenFormat: Format? {
        format ?? out.flatMap { name in [.svg, .pdf].first { name.lowercased().hasSuffix(".\($0.rawValue)") } }
            ?? (json ? .text : nil)
    }

    func run() throws {
        let reading = SiteReader.read(site, drivers: DriverCatalogue.families)
        guard let plan = reading.site else {
            throw Failure(.notInOrder, reading.problems.map(\.text).joined(separator: "\n"))
        }
        let choice = CodeChoice(checkpoints: checkpoints, conditions: conditions, people: people)
        let labels = try choice.labels(
            of: plan, key: try key(in: data ?? plan.gateway.data ?? DataFolder.standard, secrets: reading.secrets))
        guard !labels.isEmpty else {
            throw Failure(.notInOrder, "nothing to print: every checkpoint of the site has a sticker of its own")
        }
        try write(labels)
    }

    private func key(in folder: String, secrets: [String: String]) throws(Failure) -> CodeKey {
        do throws(StartProblem) {
            return try CodeKeyFile.key(in: folder, secrets: secrets)
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
    }

    private func write(_ labels: [CodeLabel]) throws(Failure) {
        let format: SheetPainter.Format
        switch chosenFormat {
        case .svg: format = .svg
        case .pdf: format = .pdf
        case .text, nil:
            for label in labels { Console.line(json ? label.json.jsonText : label.line) }
            return
        }
        guard let out else { return }
        for path in try CodeSheets.write(labels, to: out, format) { Console.line(path) }
    }
}

extension CodeLabel {
    fileprivate var line: String { "\(id)\t\(kind.rawValue)\t\(code)" }

    fileprivate var json: JSONValue {
        ["id": .string(id), "kind": .string(kind.rawValue), "name": .string(name), "code": .string(code)]
    }
}
