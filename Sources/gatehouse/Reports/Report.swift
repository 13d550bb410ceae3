import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What a day, a week or a month came to, from what the modules wrote into the journal. The last revision counts.
struct Report {
    let span: ReportSpan
    let language: Site.Language
    private let history: JournalHistory
    private let index: SiteIndex
    private let zone: Zone

    init(span: ReportSpan, language: Site.Language, history: JournalHistory, site: Site) {
        self.span = span
        self.language = language
        self.history = history
        index = SiteIndex(site)
        zone = site.zone
    }

    /// Every table, in the order in which they are read.
    func tables() throws -> [ReportTable] {
        let records = try attendance()
        return [
            people(records), table(of: records), try rounds(), try hazards(), try alerts(), try figures(),
        ]
    }

    /// What is not older may belong to the span: records are written after their windows have opened.
    private var oldest: Moment { zone.startOfDay(span.first.adding(-3)) }

    private func attendance() throws -> [JSONValue] {
        var seen: Set<String> = []
        var records: [JSONValue] = []
        for (_, json) in try history.newest(["attendance.closed"], since: oldest) {
            guard let data = json["data"], let date = data["date"]?.text.flatMap({ CalendarDay($0) }),
                span.contains(date)
            else { continue }
            let key = [data["person"]?.text, data["date"]?.text, data["shift"]?.text, data["start"]?.text]
            guard seen.insert(key.map { $0 ?? "" }.joined(separator: " ")).inserted else { continue }
            records.append(data)
        }
        return records.sorted { Self.order($0) < Self.order($1) }
    }

    private static func order(_ record: JSONValue) -> String {
        "\(record["date"]?.text ?? "") \(record["person"]?.text ?? "") \(record["start"]?.text ?? "")"
    }

    private func table(of records: [JSONValue]) -> ReportTable {
        let rows = records.map { record -> [ReportTable.Cell] in
            let statuses = record["status"]?.elements?.compactMap(\.text) ?? []
            return [
                .text(record["date"]?.text ?? ""), .text(record["person"]?.text ?? ""), name(record["person"]?.text),
                department(of: record["person"]?.text), shift(record["shift"]?.text), time(record["in"]),
                time(record["out"]),
                .text(statuses.map { ReportWords.status($0, language) }.joined(separator: " ")),
                .init(record["lateMinutes"]?.integer), .init(record["earlyMinutes"]?.integer),
                .init(record["workedMinutes"]?.integer), .init(record["leaveMinutes"]?.integer),
                .init(record["overtime"]?["1.5"]?.integer), .init(record["overtime"]?["2"]?.integer),
                .init(record["overtime"]?["3"]?.integer), .init(record["corrections"]?.elements?.count),
            ]
        }
        return table(
            .attendance,
            [
                .date, .person, .name, .department, .shift, .arrival, .departure, .status, .late, .early, .worked,
                .leave, .overtime15, .overtime2, .overtime3, .corrections,
            ], rows)
    }

    private func people(_ records: [JSONValue]) -> ReportTable {
        let byPerson = Dictionary(grouping: records) { $0["person"]?.text ?? "" }
        let rows = byPerson.sorted { $0.key < $1.key }.map { person, records -> [ReportTable.Cell] in
            func count(_ words: String...) -> ReportTable.Cell {
                .init(
                    records.count { record in
                        record["status"]?.elements?.contains { words.contains($0.text ?? "") } == true
                    })
            }
            func sum(_ number: (JSONValue) -> Int?) -> ReportTable.Cell {
                .init(records.reduce(0) { $0 + (number($1) ?? 0) })
            }
            return [
                .text(person), name(person), department(of: person),
                .init(records.count { $0["shift"]?.text != nil }), count("late"), sum { $0["lateMinutes"]?.integer },
                count("early"), count("absent"), count("missing_in", "missing_out"), count("unproven"),
                sum { $0["workedMinutes"]?.integer }, sum { $0["leaveMinutes"]?.integer },
                sum { $0["overtime"]?["1.5"]?.integer }, sum { $0["overtime"]?["2"]?.integer },
                sum { $0["overtime"]?["3"]?.integer },
            ]
        }
        var table = table(
            .people,
            [
                .person, .name, .department, .instances, .late, .late, .early, .absent, .missing, .unproven, .worked,
                .leave, .overtime15, .overtime2, .overtime3,
            ], rows)
        let times = language == .chinese ? "次数" : "times"
        table.columns[4] = "\(ReportWords.status("late", language)) (\(times))"
        table.columns[6] = "\(ReportWords.status("early", language)) (\(times))"
        return table
    }

    private func rounds() throws -> ReportTable {
        var seen: Set<String> = []
        var rows: [(String, [ReportTable.Cell])] = []
        for (_, json) in try history.newest(["patrol.closed", "patrol.revised"], since: oldest) {
            guard let data = json["data"], let round = data["round"]?.text, let start = data["start"]?.text,
                isInSpan(data["start"]), seen.insert(round).inserted
            else { continue }
            func list(_ name: String) -> ReportTable.Cell {
                .text(data[name]?.elements?.compactMap(\.text).map(checkpoint).joined(separator: " ") ?? "")
            }
            let route = data["route"]?.text ?? ""
            rows.append(
                (
                    start + round,
                    [
                        time(data["start"], withDate: true), .text(index.routes[route]?.name ?? route),
                        .text(ReportWords.status(data["status"]?.text ?? "", language)),
                        .init(data["required"]?.integer), .init(data["visited"]?.elements?.count),
                        list("late"), list("missed"), list("waived"), list("unproven"),
                        .text(
                            data["guards"]?.elements?.compactMap(\.text).map(personName).joined(separator: " ") ?? ""),
                    ]
                ))
        }
        return table(
            .rounds, [.start, .route, .status, .required, .visited, .late, .missed, .waived, .unproven, .guards],
            rows.sorted { $0.0 < $1.0 }.map(\.1))
    }

