import GatehouseModel

/// One of Gatehouse's own codes: `GH1.<kind>.<id>.<tag>`, the kind `C` for a checkpoint, `N` for a condition, `P` for a
/// person. The tag proves that it was made with the site's key.
public struct OwnCode: Hashable, Sendable {
    public var kind: RegisteredCode.Kind
    /// The checkpoint's, condition's or person's id, which may have points of its own.
    public var id: String
    /// What stands after the last point, right or wrong.
    public var tag: String

    public init(kind: RegisteredCode.Kind, id: String, tag: String) {
        self.kind = kind
        self.id = id
        self.tag = tag
    }

    /// Nil for a text that is no code of ours, whatever its tag.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "GH1", let kind = RegisteredCode.Kind(letter: parts[1]),
            let point = parts[2].lastIndex(of: "."), Identifier.isValid(parts[2][..<point])
        else { return nil }
        self.init(kind: kind, id: String(parts[2][..<point]), tag: String(parts[2][parts[2].index(after: point)...]))
    }

    /// What the tag is made of: everything before it.
    public var signed: String { Self.signed(kind: kind, id: id) }

    /// The code as it is printed.
    public var text: String { "\(signed).\(tag)" }

    /// What a code of that thing is signed over.
    public static func signed(kind: RegisteredCode.Kind, id: String) -> String { "GH1.\(kind.letter).\(id)" }
}

extension RegisteredCode.Kind {
    fileprivate var letter: String {
        switch self {
        case .checkpoint: "C"
        case .condition: "N"
        case .person: "P"
        }
    }

    fileprivate init?(letter: Substring) {
        switch letter {
        case "C": self = .checkpoint
        case "N": self = .condition
        case "P": self = .person
        default: return nil
        }
    }
}
