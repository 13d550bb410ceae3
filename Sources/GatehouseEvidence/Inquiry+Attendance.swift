import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// A person's day, down to the punches.
extension Inquiry {
    /// The newest record of each shift of a date; one tree where there is one.
    mutating func day(
        of person: String, _ date: CalendarDay, shift: String?, _ depth: Int
    ) throws(EvidenceProblem) -> Explanation {
        let records = try records(of: person, date, shift: shift)
        if let only = records.first, records.count == 1 { return try attendance(only, depth) }
        guard !records.isEmpty else { throw try noRecord(of: person, date, shift: shift) }
        let name = try site()?.index.people[person]?.name ?? ""
        var day = Explanation(
            .attendance(person: person, date: date, shift: nil), title: "\(name) \(person) \(date.text)")
        day.formula = say("each shift of the date has a record of its own", "当日每个班次各有一条记录")
        for record in records { day.children.append(try attendance(record, depth - 1)) }
        return day
    }

    /// The newest word on each of a person's shifts of a date, by start. While the day runs that is an update.
    private mutating func records(
        of person: String, _ date: CalendarDay, shift: String?
    ) throws(EvidenceProblem) -> [StoredEvent] {
        var newest: [String: StoredEvent] = [:]
        let oldest = try zone().startOfDay(date.adding(-Self.daysAhead))
        for topic in ["attendance.closed", "attendance.updated"] as [Topic] {
            var walk = reading.walk(topic)
            while let event = try walk.next(), event.recorded >= oldest {
                guard event.text("person") == person, event.text("date") == date.text,
                    shift.map({ event.text("shift") == $0 }) ?? true
                else { continue }
                let key = Self.recordKey(event)
                if newest[key].map({ $0.sequence < event.sequence }) ?? true { newest[key] = event }
            }
        }
        return newest.values.sorted { $0.sequence < $1.sequence }
    }

    /// Records are written after their windows have opened, which is so many days before their date at most.
    static let daysAhead = 3

    /// Which record an event is about; of overtime the interval tells.
    static func recordKey(_ event: StoredEvent) -> String {
        let shift = event.text("shift")
        return [event.text("person"), event.text("date"), shift ?? event.text("start")].map { $0 ?? "" }
            .joined(separator: " ")
    }

    private mutating func noRecord(
        of person: String, _ date: CalendarDay, shift: String?
    ) throws(EvidenceProblem) -> EvidenceProblem {
        var dates: [String] = []
        var walk = reading.walk("attendance.closed")
        while dates.count < 12, let event = try walk.next() {
            guard event.text("person") == person, let date = event.text("date") else { continue }
            let entry = shift == nil ? date : "\(date) (\(event.text("shift") ?? "overtime"))"
            if !dates.contains(entry) { dates.append(entry) }
        }
        let wanted = "\(person) has no record of \(date.text)" + (shift.map { " with the shift \($0)" } ?? "")
        guard dates.isEmpty else { return .unknown("\(wanted); the newest are of \(dates.joined(separator: ", "))") }
        let people = try site()?.index.site.people.map(\.id) ?? []
        guard people.contains(person) else {
            return .unknown("nobody is \(person); the site has \(Self.some(people))")
        }
        return .unknown("\(wanted), nor of any other day: `gatehouse report day` lists who has one")
    }

    /// The first few of a list, and how many more there are.
    static func some(_ names: [String]) -> String {
        let shown = names.prefix(12).joined(separator: ", ")
        if names.isEmpty { return "none" }
        return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
    }
}

extension Inquiry {
    /// One record as an event tells it.
    mutating func attendance(_ event: StoredEvent, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        let (person, date) = (event.text("person") ?? "", event.text("date").flatMap { CalendarDay($0) })
        guard let date else { return try plain(event, depth) }
        let shift = event.text("shift")
        let words = event.list("status")
        var record = Explanation(
            .attendance(person: person, date: date, shift: shift),
            title:
                "\(event.text("name") ?? "") \(person) \(date.text) \(shift ?? StatusWords.text("overtime", language))",
            value: status(words))
        record.computation = event.text("formula") ?? ""
        record.told = EvidenceRow(event)
        record.isOpen = depth >= 0
        guard depth >= 0 else { return record }
        record.formula = attendanceFormula(isOvertime: shift == nil)
        record.parts = try attendanceParts(event)
        record.former = try formerRecords(event)
        record.events = try attendanceRows(event)
        record.remarks = attendanceRemarks(event, words) + remarkMissing(record.events)
        return record
    }

