/// One line of the table OPERLOG.
public enum IClockOperlogLine: Hashable, Sendable {
    /// Something was done at the device.
    case operation(IClockOperation)
    /// A user, a template, a picture: its first word in capitals. What it says is not read, for it may be a password.
    case record(String)
    /// Neither.
    case unreadable

    /// Reads one line without its end.
    public init(_ line: ArraySlice<UInt8>) {
        let word = line.prefix { $0 != 0x20 && $0 != 9 }
        guard (1...16).contains(word.count), word.allSatisfy(Self.isLetter) else {
            self = .unreadable
            return
        }
        let kind = String(decoding: word, as: UTF8.self).uppercased()
        guard kind == "OPLOG" else {
            self = .record(kind)
            return
        }
        self = IClockOperation(line[word.endIndex...]).map { .operation($0) } ?? .unreadable
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
}

/// `OPLOG <op>⇥<admin>⇥<time>⇥<obj1>⇥<obj2>⇥<obj3>⇥<obj4>`.
public struct IClockOperation: Hashable, Sendable {
    /// What was done, see `Meaning`.
    public var code: Int
    /// The pin of the administrator; 0 for nobody.
    public var admin: String
    /// `YYYY-MM-DD hh:mm:ss` by the device's clock.
    public var time: String
    /// What it was done to.
    public var objects: [String]

    public init(code: Int, admin: String, time: String, objects: [String] = ["0", "0", "0", "0"]) {
        self.code = code
        self.admin = admin
        self.time = time
        self.objects = objects
    }

    /// Reads what follows the word `OPLOG`.
    init?(_ rest: ArraySlice<UInt8>) {
        guard let text = IClockText.text(rest, limit: 512) else { return nil }
        let columns = IClockText.trimmed(text).split(separator: "\t", omittingEmptySubsequences: false)
            .map(IClockText.trimmed)
        guard columns.count >= 3, let code = IClockText.number(columns[0]), (0...9999).contains(code),
            let time = IClockText.time(columns[2])
        else { return nil }
        self.code = code
        admin = String(columns[1].prefix(32))
        self.time = time
        objects = columns.dropFirst(3).prefix(4).map { String($0.prefix(32)) }
    }

    /// The line as a device writes it, LF behind it.
    public var line: String {
        "OPLOG \(code)\t\(admin)\t\(time)" + objects.map { "\t" + $0 }.joined() + "\n"
    }

    /// Operations that somebody must hear of.
    public enum Meaning: Hashable, Sendable {
        case timeChanged
        case attendanceCleared
        case dataCleared
        case factoryReset
        case clearedAfterExport
        case keyChanged
        case serverChanged
        case duress
        case tampered
        case doorForced
        case invalidTries
    }

    /// What the code and, for alarms, its reason stand for; nil for what concerns nobody. The reason is the first
    /// object in one description and the second in another, so both are looked at.
    public var meaning: Meaning? {
        switch code {
        case 13: .dataCleared
        case 21: .timeChanged
        case 22: .factoryReset
        case 23: .attendanceCleared
        case 32: .duress
        case 43: .clearedAfterExport
        case 80: .keyChanged
        case 82, 83: .serverChanged
        case 3, 55: alarm
        default: nil
        }
    }

    private var alarm: Meaning? {
        for object in objects.prefix(2) {
            switch object {
            case "54": return .doorForced
            case "55": return .tampered
            case "58": return .invalidTries
            default: continue
            }
        }
        return nil
    }
}
