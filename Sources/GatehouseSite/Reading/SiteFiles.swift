import GatehouseRules

/// Fetches the files that a site is made of and turns each into a tree of values.
struct SiteFiles {
    /// The largest table.
    static let tableSizeLimit = 100 << 20
    static let secretsName = "secrets.yaml"

    let context: ReadingContext

    /// The site file itself.
    func root(_ path: String) -> SourceNode? {
        let file = context.file(named: path)
        do throws(FileBytes.Refusal) {
            let content = try FileBytes.read(path, limit: YAMLSource.sizeLimit)
            return yaml(content.bytes, file: file)
        } catch {
            context.report(at: Mark(file: file, line: 1, column: 1), error.problem, hint: error.hint)
            return nil
        }
    }

    /// The section with what it names put in its place: a section may be a YAML file of its own, some may be tables.
    func resolved(_ entry: SourceNode.Entry, payColumn: String) -> SourceNode.Entry? {
        guard case .scalar(let name, _) = entry.node.value else { return entry }
        var entry = entry
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            guard SiteSections.mayBeFiles.contains(entry.key) else { return entry }
            guard let node = section(entry.key, name, at: entry.node.mark) else { return nil }
            entry.node = node
        } else if name.hasSuffix(".csv"), let columns = Self.columns(of: entry.key, payColumn: payColumn) {
            guard let node = table(name, columns: columns, at: entry.node.mark) else { return nil }
            entry.node = node
        }
        return entry
    }

    /// The names and texts of the secrets beside the site file. Nobody but the owner may be able to read them.
    func secrets() -> [String: String] {
        let path = context.path(of: Self.secretsName)
        let content: FileBytes.Content
        let file: Int
        do throws(FileBytes.Refusal) {
            content = try FileBytes.read(path, limit: 1 << 20)
            file = context.file(named: path)
        } catch {
            guard !error.isMissing else { return [:] }
            context.report(
                at: Mark(file: context.file(named: path), line: 1, column: 1), error.problem, hint: error.hint)
            return [:]
        }
        if content.permissions & 0o077 != 0 {
            let octal = String(content.permissions, radix: 8)
            context.report(
                at: Mark(file: file, line: 1, column: 1), "others can read the secrets: the mode is 0\(octal)",
                hint: "run chmod 600 \(path)")
        }
        guard let node = yaml(content.bytes, file: file) else { return [:] }
        guard case .map(let entries) = node.value else {
            context.report(at: node.mark, "the secrets are no map", hint: "write each line as name: \"secret\"")
            return [:]
        }
        return secrets(entries)
    }

    private func secrets(_ entries: [SourceNode.Entry]) -> [String: String] {
        var secrets: [String: String] = [:]
        for entry in entries {
            guard Form<String>.isID(entry.key), case .scalar(let text, _) = entry.node.value, !text.isEmpty else {
                // The value is not shown: it may be a secret.
                context.report(
                    at: entry.mark, "\"\(entry.key.shortened)\" is no secret",
                    hint: "write each line as name: \"secret\"")
                continue
            }
            context.define(.secret, entry.key, at: entry.mark)
            secrets[entry.key] = text
        }
        return secrets
    }

    private func section(_ key: String, _ name: String, at mark: Mark) -> SourceNode? {
        guard let (bytes, file) = fetch(name, at: mark, limit: YAMLSource.sizeLimit) else { return nil }
        guard let node = yaml(bytes, file: file) else { return nil }
        // The file may repeat the section's name at its top.
        if case .map(let entries) = node.value, entries.count == 1, entries[0].key == key { return entries[0].node }
        return node
    }

    private func table(_ name: String, columns: [String], at mark: Mark) -> SourceNode? {
        guard let table = csv(name, at: mark) else { return nil }
        let keys = table.header.map { field in columns.contains(field.text) ? field.text : nil }
        check(table.header, columns: columns, at: mark)
        let nodes = table.rows.map { row in
            let entries = zip(keys, row).compactMap { key, field in
                key.flatMap { key in
                    field.text.isEmpty
                        ? nil
                        : SourceNode.Entry(
                            key: key, mark: field.mark,
                            node: SourceNode(mark: field.mark, value: .scalar(field.text, isPlain: true)))
                }
            }
            return SourceNode(mark: row[0].mark, value: .map(entries))
        }
        return SourceNode(mark: mark, value: .list(nodes))
    }

    /// Reports columns that a table must not have, and the missing first one, without which no row says anything.
    func check(_ header: [CSVTable.Field], columns: [String], required: [String] = [], at mark: Mark) {
        guard let first = header.first else { return }
        var seen: Set<String> = []
        for field in header {
            if !columns.contains(field.text) {
                context.report(
                    at: field.mark, "unknown column \"\(field.text.shortened)\"",
                    hint: context.suggestion(for: field.text, among: columns, plural: "columns"))
            } else if !seen.insert(field.text).inserted {
                context.report(at: field.mark, "the column \(field.text) comes twice", hint: "keep one of them")
            }
        }
        for column in [columns[0]] + required where !header.contains(where: { $0.text == column }) {
            context.report(
                at: first.mark, "there is no column \(column)",
                hint: "add it to the header: \(columns.joined(separator: ","))")
        }
    }

    /// A whole table; nil, with problems reported, where there is none.
    func csv(_ name: String, at mark: Mark) -> CSVTable? {
        guard let (bytes, file) = fetch(name, at: mark, limit: Self.tableSizeLimit) else { return nil }
        do throws(TextDecoding.Refusal) {
            return CSVTable(try TextDecoding.table(bytes), file: file, context: context)
        } catch {
            context.report(
                at: Mark(file: file, line: error.line, column: error.column), "this is neither UTF-8 nor GB18030",
                hint: "save the table as CSV UTF-8")
            return nil
        }
    }

    private func fetch(_ name: String, at mark: Mark, limit: Int) -> (bytes: [UInt8], file: Int)? {
        do throws(FileBytes.Refusal) {
            guard !name.utf8.contains(0) else {
                throw FileBytes.Refusal(problem: "no file has such a name", hint: "check it")
            }
            let path = context.path(of: name)
            let content = try FileBytes.read(path, limit: limit)
            return (content.bytes, context.file(named: path))
        } catch {
            context.report(at: mark, "\(name.shortened): \(error.problem)", hint: error.hint)
            return nil
        }
    }

    private func yaml(_ bytes: [UInt8], file: Int) -> SourceNode? {
        do throws(TextDecoding.Refusal) {
            let text = try TextDecoding.utf8(bytes)
            var source = YAMLSource(file: file, context: context)
            return source.tree(of: text)
        } catch {
            context.report(
                at: Mark(file: file, line: error.line, column: error.column), "this is not UTF-8",
                hint: "save the file as UTF-8")
            return nil
        }
    }

    private static func columns(of section: String, payColumn: String) -> [String]? {
        switch section {
        case "people": ["id", "name", "department", "position", "badges", payColumn]
        case "leave": ["leave", "person", "from", "to", "kind"]
        default: nil
        }
    }
}

extension ReadingContext {
    /// A file name from the site file, relative to the site file's folder.
    func path(of name: String) -> String {
        name.hasPrefix("/") || folder.isEmpty ? name : folder + (folder.hasSuffix("/") ? "" : "/") + name
    }
}