    private func hazards() throws -> ReportTable {
        var closed: [String: JSONValue] = [:]
        var rows: [[ReportTable.Cell]] = []
        for (event, json) in try history.newest(["hazard.opened", "hazard.closed"], since: oldest) {
            guard let data = json["data"], let hazard = data["hazard"]?.text else { continue }
            if event.topic == "hazard.closed" {
                closed[hazard] = json
                continue
            }
            let opened = data["opened"] ?? json["time"]
            guard isInSpan(opened) else { continue }
            let end = closed[hazard]
            let state = end == nil ? "reported" : "closed"
            rows.append([
                .text(hazard), .text(data["checkpoint"]?.text.map(checkpoint) ?? data["place"]?.text ?? ""),
                .text(data["condition"]?.text.map { index.conditions[$0]?.name ?? $0 } ?? ""),
                .text(data["severity"]?.text ?? ""), time(opened, withDate: true),
                time(data["deadline"], withDate: true), time(end?["data"]?["closed"] ?? end?["time"], withDate: true),
                .text(end == nil ? (language == .chinese ? "未关闭" : "open") : ReportWords.status(state, language)),
            ])
        }
        return table(
            .hazards, [.hazard, .place, .condition, .severity, .opened, .deadline, .closed, .state], rows.reversed())
    }

    private func alerts() throws -> ReportTable {
        var cleared: [String: JSONValue] = [:]
        var rows: [[ReportTable.Cell]] = []
        for (event, json) in try history.newest(["alert.raised", "alert.cleared"], since: oldest) {
            guard let data = json["data"], let alert = data["alert"]?.text else { continue }
            if event.topic == "alert.cleared" {
                cleared[alert] = json["time"]
            } else if isInSpan(json["time"]) {
                rows.append([
                    time(json["time"], withDate: true), .text(data["code"]?.text ?? ""),
                    .text(ReportWords.status(data["severity"]?.text ?? "", language)),
                    .text(data["subject"]?.text ?? ""), .text(data["message"]?.text ?? ""),
                    time(cleared[alert], withDate: true),
                ])
            }
        }
        return table(.alerts, [.time, .code, .severity, .subject, .message, .cleared], rows.reversed())
    }

    /// The key figures of the months that the span touches, and of its weeks.
    private func figures() throws -> ReportTable {
        let periods = Set([span.first.monthText, span.end.adding(-1).monthText, span.first.weekText])
        var figures: [KPIFigure.Key: KPIFigure] = [:]
        for (_, json) in try history.newest(["kpi.updated"], since: zone.startOfDay(span.first)) {
            guard let figure = json["data"].flatMap({ KPIFigure(json: $0) }), periods.contains(figure.period) else {
                continue
            }
            if figures[figure.key] == nil { figures[figure.key] = figure }
        }
        let rows = figures.sorted { $0.key < $1.key }.map { key, figure -> [ReportTable.Cell] in
            [
                .text(key.kpi), .text(key.department.map { index.departments[$0]?.name ?? $0 } ?? ""),
                .text(key.period), .text(key.person.map(personName) ?? ""), .number(figure.numerator.text),
                .number(figure.denominator.text), .number(figure.value?.rounded(to: 4) ?? ""),
            ]
        }
        return table(.figures, [.figure, .department, .period, .name, .numerator, .denominator, .value], rows)
    }

    private func table(_ name: ReportWords, _ columns: [ReportWords], _ rows: [[ReportTable.Cell]]) -> ReportTable {
        ReportTable(
            name: name.rawValue, title: name.text(language), columns: columns.map { $0.text(language) }, rows: rows)
    }

    private func isInSpan(_ time: JSONValue?) -> Bool {
        guard let moment = time?.text.flatMap({ Timestamp($0)?.moment }) else { return false }
        return span.contains(CalendarDay(moment, in: zone))
    }

    private func time(_ time: JSONValue?, withDate: Bool = false) -> ReportTable.Cell {
        guard let moment = time?.text.flatMap({ Timestamp($0)?.moment }) else { return "" }
        let text = zone.local(at: moment).text.replacing("T", with: " ")
        return .text(withDate ? String(text.prefix(16)) : String(text.dropFirst(11)))
    }

    private func personName(_ id: String) -> String { index.people[id].map { "\($0.name)(\(id))" } ?? id }

    private func checkpoint(_ id: String) -> String { index.checkpoints[id]?.name ?? id }

    private func name(_ id: String?) -> ReportTable.Cell { .text(id.flatMap { index.people[$0]?.name } ?? "") }

    private func department(of id: String?) -> ReportTable.Cell {
        let department = id.flatMap { index.people[$0]?.department }
        return .text(department.map { index.departments[$0]?.name ?? $0 } ?? "")
    }

    private func shift(_ id: String?) -> ReportTable.Cell {
        guard let id else { return .text(ReportWords.status("overtime", language)) }
        return .text(index.shifts[id]?.name ?? id)
    }
}
