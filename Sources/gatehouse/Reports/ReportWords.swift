import GatehouseEvidence
import GatehouseRules

/// What stands in reports, in both languages.
enum ReportWords: String, CaseIterable {
    case attendance, people, rounds, hazards, alerts, figures
    case date, person, name, department, shift, start, status, late, early, worked, leave, instances, absent, missing
    case unproven, overtime15, overtime2, overtime3, arrival, departure, round, route, required, visited, missed, waived
    case guards, hazard, place, condition, severity, opened, deadline, closed, state, time, code, subject, message
    case cleared, figure, period, numerator, denominator, value, corrections

    func text(_ language: Site.Language) -> String {
        let words = Self.words[self] ?? (rawValue, rawValue)
        return language == .chinese ? words.chinese : words.english
    }

    private static let words: [ReportWords: (chinese: String, english: String)] = [
        .attendance: ("考勤明细", "Attendance"), .people: ("人员汇总", "People"), .rounds: ("巡检轮次", "Rounds"),
        .hazards: ("隐患", "Hazards"), .alerts: ("告警", "Alerts"), .figures: ("指标", "Key figures"),
        .date: ("日期", "Date"), .person: ("工号", "Person"), .name: ("姓名", "Name"), .department: ("部门", "Department"),
        .shift: ("班次", "Shift"), .start: ("开始", "Start"), .status: ("状态", "Status"), .late: ("迟到(分)", "Late (min)"),
        .early: ("早退(分)", "Early (min)"), .worked: ("工时(分)", "Worked (min)"), .leave: ("请假(分)", "Leave (min)"),
        .instances: ("班数", "Shifts"), .absent: ("旷工", "Absent"), .missing: ("缺卡", "Missing punches"),
        .unproven: ("无法证明", "Unproven"), .overtime15: ("加班1.5倍(分)", "Overtime 1.5 (min)"),
        .overtime2: ("加班2倍(分)", "Overtime 2 (min)"), .overtime3: ("加班3倍(分)", "Overtime 3 (min)"),
        .arrival: ("上班", "In"), .departure: ("下班", "Out"), .round: ("轮次", "Round"), .route: ("路线", "Route"),
        .required: ("应检", "Required"), .visited: ("已检", "Visited"), .missed: ("漏检", "Missed"),
        .waived: ("免检", "Waived"), .guards: ("巡检员", "Guards"), .hazard: ("隐患编号", "Hazard"),
        .place: ("地点", "Place"), .condition: ("情况", "Condition"), .severity: ("等级", "Severity"),
        .opened: ("发现", "Opened"), .deadline: ("期限", "Deadline"), .closed: ("关闭", "Closed"), .state: ("状态", "State"),
        .time: ("时间", "Time"), .code: ("代码", "Code"), .subject: ("对象", "Subject"), .message: ("内容", "Message"),
        .cleared: ("解除", "Cleared"), .figure: ("指标", "Figure"), .period: ("周期", "Period"),
        .numerator: ("分子", "Numerator"), .denominator: ("分母", "Denominator"), .value: ("数值", "Value"),
        .corrections: ("更正", "Corrections"),
    ]

    /// A status word of attendance or of a round, a hazard's state, or a severity; the word itself where it is none of
    /// these.
    static func status(_ word: String, _ language: Site.Language) -> String { StatusWords.text(word, language) }
}
