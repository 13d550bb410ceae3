import GatehouseModel
import GatehouseRules

/// Reads the keys of one map, builds its JSON in the order of the questions, and complains of the keys nobody asked
/// for.
final class MapReader {
    let what: String
    /// Where the map begins.
    let mark: Mark
    let context: ReadingContext
    /// The map as JSON so far, defaults put in.
    private(set) var members: [JSONValue.Member] = []
    private let entries: [SourceNode.Entry]
    /// Where each key stands among the entries, for maps so wide that looking for them takes long.
    private let places: [String: Int]?
    private var known: Set<String> = []

    init(what: String, entries: [SourceNode.Entry], mark: Mark, context: ReadingContext) {
        self.what = what
        self.entries = entries
        places = entries.count > 40 ? Dictionary(entries.enumerated().map { ($1.key, $0) }) { $1 } : nil
        self.mark = mark
        self.context = context
    }

    /// What stands at a key, untouched. Counts as asked for.
    func node(_ key: String) -> SourceNode? {
        known.insert(key)
        return entry(key)?.node
    }

    /// Whether the key is there. Counts as asked for.
    func has(_ key: String) -> Bool {
        node(key) != nil
    }

    /// Where a key's value stands, or the map where there is no such key.
    func mark(of key: String) -> Mark {
        entry(key)?.node.mark ?? mark
    }

    private func entry(_ key: String) -> SourceNode.Entry? {
        guard let places else { return entries.last { $0.key == key } }
        return places[key].map { entries[$0] }
    }

    /// The keys that nobody has asked for yet, with what stands there.
    var others: [SourceNode.Entry] {
        entries.filter { !known.contains($0.key) }
    }

    /// The entries of a map that holds severities: those under a severity's usual names, and all others that are maps.
    var severityEntries: [SourceNode.Entry] {
        entries.filter { entry in
            if ["general", "major"].contains(entry.key) { return true }
            if case .map = entry.node.value { return !known.contains(entry.key) }
            return false
        }.sorted { $0.key < $1.key }
    }

    /// The value at a key; nil where there is none or it is broken.
    func read<Value>(_ key: String, _ form: Form<Value>) -> Value? {
        guard let node = node(key), let read = form.read(node, context) else { return nil }
        members.append(.init(key, read.json))
        return read.value
    }

    /// The value at a key, or the one that holds without it, which then stands in the JSON all the same.
    func read<Value>(_ key: String, _ form: Form<Value>, default standard: Value) -> Value {
        guard let node = node(key) else {
            if let encode = form.encode { members.append(.init(key, encode(standard))) }
            return standard
        }
        guard let read = form.read(node, context) else { return standard }
        members.append(.init(key, read.json))
        return read.value
    }

    /// The value at a key that must be there; reports it where it is not.
    func require<Value>(_ key: String, _ form: Form<Value>) -> Value? {
        guard has(key) else {
            context.report(
                at: mark, "\(what) needs \"\(key)\"",
                hint: form.hint.map { "add \(key): and \($0)" } ?? "add \(key): with \(form.what)")
            return nil
        }
        return read(key, form)
    }

    /// Exactly one of these keys must be there; gives the one that is. None or several are reported.
    func choose(_ keys: [String], optional: Bool = false) -> String? {
        let present = keys.filter { has($0) }
        if present.count == 1 || (optional && present.isEmpty) { return present.first }
        let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
        context.report(
            at: present.last.map { mark(of: $0) } ?? mark,
            present.isEmpty ? "\(what) needs one of \(names)" : "\(what) has more than one of \(names)",
            hint: "write exactly one of them")
        return nil
    }

    /// A key that only has a meaning together with others.
    func forbid(_ key: String, because reason: String) {
        guard has(key) else { return }
        context.report(at: mark(of: key), "\"\(key)\" has no meaning here", hint: reason)
    }

    /// Puts a member into the JSON that was read some other way.
    func attach(_ key: String, _ json: JSONValue) {
        members.append(.init(key, json))
    }

    /// Reports the keys that nobody has asked for.
    func finish() {
        for entry in others {
            context.report(
                at: entry.mark, "unknown key \"\(entry.key.shortened)\" in \(what)",
                hint: known.isEmpty
                    ? "it takes no keys: take it out"
                    : context.suggestion(for: entry.key, among: Array(known), plural: "known keys"))
        }
    }
}
