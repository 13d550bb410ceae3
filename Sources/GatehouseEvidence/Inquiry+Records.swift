import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// The attendance records behind a key figure.
//
// A month's figure names its punches only by the first, the last and their number, and folding the journal again to
// list them would take as long as the journal is. The closed records of the month say the same, name every punch, and
// show beside it what each brings in; they are a few steps back along their topic. What they add up to is held against
// the figure, so that nobody need take it on trust.
extension Inquiry {
    mutating func addRecords(
        _ figure: KPIFigure, _ event: StoredEvent, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        guard let span = FigurePeriod(figure.period) else { return }
        let site = try site(before: event.cause ?? event.sequence)?.index
        var (numerator, denominator) = (0, 0)
        for record in try closedRecords(in: span, before: event.sequence) {
            guard isOf(record, figure, site), let share = share(of: record, in: figure.kpi, site) else { continue }
            numerator += share.numerator
            denominator += share.denominator
            var child = try attendance(record, depth - 1)
            child.contribution = contribution(share, of: figure.kpi)
            node.children.append(child)
        }
        switch figure.kpi {
        case "overtime.hours", "weekly.hours":
            node.remarks += remark(Fraction(numerator), Fraction(60), against: figure)
        case "post.coverage":
            node.parts += coverageParts(figure, site)
            node.remarks.append(
                say(
                    "the people who were there, each from in to out; minutes with as many as the post needs count",
                    "列出在岗人员及其上下班时间；同一时刻人数达到岗位要求的分钟计入"))
        default: node.remarks += remark(Fraction(numerator), Fraction(denominator), against: figure)
        }
    }

    /// The newest closed record of each person and shift whose work date lies in a span, by date, person and start.
    func closedRecords(in span: FigurePeriod, before sequence: Int64) throws(EvidenceProblem) -> [StoredEvent] {
        var newest: [String: StoredEvent] = [:]
        // Records are written after their windows have opened; a zone is at most a day ahead of UTC.
        let oldest = span.start(in: .utc) - .seconds(86_400 * Int64(Self.daysAhead))
        var walk = reading.walk("attendance.closed", before: sequence)
        while let record = try walk.next(), record.recorded >= oldest {
            guard let date = record.text("date").flatMap({ CalendarDay($0) }), span.holds(date) else { continue }
            let key = Self.recordKey(record)
            if newest[key] == nil { newest[key] = record }
        }
        return newest.values.filter { $0.data["withdrawn"]?.bool != true }.sorted { Self.order($0) < Self.order($1) }
    }

    private static func order(_ record: StoredEvent) -> String {
        "\(record.text("date") ?? "") \(record.text("person") ?? "") \(record.text("start") ?? "")"
    }

    /// Whether it counts for the figure's department or person, by the site that held.
    private func isOf(_ record: StoredEvent, _ figure: KPIFigure, _ site: SiteIndex?) -> Bool {
        let person = record.text("person") ?? ""
        if let wanted = figure.person { return person == wanted }
        guard let department = figure.department else { return true }
        return (site?.people[person]?.department ?? record.text("department")) == department
    }

    private struct Share {
        var numerator: Int
        var denominator: Int
    }

    /// What a record brings in; nil where it is in neither number.
    private func share(of record: StoredEvent, in kpi: String, _ site: SiteIndex?) -> Share? {
        let status = Set(record.list("status"))
        guard !status.contains("unproven") else { return nil }
        func minutes(_ name: String) -> Int { record.data[name]?.integer ?? 0 }
        if kpi == "overtime.hours" {
            let sum = (record.data["overtime"]?.members ?? []).reduce(0) { $0 + ($1.value.integer ?? 0) }
            return sum > 0 ? Share(numerator: sum, denominator: 0) : nil
        }
        // An overtime record is in no other figure.
        guard let shift = record.text("shift") else { return nil }
        switch kpi {
        case "weekly.hours": return Share(numerator: minutes("workedMinutes"), denominator: 0)
        case "leave.rate":
            return Share(numerator: minutes("leaveMinutes"), denominator: minutes("scheduledMinutes"))
        case "post.coverage":
            let isPost = site?.site.posts.contains { post in
                post.shift == shift && post.department == site?.people[record.text("person") ?? ""]?.department
            }
            guard isPost == true, record.text("in") != nil, record.text("out") != nil else { return nil }
            return Share(numerator: 0, denominator: 0)
        default: break
        }
        guard !status.contains("on_leave") else { return nil }
        let isCounted = (record.data["inputs"]?.elements ?? []).contains { $0["time"] != nil }
        switch kpi {
        case "attendance.rate": return Share(numerator: isCounted ? 1 : 0, denominator: 1)
        case "late.rate": return Share(numerator: status.contains("late") ? 1 : 0, denominator: 1)
        default: return nil
        }
    }

    private func contribution(_ share: Share, of kpi: String) -> String? {
        switch kpi {
        case "overtime.hours", "weekly.hours": say("\(share.numerator) min", "\(share.numerator) 分钟")
        case "leave.rate":
            say("\(share.numerator) / \(share.denominator) min", "\(share.numerator) / \(share.denominator) 分钟")
        case "post.coverage": nil
        default: "\(share.numerator) / \(share.denominator)"
        }
    }

    private func coverageParts(_ figure: KPIFigure, _ site: SiteIndex?) -> [Explanation.Part] {
        (site?.site.posts ?? []).filter { figure.department == nil || $0.department == figure.department }.map { post in
            .init(
                post.id,
                say(
                    "at least \(post.required) of \(post.department) in the shift \(post.shift)",
                    "\(post.department) 班次 \(post.shift) 至少 \(post.required) 人"))
        }
    }

    /// People with a flexible schedule follow from the site file, and from assignments of the month's last date.
    mutating func addFlexible(
        _ figure: KPIFigure, _ event: StoredEvent, to node: inout Explanation
    ) throws(EvidenceProblem) {
        guard let lastDay = FigurePeriod(figure.period)?.end.adding(-1) else { return }
        let known = (event.cause ?? event.sequence) + 1
        if let rules = try rulesRow(before: known) { node.events.append(rules) }
        var walk = reading.walk("schedule.assigned", before: known)
        var people: Set<String> = []
        while let assigned = try walk.next() {
            guard assigned.text("date") == lastDay.text, people.insert(assigned.text("person") ?? "").inserted else {
                continue
            }
            node.events.append(EvidenceRow(assigned, role: say("assigned shift", "指定班次")))
        }
        node.remarks.append(
            say("counted in the site's schedule for \(lastDay.text)", "按站点排班统计 \(lastDay.text) 的人数"))
    }
}
