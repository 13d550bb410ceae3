import GatehouseRules
import Yams

/// Turns YAML text into a tree of values with their places, and refuses what a settings file has no need of.
struct YAMLSource {
    /// The largest YAML file. Long tables belong into CSV files.
    static let sizeLimit = 16 << 20
    private static let depthLimit = 32
    /// Each duplicate key costs another reading of the file.
    private static let duplicateLimits = (small: 50, large: 1)
    /// Fewer aliases than this cannot make Yams' comparison of keys take long.
    private static let aliasLimit = 8

    let file: Int
    let context: ReadingContext
    /// Keys that stood a second time in their map, by the place of the first, which is hidden from Yams.
    private var hidden: [Mark: String] = [:]

    init(file: Int, context: ReadingContext) {
        self.file = file
        self.context = context
    }

    /// The root of the document; nil, with problems reported, where there is none.
    mutating func tree(of text: String) -> SourceNode? {
        if let place = Self.manyAliases(in: text) {
            refuseAlias(at: Mark(file: file, line: place, column: 1))
            return nil
        }
        let duplicateLimit = text.utf8.count < 1 << 20 ? Self.duplicateLimits.small : Self.duplicateLimits.large
        var text = text
        while true {
            do {
                // Given by name: left out, Yams lets an environment variable decide.
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                let root = try parser.singleRoot()
                // Yams' nodes hold their anchors weakly: the parser must outlive the walk.
                return withExtendedLifetime(parser) { root.flatMap { node($0, depth: 0) } ?? reportEmpty() }
            } catch YamlError.duplicatedKeysInMapping(let names, let place) where hidden.count < duplicateLimit {
                guard let name = names.first, let next = hide(name, at: place.mark, in: text) else {
                    reportDuplicate(names.first ?? "", at: mark(place.mark), first: nil)
                    return nil
                }
                text = next
            } catch {
                report(error)
                return nil
            }
        }
    }

    private func node(_ node: Node, depth: Int) -> SourceNode? {
        let mark = mark(node.mark)
        guard node.anchor == nil else { return refuseAlias(at: mark) }
        guard depth <= Self.depthLimit else {
            context.report(at: mark, "nested too deeply", hint: "at most \(Self.depthLimit) levels are taken")
            return nil
        }
        switch node {
        case .scalar(let scalar): return self.scalar(scalar, tag: node.tag.description, at: mark)
        case .sequence(let list):
            return SourceNode(mark: mark, value: .list(list.compactMap { self.node($0, depth: depth + 1) }))
        case .mapping(let map):
            return SourceNode(mark: mark, value: .map(entries(map, depth: depth + 1)))
        case .alias: return refuseAlias(at: mark)
        }
    }

    private func scalar(_ scalar: Node.Scalar, tag: String, at mark: Mark) -> SourceNode? {
        guard tag == Tag.Name.str.rawValue else {
            context.report(at: mark, "the tag \(tag.shortened) is not taken", hint: "write the value without a tag")
            return nil
        }
        let isPlain = scalar.style == .plain
        let isNothing = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        return SourceNode(mark: mark, value: isNothing ? .nothing : .scalar(scalar.string, isPlain: isPlain))
    }

    private func entries(_ map: Node.Mapping, depth: Int) -> [SourceNode.Entry] {
        var first: [String: Mark] = [:]
        for key in hidden.isEmpty ? [] : Array(map.keys) {
            let place = mark(key.mark)
            if let name = hidden[place], first[name] == nil { first[name] = place }
        }
        return map.compactMap { entry($0, depth: depth, first: first) }
    }

    /// One key and its value; nil, with the problem reported, where it is of no use. `first` has the keys of this map
    /// that stand in it again further on.
    private func entry(_ pair: (key: Node, value: Node), depth: Int, first: [String: Mark]) -> SourceNode.Entry? {
        let place = mark(pair.key.mark)
        if let name = hidden[place] {
            if let first = first[name], first != place { reportDuplicate(name, at: place, first: first) }
            return nil
        }
        guard case .scalar(let key) = pair.key, pair.key.anchor == nil else {
            context.report(at: place, "a key must be a word", hint: "write it as key: value")
            return nil
        }
        if let first = first[key.string] { reportDuplicate(key.string, at: place, first: first) }
        guard let node = node(pair.value, depth: depth) else { return nil }
        return SourceNode.Entry(key: key.string, mark: place, node: node)
    }

