/// Who works in the demo's plant, and where its guards go.
enum DemoPeople {
    struct Person: Sendable {
        var id: String
        var name: DemoText
        var department: String
        /// What a clock knows somebody by; the card shows the same number, and the plant's.
        var badge: String

        var card: String { "17-\(badge)" }

        init(_ id: String, _ chinese: String, _ english: String, _ department: String, _ badge: String) {
            self.id = id
            name = DemoText(chinese, english)
            self.department = department
            self.badge = badge
        }
    }

    static let departments = [
        (id: "production", name: DemoText("生产部", "Production")),
        (id: "maintenance", name: DemoText("设备部", "Maintenance")),
        (id: "office", name: DemoText("综合部", "Office")), (id: "security", name: DemoText("安保部", "Security")),
    ]
    static let all = [
        Person("E1001", "王建国", "Wang Jianguo", "production", "10001"),
        Person("E1002", "李秀英", "Li Xiuying", "production", "10002"),
        Person("E1003", "张伟", "Zhang Wei", "production", "10003"),
        Person("E1004", "刘洋", "Liu Yang", "production", "10004"),
        Person("E1005", "陈静", "Chen Jing", "production", "10005"),
        Person("E1006", "赵磊", "Zhao Lei", "maintenance", "10006"),
        Person("E1007", "孙丽", "Sun Li", "office", "10007"),
        Person("E1008", "周敏", "Zhou Min", "office", "10008"),
        Person("E2001", "黄勇", "Huang Yong", "security", "20001"),
        Person("E2002", "吴斌", "Wu Bin", "security", "20002"),
    ]
    static let places = [
        (id: "gate-1", name: DemoText("一号门", "Gate 1")), (id: "gate-2", name: DemoText("二号门", "Gate 2")),
        (id: "workshop", name: DemoText("车间", "Workshop")), (id: "offices", name: DemoText("办公楼", "Offices")),
        (id: "yard", name: DemoText("库区", "Yard")),
    ]
    /// None has a sticker already: each gets one of the plant's own, signed codes.
    static let checkpoints = [
        (id: "CP01", name: DemoText("1号消防栓", "Hydrant 1"), place: "gate-1"),
        (id: "CP02", name: DemoText("配电房", "Switch room"), place: "workshop"),
        (id: "CP03", name: DemoText("危化品柜", "Chemicals cabinet"), place: "workshop"),
        (id: "CP04", name: DemoText("东侧疏散通道", "East escape route"), place: "workshop"),
        (id: "CP11", name: DemoText("成品库", "Finished goods"), place: "yard"),
        (id: "CP12", name: DemoText("东围墙", "East fence"), place: "yard"),
        (id: "CP13", name: DemoText("油罐区", "Fuel tanks"), place: "yard"),
    ]

    static func person(_ id: String) -> Person {
        guard let person = all.first(where: { $0.id == id }) else { preconditionFailure("nobody here is \(id)") }
        return person
    }
}
