import GatehouseRules

/// What is known while one site is read: its files, its names so far, and everything that is wrong with it.
final class ReadingContext {
    /// How many problems are kept; a broken export has as many as it has rows, and nobody reads them all.
    static let problemLimit = 1000

    /// Kinds of thing that other parts of the site name by their id.
    enum Kind: String {
        case department, person, place, device, shift, post, checkpoint, condition, severity, route, badge, code, leave,
            secret
        case kpi = "KPI"
        case incentive

        var plural: String {
            switch self {
            case .person: "people"
            case .severity: "severities"
            case .leave: "leaves"
            default: rawValue + "s"
            }
        }
    }

    /// The folder that file names in the site file are relative to; empty where there is none.
    let folder: String
    private(set) var files: [String] = []
    private(set) var problems: [SiteProblem] = []
    /// Whether anything makes the site unusable.
    private(set) var isBroken = false
    /// How many problems there was no room for.
    private var unlisted = 0
    /// How many more times the nearest name is looked for: with thousands of names that takes a while.
    private var suggestionsLeft = 100
    private var names: [Kind: [String: Mark]] = [:]
    /// References to what may be named before it is defined.
    private var pending: [(kind: Kind, name: String, mark: Mark)] = []
    /// The first rule that pays for each KPI's improvement.
    var improvementRules: [String: Mark] = [:]

    init(folder: String) {
        self.folder = folder
    }

    /// Takes up a file and gives its index.
    func file(named name: String) -> Int {
        files.append(name)
        return files.count - 1
    }

    /// Reports a problem. The texts are only made while there is room for them.
    func report(
        _ kind: SiteProblem.Kind = .mistake, at mark: Mark, _ problem: @autoclosure () -> String,
        hint: @autoclosure () -> String
    ) {
        if kind == .mistake { isBroken = true }
        guard problems.count < Self.problemLimit else {
            unlisted += 1
            return
        }
        problems.append(
            SiteProblem(
                kind: kind, file: files[mark.file], line: mark.line, column: mark.column, problem: problem(),
                hint: hint()))
    }

    /// Notes that something has this id; reports it where another has it already.
    func define(_ kind: Kind, _ name: String, at mark: Mark) {
        if let first = names[kind]?[name] {
            report(
                at: mark, "the \(kind.rawValue) \"\(name.shortened)\" comes twice",
                hint: "it stands already at \(place(of: first)): give one of them another id, or take it out")
        } else {
            names[kind, default: [:]][name] = mark
        }
    }

    /// Whether something has this id.
    func knows(_ kind: Kind, _ name: String) -> Bool {
        names[kind]?[name] != nil
    }

    /// Reports a name that nothing has, with the nearest that something has.
    func requireKnown(_ kind: Kind, _ name: String, at mark: Mark) {
        guard !knows(kind, name) else { return }
        report(
            at: mark, "there is no \(kind.rawValue) \"\(name.shortened)\"", hint: suggestion(for: name, among: kind))
    }

    private func suggestion(for name: String, among kind: Kind) -> String {
        let known = names[kind].map { Array($0.keys) } ?? []
        return kind == .secret && known.isEmpty
            ? "write it into secrets.yaml beside the site file, with mode 0600"
            : suggestion(for: name, among: known, plural: kind.plural)
    }

    /// As `requireKnown`, but judged when everything of that kind has been read.
    func requireKnownLater(_ kind: Kind, _ name: String, at mark: Mark) {
        pending.append((kind, name, mark))
    }

    /// Judges the references that had to wait.
    func settle() {
        for reference in pending { requireKnown(reference.kind, reference.name, at: reference.mark) }
        pending = []
    }

    /// The second half of a problem about a word that is not among the known ones.
    func suggestion(for word: String, among known: [String], plural: String) -> String {
        suggestionsLeft -= 1
        if suggestionsLeft > 0, let name = Nearest.name(to: word, among: known) { return "did you mean \"\(name)\"?" }
        guard !known.isEmpty else { return "the site names no \(plural)" }
        let some = known.sorted().prefix(12).joined(separator: ", ")
        return "the \(plural) are \(some)\(known.count > 12 ? ", and \(known.count - 12) more" : "")"
    }

    /// `file:line` for use in a sentence.
    func place(of mark: Mark) -> String {
        "\(files[mark.file]):\(mark.line)"
    }

    private var overflow: SiteProblem {
        SiteProblem(
            file: files.first ?? "", line: 1, column: 1, problem: "\(unlisted) more problems are not listed",
            hint: "put these right first, then check again")
    }

    /// All problems, in the order of the files as they were read, then of their lines.
    func sortedProblems() -> [SiteProblem] {
        let order = Dictionary(files.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        let sorted = problems.enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            return (order[one.file] ?? 0, one.line, one.column, left.offset)
                < (order[other.file] ?? 0, other.line, other.column, right.offset)
        }.map(\.element)
        // What an alias stands for is met again at each use.
        var seen: Set<SiteProblem> = []
        let once = sorted.filter { seen.insert($0).inserted }
        return unlisted == 0 ? once : once + [overflow]
    }
}
