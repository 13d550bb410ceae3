import GatehouseRules

/// A place in one of the files that make up a site.
struct Mark: Hashable {
    /// Which file: an index into the reading's list.
    var file: Int
    /// From 1.
    var line: Int
    /// In characters, from 1.
    var column: Int
}

/// A value with the place where it was written, whichever file and form it came in.
struct SourceNode {
    /// One key of a map, and what stands there.
    struct Entry {
        var key: String
        var mark: Mark
        var node: SourceNode
    }

    enum Value {
        /// A single word or text; `isPlain` where it stood without quotes, so that `off` may mean more than its
        /// letters.
        case scalar(String, isPlain: Bool)
        case list([SourceNode])
        case map([Entry])
        /// Nothing was written, or `null`.
        case nothing
    }

    var mark: Mark
    var value: Value

    /// What stands there, in words for a problem.
    var description: String {
        switch value {
        case .scalar(let text, _): "\"\(text.shortened)\""
        case .list: "a list"
        case .map: "a map"
        case .nothing: "nothing"
        }
    }
}

extension String {
    /// At most 60 code points, safe to print on one line.
    var shortened: String {
        // Not characters: one of those may be of any length.
        let clean = unicodeScalars.prefix(61).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
        return clean.count > 60 ? String(clean.prefix(57)) + "..." : String(clean)
    }
}
