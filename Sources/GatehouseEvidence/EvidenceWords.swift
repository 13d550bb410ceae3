public import GatehouseRules

/// The words of explanations, in both languages.
enum EvidenceWords: String, CaseIterable {
    case status, arrival, departure, late, early, worked, leave, scheduled, overtime, shift, department
    case required, visited, missed, waived, unproven, outOfOrder, suspect, guards, checkpoints
    case numerator, denominator, value, period, kpi, baseline, improvement, amount, asWritten, steps, tier
    case severity, deadline, firstDeadline, timesMoved, opened, closed, state, place, condition
    case code, subject, message, measured, limit, limitFrom, cleared, key, base, weight, pool, coefficient, score, size
    case person, position, extra, points

    func text(_ language: Site.Language) -> String {
        let words = Self.words[self] ?? (rawValue, rawValue)
        return language == .chinese ? words.chinese : words.english
    }

    private static let words: [EvidenceWords: (chinese: String, english: String)] = [
        .status: ("状态", "status"), .arrival: ("上班", "in"), .departure: ("下班", "out"), .late: ("迟到(分)", "late (min)"),
        .early: ("早退(分)", "early (min)"), .worked: ("工时(分)", "worked (min)"), .leave: ("请假(分)", "leave (min)"),
        .scheduled: ("应出勤(分)", "scheduled (min)"), .overtime: ("加班(分)", "overtime (min)"), .shift: ("班次", "shift"),
        .department: ("部门", "department"), .required: ("应检", "required"), .visited: ("已检", "visited"),
        .missed: ("漏检", "missed"), .waived: ("免检", "waived"), .unproven: ("无法证明", "unproven"),
        .outOfOrder: ("顺序不符", "out of order"), .suspect: ("可疑", "suspect"), .guards: ("巡检员", "guards"),
        .checkpoints: ("巡检点", "checkpoints"), .numerator: ("分子", "numerator"), .denominator: ("分母", "denominator"),
        .value: ("数值", "value"), .period: ("周期", "period"), .kpi: ("指标", "KPI"), .baseline: ("基线", "baseline"),
        .improvement: ("改善", "improvement"), .amount: ("金额", "amount"), .asWritten: ("模块所写", "as the module wrote it"),
        .steps: ("步数", "steps"), .tier: ("档位", "tier"), .severity: ("等级", "severity"), .deadline: ("期限", "deadline"),
        .firstDeadline: ("最初期限", "first deadline"), .timesMoved: ("期限变更次数", "times moved"), .opened: ("发现", "opened"),
        .closed: ("关闭", "closed"), .state: ("状态", "state"), .place: ("地点", "place"), .condition: ("情况", "condition"),
        .code: ("代码", "code"), .subject: ("对象", "subject"), .message: ("内容", "message"), .measured: ("测得", "measured"),
        .limit: ("限值", "limit"), .limitFrom: ("限值来源", "limit from"), .cleared: ("解除", "cleared"), .key: ("键", "key"),
        .base: ("基数", "base"), .weight: ("权重", "weight"), .pool: ("奖金池", "pool"), .coefficient: ("系数", "coefficient"),
        .score: ("得分", "score"), .size: ("规模调整", "size adjustment"), .person: ("个人", "person"),
        .position: ("岗位", "position"), .extra: ("附加", "extra"), .points: ("分值", "points"),
    ]
}

/// The words that events use for what became of a shift, a round or a hazard, as people say them.
public enum StatusWords {
    /// The word in that language; the word itself where it is none of these.
    public static func text(_ word: String, _ language: Site.Language) -> String {
        guard language == .chinese else { return word.replacing("_", with: " ") }
        return chinese[word] ?? word
    }

    private static let chinese: [String: String] = [
        "present": "出勤", "late": "迟到", "early": "早退", "missing_in": "缺上班卡", "missing_out": "缺下班卡",
        "absent": "旷工", "on_leave": "请假", "overtime": "加班", "unproven": "无法证明", "pending": "待定",
        "complete": "完成", "incomplete": "未完成", "missed": "漏检", "waived": "免检", "reported": "已上报",
        "assigned": "已指派", "submitted": "待验收", "closed": "已关闭", "info": "提示", "warning": "警告",
        "critical": "严重",
    ]
}

extension Inquiry {
    /// A number with its name in the reader's language.
    func part(_ name: EvidenceWords, _ text: String) -> Explanation.Part { .init(name.text(language), text) }

    /// Status words one after the other.
    func status(_ words: [String]) -> String {
        words.map { StatusWords.text($0, language) }.joined(separator: language == .chinese ? "、" : ", ")
    }
}
