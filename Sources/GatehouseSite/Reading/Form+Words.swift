import GatehouseModel
import GatehouseRules

/// The words of the site file.
extension Form where Value == String {
    /// Any text with something in it; a number is taken as its letters.
    static var text: Form {
        word("a text", hint: "write a text of 1 to 500 characters", encode: { .string($0) }) { text, _ in
            !text.isEmpty && text.count <= 500 && !text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }
                ? text : nil
        }
    }

    /// An id: at most 64 letters, digits, `.`, `_`, `-`, and no word that YAML may read as a truth value.
    static var id: Form {
        word(
            "an id",
            hint:
                "write 1 to 64 letters, digits, dots, underscores or hyphens, and no word such as "
                + "on, off, yes, no, true, null",
            encode: { .string($0) }
        ) { text, _ in isID(text) ? text : nil }
    }

    /// An id that nothing else of that kind has.
    static func newID(_ kind: ReadingContext.Kind) -> Form {
        id.checked { name, mark, context in context.define(kind, name, at: mark) }
    }

    /// The id of something that the site has.
    static func known(_ kind: ReadingContext.Kind) -> Form {
        Form(
            what: "the id of a \(kind.rawValue)",
            read: { node, context in
                guard let read = Form.id.read(node, context) else { return nil }
                context.requireKnown(kind, read.value, at: node.mark)
                return read
            }, encode: { .string($0) })
    }

    /// One of these words.
    static func choice(_ words: [String], what: String) -> Form {
        Form(
            what: what, hint: "write one of \(words.joined(separator: ", "))",
            read: { node, context in
                if case .scalar(let text, _) = node.value, words.contains(text) { return (text, .string(text)) }
                let written = if case .scalar(let text, _) = node.value { text } else { "" }
                let near = Nearest.name(to: written, among: words).map { "did you mean \"\($0)\"?" }
                context.report(
                    at: node.mark, "\(node.description) is not \(what)",
                    hint: near ?? "write one of \(words.joined(separator: ", "))")
                return nil
            }, encode: { .string($0) })
    }

    static func isID(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), !truthWords.contains(text.lowercased()) else { return false }
        return text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D
        }
    }

    private static var truthWords: Set<String> {
        ["on", "off", "yes", "no", "true", "false", "null", "y", "n"]
    }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enumeration's words.
    static func choice(_ what: String) -> Form {
        let words = Form<String>.choice(Value.allCases.map(\.rawValue), what: what)
        return Form(
            what: what, hint: words.hint,
            read: { node, context in
                words.read(node, context).flatMap { read in Value(rawValue: read.value).map { ($0, read.json) } }
            }, encode: { .string($0.rawValue) })
    }
}

extension Form where Value == Bool {
    /// `true` or `false`, without quotes.
    static var truth: Form {
        word("true or false", hint: "write true or false, without quotes", encode: { .bool($0) }) { text, isPlain in
            isPlain ? value(of: text) : nil
        }
    }

    /// `on` or `off`, with or without quotes, however a YAML reader may have rewritten them.
    static var onOff: Form {
        word("on or off", hint: "write on or off", encode: { .string($0 ? "on" : "off") }) { text, _ in value(of: text)
        }
    }

    /// What YAML 1.1 makes of the word.
    static func value(of text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES": true
        case "false", "False", "FALSE", "off", "Off", "OFF", "no", "No", "NO": false
        default: nil
        }
    }
}

extension Form where Value == Duration {
    /// `90s`, `10m`, `2h`, `1d`.
    static var duration: Form {
        word(
            "a duration", hint: "write a whole number and a unit: 90s, 10m, 2h or 1d",
            encode: { .string(Written.text($0)) }
        ) {
            text, _ in Written.duration(text)
        }
    }

    /// A duration that is not nought.
    static var span: Form {
        word(
            "a duration above 0", hint: "write a whole number and a unit: 90s, 10m, 2h or 1d",
            encode: duration.encode ?? { _ in .null }
        ) {
            text, _ in Written.duration(text).flatMap { $0 > .zero ? $0 : nil }
        }
    }
}

extension Form where Value == CalendarDay {
    /// `2026-11-22`.
    static var date: Form {
        word("a date", hint: "write year-month-day, for example 2026-11-01", encode: { .string($0.text) }) { text, _ in
            CalendarDay(text)
        }
    }
}

extension Form where Value == TimeOfDay {
    /// `"08:00"` to `"24:00"`.
    static var timeOfDay: Form {
        word("a time of day", hint: "write \"HH:MM\" from \"00:00\" to \"24:00\"", encode: { .string($0.text) }) {
            text, _ in
            TimeOfDay(text)
        }
    }

    /// A time of day at which something can begin: not `"24:00"`.
    static var startOfDay: Form {
        word("a time of day", hint: "write \"HH:MM\" from \"00:00\" to \"23:59\"", encode: { .string($0.text) }) {
            text, _ in
            TimeOfDay(text).flatMap { $0.minutes < 1440 ? $0 : nil }
        }
    }
}

extension Form where Value == Int {
    /// A whole number within limits.
    static func count(_ range: ClosedRange<Int>) -> Form {
        let what = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return word(what, hint: "write \(what)", encode: { .integer($0) }) { text, isPlain in
            guard isPlain, text.utf8.count <= 10, let number = Int(text), range.contains(number), !text.hasPrefix("+")
            else {
                return nil
            }
            return number
        }
    }
}

extension Form where Value == Int64 {
    /// `20GiB`.
    static var size: Form {
        word(
            "a size", hint: "write a whole number and KiB, MiB, GiB or TiB: 20GiB",
            encode: { .string(Written.text(size: $0)) }
        ) {
            text, _ in Written.size(text)
        }
    }
}

extension Form where Value == ExactDecimal {
    /// A sum of money: not below 0, at most two decimals.
    static var money: Form {
        word(
            "a sum of money", hint: "write it in quotes with at most two decimals: \"1500.00\"",
            encode: { .string($0.text) }
        ) {
            text, _ in ExactDecimal(text).flatMap { $0.unscaled >= 0 && $0.scale <= 2 ? $0 : nil }
        }
    }

    /// A plain decimal number.
    static var number: Form {
        word("a number", hint: "write a number such as 3 or 0.05", encode: { .number($0.text) }) { text, _ in
            ExactDecimal(text)
        }
    }

    /// A plain decimal number that is not below 0.
    static var amount: Form {
        word("a number not below 0", hint: "write a number such as 3 or 0.5", encode: { .number($0.text) }) { text, _ in
            ExactDecimal(text).flatMap { $0.unscaled >= 0 ? $0 : nil }
        }
    }

    /// `40%`; the value is the 40.
    static var percentage: Form {
        word("a percentage", hint: "write it with its sign: 40%", encode: { .string($0.text + "%") }) { text, _ in
            Figure(text).flatMap { $0.isPercentage && $0.number.unscaled >= 0 ? $0.number : nil }
        }
    }
}

extension Form where Value == Figure {
    /// `95%` for a rate, `3` for anything else.
    static var figure: Form {
        word("a figure", hint: "write a rate as 95% and anything else as a number", encode: { $0.json }) { text, _ in
            Figure(text)
        }
    }
}

extension Figure {
    /// A percentage is a string in JSON, anything else a number.
    var json: JSONValue {
        isPercentage ? .string(text) : .number(text)
    }
}
