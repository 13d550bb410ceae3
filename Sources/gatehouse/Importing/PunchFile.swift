import ArgumentParser
import GatehouseDriverKit
import GatehouseModel
import ZKTecoDriver
import ZKTecoWire

/// A file of punches that came another way than over a device's wire.
struct PunchFile {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        /// ZKTeco's `attlog.dat` from a USB stick.
        case attlog
        /// A table with a header: `badge` and `time`, and where there are `state`, `verify`, `direction`, `method`.
        case csv
        /// JSON lines: objects with the same names, or `punch.recorded` events as `gatehouse export` writes them.
        case jsonl

        /// What a file is by its name.
        init?(name: String) {
            switch name.split(separator: ".").last?.lowercased() {
            case "dat", "txt": self = .attlog
            case "csv": self = .csv
            case "jsonl", "ndjson", "json": self = .jsonl
            default: return nil
            }
        }
    }

    /// A line that is no punch.
    struct Refused: Hashable {
        /// From 1.
        var line: Int
        var reason: String
    }

    var punches: [PunchReading] = []
    var refused: [Refused] = []
    /// Lines that held something.
    var read = 0

    init(_ lines: [Lines.Line], kind: Kind) throws {
        let lines = lines.filter { !$0.isBlank }
        let binary = lines.prefix(20).contains { $0.bytes.contains { $0 < 0x09 || ($0 > 0x0D && $0 < 0x20) } }
        if binary {
            throw Failure(
                .notInOrder, "this is no text; where the terminal's menu offers to encrypt the export, turn that off")
        }
        switch kind {
        case .attlog: readAttlog(lines)
        case .csv: try readCSV(lines)
        case .jsonl: readJSONLines(lines)
        }
    }

    private mutating func readAttlog(_ lines: [Lines.Line]) {
        for line in lines {
            read += 1
            // Some firmware ends the file with lines of its own; they are passed over like anything that is no punch.
            guard let punch = AttlogLine(line.bytes) else {
                refuse(line.number, "not a punch: PIN, TAB, YYYY-MM-DD HH:MM:SS expected")
                continue
            }
            punches.append(ZKTecoPunch.reading(of: punch))
        }
    }

    private mutating func readCSV(_ lines: [Lines.Line]) throws {
        guard let header = lines.first?.text.map(CSVRow.cells), header.contains("badge"), header.contains("time") else {
            throw Failure(
                .notInOrder, "line 1: a header with badge and time is expected, for example badge,time,state,verify")
        }
        for line in lines.dropFirst() {
            read += 1
            guard let cells = line.text.map(CSVRow.cells), cells.count == header.count else {
                refuse(line.number, "as many columns as the header has (\(header.count)) are expected")
                continue
            }
            let fields = Dictionary(zip(header, cells), uniquingKeysWith: { first, _ in first })
            take(line.number) { fields[$0].flatMap { $0.isEmpty ? nil : $0 } }
        }
    }

    private mutating func readJSONLines(_ lines: [Lines.Line]) {
        for line in lines {
            read += 1
            do throws(JSONProblem) {
                let json = try JSONValue(parsing: line.bytes)
                if json["specversion"] != nil {
                    takeEvent(json, line.number)
                } else {
                    take(line.number) { name in json[name]?.text ?? json[name]?.integer.map(String.init) }
                }
            } catch {
                refuse(line.number, "no JSON at byte \(error.offset): \(error.reason)")
            }
        }
    }

    /// A punch by its named fields; where they are those of a ZKTeco record, it has the identity of that record.
    private mutating func take(_ line: Int, field: (String) -> String?) {
        guard let badge = field("badge"), (1...64).contains(badge.utf8.count) else {
            return refuse(line, "badge is missing")
        }
        guard let time = field("time").flatMap({ LocalTime($0) }) else {
            return refuse(line, "time must be the device's own, YYYY-MM-DD HH:MM:SS")
        }
        let state = field("state").flatMap { UInt8($0) }
        let verify = field("verify").flatMap { UInt8($0) }
        if state != nil || verify != nil, let stamp = ZKTime(time) {
            punches.append(
                ZKTecoPunch.reading(of: AttlogLine(userID: badge, time: stamp, state: state, verify: verify)))
            return
        }
        guard let direction = Self.word(field("direction"), PunchReading.Direction.unknown),
            let method = Self.word(field("method"), PunchReading.Method.unknown)
        else { return refuse(line, "direction or method is none of the known words") }
        punches.append(
            PunchReading(
                identity: "\(badge)/\(time.text)/\(direction.rawValue)/\(method.rawValue)", badge: badge,
                direction: direction, method: method, deviceTime: time, native: ["road": "file"]))
    }

    private mutating func takeEvent(_ json: JSONValue, _ line: Int) {
        let data = json["data"]
        guard json["type"]?.text == "gatehouse.punch.recorded", let id = json["id"]?.text,
            let badge = data?["badge"]?.text, let time = data?["deviceTime"]?.text.flatMap({ LocalTime($0) }),
            let direction = Self.word(data?["direction"]?.text, PunchReading.Direction.unknown),
            let method = Self.word(data?["method"]?.text, PunchReading.Method.unknown)
        else { return refuse(line, "an event that is no whole punch.recorded") }
        punches.append(
            PunchReading(
                identity: id, badge: badge, direction: direction, method: method, deviceTime: time,
                native: data?["native"] ?? .null))
    }

    private static func word<Word: RawRepresentable<String>>(_ text: String?, _ standard: Word) -> Word? {
        text.map { Word(rawValue: $0) } ?? standard
    }

    private mutating func refuse(_ line: Int, _ reason: String) {
        refused.append(Refused(line: line, reason: reason))
    }
}

extension ZKTime {
    fileprivate init?(_ local: LocalTime) {
        self.init(
            year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
            second: local.second)
    }
}

/// One row of RFC 4180 text without line breaks in its cells.
enum CSVRow {
    static func cells(_ text: String) -> [String] {
        var cells: [String] = []
        var cell = ""
        var isQuoted = false
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"": cell.append(rest.removeFirst())
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                cells.append(trimmed(cell))
                cell = ""
            default: cell.append(character)
            }
        }
        return cells + [trimmed(cell)]
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
