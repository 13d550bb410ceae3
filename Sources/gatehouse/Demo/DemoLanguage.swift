import GatehouseRules
import Glibc

/// A text of the demo in both languages.
struct DemoText: Sendable {
    var chinese: String
    var english: String

    init(_ chinese: String, _ english: String) {
        self.chinese = chinese
        self.english = english
    }

    func `in`(_ language: Site.Language) -> String { language == .chinese ? chinese : english }
}

extension Site.Language {
    /// That of whoever sits at the terminal, by `LC_ALL`, `LC_MESSAGES` or `LANG`.
    static var ofTerminal: Site.Language {
        let variables = ["LC_ALL", "LC_MESSAGES", "LANG"]
        let names = variables.compactMap { (name: String) in getenv(name).map { String(cString: $0) } }
        return names.first { !$0.isEmpty }?.hasPrefix("zh") == true ? .chinese : .english
    }
}
