public import GatehouseDriverKit
public import GatehouseModel
public import GatehouseRules

/// What came of reading a site file.
public struct SiteReading: Sendable {
    /// The site; nil where any problem is a mistake. (A missing driver or a warning leaves it usable.)
    public var site: Site?
    /// Secrets by name, for the drivers of the devices that name them; never to be published or logged.
    public var secrets: [String: String]
    /// Everything that is wrong, in the order of the files and their lines.
    public var problems: [SiteProblem]
}

/// Reads a site file and all the files that it names, and finds every problem in one go.
public enum SiteReader {
    /// Reads the site file at `path`; `drivers` are the families that this build has. Whatever stands in the files,
    /// this returns: files over their size limit (16 MiB of YAML, 100 MiB of CSV), pipes, folders and broken links
    /// are problems like any other.
    public static func read(_ path: String, drivers: [DriverFamily]) -> SiteReading {
        let slash = path.lastIndex(of: "/")
        let context = ReadingContext(folder: slash.map { String(path[...$0]) } ?? "")
        let files = SiteFiles(context: context)
        var secrets: [String: String] = [:]
        var site: Site?
        if let root = files.root(path) {
            secrets = files.secrets()
            site = SiteSections.site(root, families: drivers, context: context)
        }
        return SiteReading(site: context.isBroken ? nil : site, secrets: secrets, problems: context.sortedProblems())
    }

    /// The site that `Site.json` was written from, for replaying a `site.updated` event with the rules of its day.
    /// Problems name no file: their places are those of an empty name.
    public static func read(json: JSONValue) -> SiteReading {
        let context = ReadingContext(folder: "")
        let mark = Mark(file: context.file(named: ""), line: 1, column: 1)
        // The secrets are not in the JSON; their names are taken on trust.
        for name in json["devices"]?.elements?.compactMap({ $0["secret"]?.text }) ?? []
        where !context.knows(.secret, name) {
            context.define(.secret, name, at: mark)
        }
        let site = SiteSections.site(SourceNode(json, at: mark), families: [], context: context)
        let problems = context.sortedProblems().filter { $0.kind == .mistake }
        return SiteReading(site: site, secrets: [:], problems: problems)
    }
}

extension Site {
    /// Without a site file: devices are found and their events stored and published, and there is nothing to compute.
    public static var `default`: Site {
        let zone = ZoneRules.system
        let reading = SiteReader.read(json: ["site": "default", "timezone": .string(zone.name)])
        guard let site = reading.site else { preconditionFailure("the site without a file is in order") }
        return site
    }
}

extension SourceNode {
    /// A tree as if the JSON had been written as YAML, all of it in one place.
    init(_ json: JSONValue, at mark: Mark) {
        let value: Value =
            switch json {
            case .null: .nothing
            case .bool(let bool): .scalar(bool ? "true" : "false", isPlain: true)
            case .number(let text): .scalar(text, isPlain: true)
            case .string(let text): .scalar(text, isPlain: false)
            case .array(let elements): .list(elements.map { SourceNode($0, at: mark) })
            case .object(let members):
                .map(members.map { Entry(key: $0.name, mark: mark, node: SourceNode($0.value, at: mark)) })
            }
        self.init(mark: mark, value: value)
    }
}
