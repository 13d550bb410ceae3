import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What the day came to, from the events alone: the last word on each person and round counts.
struct DemoSummary {
    private var records: [String: JSONValue] = [:]
    private var rounds: [String: JSONValue] = [:]
    private var opened = 0
    private var closed: [JSONValue] = []
    private var raised: [String] = []
    private var cleared = 0
    private var figures: [String: KPIFigure] = [:]

    mutating func hear(_ topic: Topic, _ data: JSONValue) {
        switch topic.rawValue {
        case "attendance.closed": records[data["person"]?.text ?? ""] = data
        case "patrol.closed", "patrol.revised": rounds[data["round"]?.text ?? ""] = data
        case "hazard.opened": opened += 1
        case "hazard.closed": closed.append(data)
        case "alert.raised": raised.append(data["code"]?.text ?? "")
        case "alert.cleared": cleared += 1
        case "kpi.updated":
            guard let figure = KPIFigure(json: data), figure.department == nil, figure.person == nil else { return }
            figures[figure.kpi] = figure
        default: break
        }
    }

    /// A line for each subject, and one for the key figures of the month.
    func lines(of site: SiteIndex, in language: Site.Language) -> [String] {
        let say = { (chinese: String, english: String) in language == .chinese ? chinese : english }
        let list = { (names: [String]) in names.isEmpty ? say("无", "none") : names.joined(separator: ", ") }
        let late = list(people("late").map { site.people[$0]?.name ?? $0 })
        let leave = list(people("on_leave").map { site.people[$0]?.name ?? $0 })
        let missed = list(
            rounds.values.flatMap { $0["missed"]?.elements ?? [] }.compactMap(\.text).sorted()
                .map { "\($0) \(site.checkpoints[$0]?.name ?? "")" })
        let lengths = list(closed.map { Self.length(ofClosed: $0, language) })
        let rows = [
            (
                say("考勤", "people"),
                say("\(records.count) 人，迟到：\(late)，请假：\(leave)", "\(records.count); late: \(late); on leave: \(leave)")
            ),
            (
                say("巡检", "rounds"),
                say("\(rounds.count) 轮，漏检：\(missed)", "\(rounds.count); missed: \(missed)")
            ),
            (
                say("隐患", "hazards"),
                say(
                    "发现 \(opened)，关闭 \(closed.count)，用时 \(lengths)",
                    "\(opened) found, \(closed.count) closed, after \(lengths)")
            ),
            (
                say("告警", "alerts"),
                say("\(raised.count) 条，已解除 \(cleared) 条", "\(raised.count), of which \(cleared) have been cleared")
            ),
        ]
        return rows.map { "  \($0)\(String(repeating: " ", count: max(1, 10 - $0.count)))\($1)" } + figureLines
    }

    /// How long a hazard was open, by the data of its `hazard.closed`.
    static func length(ofClosed data: JSONValue, _ language: Site.Language) -> String {
        let ends = ["opened", "closed"].compactMap { data[$0]?.text.flatMap { Timestamp($0) }?.moment }
        guard let first = ends.first, let last = ends.last else { return "?" }
        let minutes = (last - first).components.seconds / 60
        return language == .chinese
            ? "\(minutes / 60) 小时 \(minutes % 60) 分" : "\(minutes / 60) h \(minutes % 60) min"
    }

    private func people(_ status: String) -> [String] {
        records.filter { $0.value["status"]?.elements?.contains { $0.text == status } == true }.map(\.key).sorted()
    }

    /// `patrol.completion  93.3 %  (14 / 15)`: rates as the modules told them last.
    private var figureLines: [String] {
        let rates = [
            "attendance.rate", "late.rate", "leave.rate", "patrol.completion", "patrol.rounds", "patrol.punctuality",
            "hazard.remediation",
        ]
        return rates.compactMap { figures[$0] }.compactMap { figure in
            guard let value = figure.value else { return nil }
            let percent = (value * Fraction(100)).rounded(to: 1)
            let padding = String(repeating: " ", count: max(1, 22 - figure.kpi.count))
            return "  \(figure.kpi)\(padding)\(percent) %  (\(figure.numerator.text) / \(figure.denominator.text))"
        }
    }
}