    private func attendanceFormula(isOvertime: Bool) -> String {
        if isOvertime {
            return say(
                "overtime = minutes between the first and the last punch inside the approved interval, by rate",
                "加班 = 首末两次打卡之间、且在批准时段内的分钟数，按倍率分计")
        }
        return say(
            "late = in − expected start, where above the grace; early = expected end − out, where above the grace; "
                + "worked = presence within the shift less unpaid breaks and leave (whole minutes)",
            "迟到 = 上班打卡 − 应到时间（超过宽限时）；早退 = 应离时间 − 下班打卡（超过宽限时）；"
                + "工时 = 班次内在岗时间 − 无薪休息 − 请假（取整分钟）")
    }

    private mutating func attendanceParts(_ event: StoredEvent) throws(EvidenceProblem) -> [Explanation.Part] {
        let zone = try zone()
        func minutes(_ name: String) -> String { event.data[name]?.integer.map(String.init) ?? "0" }
        var parts: [Explanation.Part] = []
        let (start, end) = (clock(event.text("start"), in: zone), clock(event.text("end"), in: zone))
        parts.append(part(.shift, "\(start ?? "-") – \(end ?? "-")"))
        if let arrival = clock(event.text("in"), in: zone) { parts.append(part(.arrival, arrival)) }
        if let departure = clock(event.text("out"), in: zone) { parts.append(part(.departure, departure)) }
        parts += [
            part(.late, minutes("lateMinutes")), part(.early, minutes("earlyMinutes")),
            part(.worked, minutes("workedMinutes")), part(.scheduled, minutes("scheduledMinutes")),
            part(.leave, minutes("leaveMinutes")),
        ]
        let overtime = event.data["overtime"]?.members ?? []
        for rate in overtime where rate.value.integer != 0 {
            parts.append(.init("\(EvidenceWords.overtime.text(language)) × \(rate.name)", rate.value.jsonText))
        }
        return parts
    }

    private func attendanceRemarks(_ event: StoredEvent, _ words: [String]) -> [String] {
        var remarks: [String] = []
        if event.topic == "attendance.updated" {
            remarks.append(say("the window is still open: this may change", "打卡窗口尚未关闭，结果可能变化"))
        }
        if event.data["withdrawn"]?.bool == true {
            remarks.append(say("withdrawn: the schedule has no such shift any more", "已撤回：排班中已无此班次"))
        }
        if words.contains("absent") {
            remarks.append(say("no counted punch in the window: an absence has no event", "窗口内没有有效打卡：缺勤没有对应事件"))
        }
        if words.contains("unproven") {
            remarks.append(
                say("no clock could have told: it is in no key figure", "当时没有考勤机可作证：不计入任何指标"))
        }
        return remarks
    }

    /// What the record was before.
    private mutating func formerRecords(_ event: StoredEvent) throws(EvidenceProblem) -> [Explanation.Former] {
        guard (event.data["revision"]?.integer ?? 0) > 0 else { return [] }
        var (former, until): ([Explanation.Former], Int64) = ([], event.sequence)
        var walk = reading.walk("attendance.closed", before: event.sequence)
        let (key, oldest) = (Self.recordKey(event), event.moment("start").map { $0 - .seconds(3 * 86_400) })
        while let other = try walk.next(), oldest.map({ other.recorded >= $0 }) ?? true {
            guard Self.recordKey(other) == key else { continue }
            let value = "\(status(other.list("status"))) (\(other.text("formula") ?? ""))"
            former.append(.init(value: value, sequence: other.sequence, until: until))
            until = other.sequence
            // The first has no revision.
            if (other.data["revision"]?.integer ?? 0) == 0 { break }
        }
        return former
    }
}
