/// What a device can be asked here. Only commands that take nothing away: clearing, deleting, opening doors, shells,
/// files and firmware cannot be said.
public enum IClockCommand: Hashable, Sendable {
    /// Send your settings.
    case info
    /// Fetch your options again, as at a start, and upload from the stamps on.
    case check
    /// Upload what is new.
    case log
    /// Upload the punches between two local times, both included: `YYYY-MM-DD hh:mm:ss`.
    case queryAttendance(from: String, through: String)
    /// Count the punches between two local times, both included.
    case countAttendance(from: String, through: String)

    /// The line of an answer, `C:<id>:<command>` and LF. The id is letters and digits, 16 at most.
    public func line(id: String) -> String {
        precondition(
            (1...16).contains(id.utf8.count) && id.utf8.allSatisfy { IClockText.isDigit($0) || $0 > 0x40 },
            "a command's id is 1 to 16 letters and digits")
        return "C:\(id):\(text)\n"
    }

    /// The command's words; TAB between fields.
    public var text: String {
        switch self {
        case .info: "INFO"
        case .check: "CHECK"
        case .log: "LOG"
        case .queryAttendance(let from, let through): "DATA QUERY ATTLOG " + Self.span(from, through)
        case .countAttendance(let from, let through): "VERIFY SUM ATTLOG " + Self.span(from, through)
        }
    }

    /// As a device reads a line: the id and the command; nil for a line of another form or another command.
    public static func read(_ line: some StringProtocol) -> (id: String, command: IClockCommand)? {
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "C", !parts[1].isEmpty else { return nil }
        let text = String(parts[2])
        let simple: [IClockCommand] = [.info, .check, .log]
        if let command = simple.first(where: { $0.text == text }) { return (String(parts[1]), command) }
        let makers: [(String, (String, String) -> IClockCommand)] = [
            ("DATA QUERY ATTLOG ", { .queryAttendance(from: $0, through: $1) }),
            ("VERIFY SUM ATTLOG ", { .countAttendance(from: $0, through: $1) }),
        ]
        for (words, make) in makers where text.hasPrefix(words) {
            let fields = IClockFields(Array(text.utf8.dropFirst(words.utf8.count)), separators: [9])
            guard let from = fields["StartTime"], let through = fields["EndTime"] else { return nil }
            return (String(parts[1]), make(from, through))
        }
        return nil
    }

    private static func span(_ from: String, _ through: String) -> String {
        "StartTime=\(clean(from))\tEndTime=\(clean(through))"
    }

    /// No value may end its field or its line.
    private static func clean(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
    }
}

/// How one command ended, from the body of `devicecmd`.
public struct IClockResult: Hashable, Sendable {
    public var id: String
    /// 0 or more: done, often how many; below 0 an error, see the protocol's page.
    public var code: Int
    /// The command's first words.
    public var command: String
    /// What else it says: counts, settings.
    public var fields: IClockFields

    /// How many results one body may hold, and how long it may be.
    static let limit = 256
    static let longest = 64 * 1024

    /// Reads a body: `ID=…&Return=…&CMD=…`, a line each, or over several lines; a new result begins at each `ID=`.
    public static func read(_ body: some Collection<UInt8>) -> [IClockResult] {
        var results: [IClockResult] = []
        var rest = Array(body.prefix(longest))[...]
        // What follows `Content=` is a file, whatever it looks like.
        if let content = index(of: "content=", in: rest) { rest = rest[..<content] }
        var starts = indices(ofIDs: rest)
        starts.append(rest.endIndex)
        for (start, end) in zip(starts, starts.dropFirst()) where results.count < limit {
            let fields = IClockFields(rest[start..<end], separators: [0x26, 0x0A, 0x0D, 0x09])
            guard let id = fields["ID"], (1...16).contains(id.utf8.count),
                let code = fields["Return"].flatMap(IClockText.number)
            else { continue }
            results.append(IClockResult(id: id, code: code, command: fields["CMD"] ?? "", fields: fields))
        }
        return results
    }

    /// The number that a count of punches gave. Old firmware calls it `AttlogCount`.
    public var attendanceCount: Int? {
        fields.first(of: "AttlogSum", "AttlogCount").flatMap(IClockText.number)
    }

    /// Where results begin: `ID=` at the beginning of the body or of a line.
    private static func indices(ofIDs body: ArraySlice<UInt8>) -> [Int] {
        body.indices.filter { index in
            (index == body.startIndex || body[index - 1] == 0x0A) && matches("id=", in: body, at: index)
        }
    }

    private static func index(of word: String, in body: ArraySlice<UInt8>) -> Int? {
        body.indices.first { matches(word, in: body, at: $0) }
    }

    private static func matches(_ word: String, in body: ArraySlice<UInt8>, at index: Int) -> Bool {
        let end = index + word.utf8.count
        guard end <= body.endIndex else { return false }
        return zip(body[index..<end], word.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }
}
