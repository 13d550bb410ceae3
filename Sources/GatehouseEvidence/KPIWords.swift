import GatehouseRules

/// The names and formulas of the modules' key figures, in both languages.
enum KPIWords {
    static func name(_ kpi: String, _ language: Site.Language) -> String? {
        guard language == .chinese else { return nil }
        return entry(kpi)?.name
    }

    static func formula(_ kpi: String, _ language: Site.Language) -> String {
        guard let entry = entry(kpi) else { return "" }
        return language == .chinese ? entry.chinese : entry.english
    }

    /// Whether a figure is a share of something; the site's own as what it is made from.
    static func isRate(_ figure: String, _ kpi: KPI?) -> Bool {
        switch kpi?.source {
        case .module(let name): isRate(name, nil)
        case .measure: kpi?.baseline?.isPercentage ?? kpi?.target?.isPercentage ?? false
        case nil:
            !["overtime.hours", "weekly.hours"].contains(figure)
                && !["hazard.overdue", "hazard.leadtime"].contains { figure.hasPrefix($0) }
        }
    }

    /// A hazard's figure of one severity is computed as that of all.
    private static func entry(_ kpi: String) -> (name: String, chinese: String, english: String)? {
        all[kpi] ?? all[kpi.split(separator: ".").prefix(2).joined(separator: ".")]
    }

    private static let all: [String: (name: String, chinese: String, english: String)] = [
        "attendance.rate": (
            "出勤率", "有有效打卡的班次 / 未全天请假的班次（无法证明的不计）",
            "shifts with a counted punch / shifts not wholly on leave (unproven ones in neither)"
        ),
        "late.rate": ("迟到率", "迟到班次 / 未全天请假的班次", "shifts late / shifts not wholly on leave"),
        "leave.rate": ("请假率", "请假分钟 / 排班分钟（不含休息）", "minutes of leave / scheduled minutes, breaks out"),
        "overtime.hours": ("加班", "加班分钟 / 60", "overtime minutes / 60"),
        "flexible.coverage": (
            "弹性排班覆盖率", "当月最后一天实行弹性排班的人数 / 人数",
            "people with a flexible schedule on the month's last day / people"
        ),
        "post.coverage": (
            "岗位覆盖率", "岗位班次中人数达标的分钟 / 岗位班次分钟",
            "minutes of the posts' shifts with enough people between their in and out / minutes of the posts' shifts"
        ),
        "weekly.hours": ("周工时", "本周已结班次的工时分钟 / 60", "minutes worked in the week's closed shifts / 60"),
        "patrol.completion": ("巡检完成率", "已检 / 应检", "visited / required visits"),
        "patrol.rounds": (
            "轮次完成率", "完成或迟到的轮次 / 轮次（无法证明与免检的不计）",
            "rounds complete or late / rounds not unproven or waived"
        ),
        "patrol.punctuality": ("准时率", "未迟到的巡检 / 已检", "visits not late / visited"),
        "patrol.missed": ("漏检率", "漏检 / 应检", "missed / required visits"),
        "hazard.remediation": ("隐患整改率", "已关闭 / 期内发现", "closed / opened, of the hazards opened in the period"),
        "hazard.stock": (
            "存量整改率", "期内关闭 / 期初未关闭与期内发现之和", "closed in the period / open at its start or opened in it"
        ),
        "hazard.ontime": (
            "按期整改率", "按期限关闭 / 期限在期内且已到的隐患",
            "closed at or before the deadline / hazards whose deadline in force fell in the period and has come"
        ),
        "hazard.overdue": ("逾期数", "已过期限且未关闭的隐患", "hazards open past their deadline"),
        "hazard.leadtime": (
            "平均整改时长", "从发现到关闭的分钟之和 / 已关闭", "minutes from opened to closed, summed / closed"
        ),
        "hazard.repeat": ("重复隐患率", "重复出现的 / 期内发现", "opened again within the repeat window / opened"),
    ]
}
