import GatehouseModel
import GatehouseRules

/// How one kind of value is written in the site file: how to read it, and how it stands in the site's JSON.
struct Form<Value> {
    /// What belongs there, in words: `a duration`.
    var what: String
    /// How to write it, where that can be said in a line: `write …`.
    var hint: String?
    /// Reads a value, or reports why it cannot be and gives nil.
    var read: (SourceNode, ReadingContext) -> (value: Value, json: JSONValue)?
    /// The JSON of a value that was not read, for defaults. Compound forms have none.
    var encode: ((Value) -> JSONValue)?

    /// A value that is written as one word or text. `parse` gets the text, and whether it stood without quotes.
    static func word(
        _ what: String, hint: String, encode: @escaping (Value) -> JSONValue,
        parse: @escaping (_ text: String, _ isPlain: Bool) -> Value?
    ) -> Form {
        Form(
            what: what, hint: hint,
            read: { node, context in
                if case .scalar(let text, let isPlain) = node.value, let value = parse(text, isPlain) {
                    return (value, encode(value))
                }
                context.report(at: node.mark, "\(node.description) is not \(what)", hint: hint)
                return nil
            }, encode: encode)
    }

    /// A list of such values. Broken ones are reported and left out.
    static func list<Element>(of form: Form<Element>, atLeastOne: Bool = false) -> Form where Value == [Element] {
        Form(what: "a list") { node, context in
            guard case .list(let nodes) = node.value else {
                context.report(
                    at: node.mark, "\(node.description) stands where a list belongs",
                    hint: "write a list; each of its members is \(form.what)")
                return nil
            }
            if atLeastOne, nodes.isEmpty {
                context.report(at: node.mark, "the list is empty", hint: "name at least one; each is \(form.what)")
            }
            let read = nodes.compactMap { form.read($0, context) }
            return (read.map(\.value), .array(read.map(\.json)))
        }
    }

    /// A map whose keys are known. `read` asks the reader for each of them; what it does not ask for is an unknown key.
    static func map(_ what: String, _ read: @escaping (MapReader) -> Value?) -> Form {
        Form(what: what) { node, context in
            guard case .map(let entries) = node.value else {
                context.report(
                    at: node.mark, "\(node.description) stands where \(what) belongs",
                    hint: "write a map, each line of it as key: value")
                return nil
            }
            let reader = MapReader(what: what, entries: entries, mark: node.mark, context: context)
            let value = read(reader)
            reader.finish()
            return value.map { ($0, .object(reader.members)) }
        }
    }

    /// A map from names that the site chooses to values. The order is that of the names.
    static func table<Element>(_ what: String, key: Form<String> = .id, of form: Form<Element>) -> Form
    where Value == [String: Element] {
        Form(what: what) { node, context in
            guard case .map(let entries) = node.value else {
                context.report(
                    at: node.mark, "\(node.description) stands where \(what) belongs",
                    hint: "write a map of names, each to \(form.what)")
                return nil
            }
            var values: [String: Element] = [:]
            var members: [JSONValue.Member] = []
            for entry in entries.sorted(by: { $0.key < $1.key }) {
                let name = SourceNode(mark: entry.mark, value: .scalar(entry.key, isPlain: true))
                guard key.read(name, context) != nil, let read = form.read(entry.node, context) else { continue }
                values[entry.key] = read.value
                members.append(.init(entry.key, read.json))
            }
            return (values, .object(members))
        }
    }

    /// The same form with a further test of what was read; the test reports what it finds, and the value stands.
    func checked(_ test: @escaping (Value, Mark, ReadingContext) -> Void) -> Form {
        Form(
            what: what, hint: hint,
            read: { node, context in
                let read = self.read(node, context)
                if let read { test(read.value, node.mark, context) }
                return read
            }, encode: encode)
    }
}
