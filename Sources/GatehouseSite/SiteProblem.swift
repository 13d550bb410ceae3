import GatehouseRules

/// One thing that is wrong with the site file or with a file that it names.
public struct SiteProblem: Error, Hashable, Sendable {
    /// What the problem means for whoever reads the file.
    public enum Kind: Hashable, Sendable {
        /// The file cannot be used.
        case mistake
        /// The file is right, but this build has no driver for one of its devices.
        case noDriver
        /// The file can be used, but a rule in it contradicts itself.
        case warning
    }

    /// Whether it keeps the site from being used.
    public var kind: Kind
    /// The file as the reader was told to find it.
    public var file: String
    /// From 1.
    public var line: Int
    /// In characters, from 1.
    public var column: Int
    /// What is wrong.
    public var problem: String
    /// What would be right.
    public var hint: String

    public init(kind: Kind = .mistake, file: String, line: Int, column: Int, problem: String, hint: String) {
        self.kind = kind
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
        self.hint = hint
    }

    /// `file:line:column: what is wrong; what would be right`.
    public var text: String {
        "\(file):\(line):\(column): \(problem); \(hint)"
    }
}