    /// The text with the key at that place written over by as many characters of private use, so that reading can go
    /// on and find the other problems too. Nil where the key is not written there letter by letter.
    private mutating func hide(_ name: String, at place: Yams.Mark, in text: String) -> String? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(place.line - 1) else { return nil }
        var line = Array(lines[place.line - 1].unicodeScalars)
        var start = place.column - 1
        let letters = Array(name.unicodeScalars)
        if line.indices.contains(start), line[start] == "\"" || line[start] == "'" { start += 1 }
        guard !letters.isEmpty, start + letters.count <= line.count,
            Array(line[start..<start + letters.count]) == letters,
            let cover = Unicode.Scalar(0xE000 + UInt32(hidden.count))
        else { return nil }
        line.replaceSubrange(start..<start + letters.count, with: letters.map { _ in cover })
        lines[place.line - 1] = Substring(String(String.UnicodeScalarView(line)))
        hidden[mark(place)] = name
        return lines.joined(separator: "\n")
    }

    /// The first line with something like an alias, where there are so many that expanding them could take for ever.
    /// Comments that fill a line are passed over; a star at the beginning of a word within a text is counted, which
    /// does no harm.
    private static func manyAliases(in text: String) -> Int? {
        var (count, first) = (0, 0)
        for (index, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard line.first(where: { $0 != 0x20 && $0 != 0x09 }) != 0x23 else { continue }
            var before: (UInt8, UInt8) = (0x20, 0x20)
            for byte in line {
                if before.1 == 0x2A, " \t[{,:?-".utf8.contains(before.0), isNamePart(byte) {
                    count += 1
                    if first == 0 { first = index + 1 }
                }
                before = (before.1, byte)
            }
        }
        return count > aliasLimit ? first : nil
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        byte == 0x2D || byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    private func mark(_ place: Yams.Mark?) -> Mark {
        Mark(file: file, line: place?.line ?? 1, column: place?.column ?? 1)
    }

    private func reportEmpty() -> SourceNode? {
        if !context.isBroken {
            context.report(
                at: Mark(file: file, line: 1, column: 1), "the file is empty",
                hint: "write what belongs into it as key: value")
        }
        return nil
    }

    private func reportDuplicate(_ name: String, at mark: Mark, first: Mark?) {
        context.report(
            at: mark, "the key \"\(name.shortened)\" comes twice",
            hint: first.map { "it stands already at \(context.place(of: $0)): keep one of them" } ?? "keep one of them")
    }

    @discardableResult
    private func refuseAlias(at mark: Mark) -> SourceNode? {
        context.report(
            at: mark, "anchors and aliases (& and *) are not taken", hint: "write the value out where it belongs")
        return nil
    }

    private func report(_ error: any Error) {
        var place = Mark(file: file, line: 1, column: 1)
        var reason = "it cannot be read"
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            place = self.mark(mark)
            reason = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
        case YamlError.reader(let problem, let offset, _, let text):
            place = self.place(of: offset ?? 0, in: text)
            reason = problem
        case YamlError.duplicatedKeysInMapping(let names, let context):
            return reportDuplicate(names.first ?? "", at: mark(context.mark), first: nil)
        default: break
        }
        context.report(
            at: place, "no YAML: \(reason)", hint: "check the indentation, quotes and brackets here and just before")
    }

    private func place(of offset: Int, in text: String) -> Mark {
        let before = text.prefix(offset)
        let line = before.count(where: \.isNewline) + 1
        let column = before.reversed().prefix { !$0.isNewline }.count + 1
        return Mark(file: file, line: line, column: column)
    }
}
