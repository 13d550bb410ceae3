import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import GatehouseSite

/// Tells the plant's day to people: each line comes from an event, as every subscriber gets it.
struct DemoTeller {
    private let language: Site.Language
    /// From the journal's own `site.updated`.
    private var site = SiteIndex(Site.default)
    private var summary = DemoSummary()

    init(_ language: Site.Language) {
        self.language = language
    }

    /// What there is to be said of an event, and whether the day is over with it.
    mutating func tell(_ event: Recorded) -> (lines: [String], isOver: Bool) {
        guard let json = try? JSONValue(parsing: event.body), let data = json["data"] else { return ([], false) }
        summary.hear(event.topic, data)
        switch event.topic.rawValue {
        case "site.updated":
            if let known = data["site"].flatMap({ SiteReader.read(json: $0).site }) { site = SiteIndex(known) }
            return ([], false)
        case "ext.handover":
            let who = person(data["by"])
            let line = line(event, "ext.handover", say("\(who) 交班，白天结束", "\(who) hands over: the day is done"))
            return ([line, ""] + summary.lines(of: site, in: language), true)
        case "alert.raised":
            let message = say("告警：", "ALERT ") + (data["message"]?.text ?? "")
            return ([line(event, data["code"]?.text ?? "", message)], false)
        case "alert.cleared":
            let code = String((data["key"]?.text ?? "").prefix { $0 != ":" })
            let subject = name(of: json["subject"]?.text ?? "")
            let reason = data["reason"]?.text ?? ""
            let why = language == .chinese ? Self.chineseReasons[reason] ?? reason : reason.replacing("-", with: " ")
            return ([line(event, code, say("解除：", "cleared ") + "\(subject) (\(why))")], false)
        default:
            let text = words(event, data)
            return (text.map { [line(event, event.topic.rawValue, $0)] } ?? [], false)
        }
    }

    /// `08:17  attendance.late       …`, by the gateway's clock.
    private func line(_ event: Recorded, _ topic: String, _ text: String) -> String {
        let padding = String(repeating: " ", count: max(1, 21 - topic.count))
        return Console.coloured(clock(event.recorded), .grey) + "  "
            + Console.coloured(topic, EventLine.colour(of: event.topic.rawValue)) + padding + Console.shown(text)
    }

    /// Nil where an event says what other lines say, or nothing to people.
    private func words(_ event: Recorded, _ data: JSONValue) -> String? {
        switch event.topic.rawValue.prefix(while: { $0 != "." }) {
        case "device": device(event.topic, data)
        case "punch", "scan": reading(event, data)
        case "leave": leave(data)
        case "patrol": patrol(event.topic, data)
        case "hazard": hazard(event.topic, data)
        case "attendance": event.topic == "attendance.closed" ? attendance(data) : nil
        default: nil
        }
    }

    // MARK: What is said

    private func device(_ topic: Topic, _ data: JSONValue) -> String? {
        let name = data["device"]?.text ?? ""
        let driver = data["driver"]?.text ?? ""
        switch topic.rawValue {
        case "device.connected":
            return say("\(name) 已连接（驱动 \(driver)）", "\(name) answers (driver \(driver))")
        case "device.disconnected":
            return say("\(name) 断开：", "\(name) is gone: ") + (data["reason"]?.text ?? "")
        case "device.synced":
            let through = clock(data["through"]) ?? ""
            return say("\(name) 截至 \(through) 的记录全部到齐", "\(name): everything up to \(through) is here")
        case "device.clock":
            // Which seconds a clock is off is of interest to no visitor.
            guard data["corrected"]?.bool == true, let offset = data["offsetMilliseconds"]?.integer,
                abs(offset) >= 60_000
            else { return nil }
            let minutes = (abs(offset) + 30_000) / 60_000
            return offset < 0
                ? say("\(name) 慢了 \(minutes) 分钟，已校准", "\(name) was \(minutes) min slow and has been set")
                : say("\(name) 快了 \(minutes) 分钟，已校准", "\(name) was \(minutes) min fast and has been set")
        case "device.faulted": return "\(name): \(data["message"]?.text ?? "")"
        default: return nil
        }
    }

    private func reading(_ event: Recorded, _ data: JSONValue) -> String {
        let device = data["device"]?.text ?? ""
        if event.topic == "punch.recorded" {
            let who = person(.optional(site.badges[data["badge"]?.text ?? ""]))
            return say("\(who) 在 \(device) 打卡", "\(who) at \(device)")
        }
        let value = data["value"]?.text ?? ""
        let what: String
        switch data["kind"]?.text {
        case "checkpoint": what = checkpoint(value)
        case "condition": what = site.conditions[value]?.name ?? value
        case "person": what = person(data["value"])
        default: what = data["code"]?.text ?? ""
        }
        let isForged = data["authentic"]?.text == "forged"
        return say("\(device) 扫到", "\(device) reads ") + (isForged ? say("伪造的", "a forged ") : "") + what
    }

    private func leave(_ data: JSONValue) -> String {
        let (who, by) = (person(data["person"]), person(data["by"]))
        let span = "\(clock(data["from"]) ?? "")–\(clock(data["to"]) ?? "")"
        return say("\(who) 请假 \(span)，\(by) 批准", "\(who) is on leave \(span), granted by \(by)")
    }

    private func patrol(_ topic: Topic, _ data: JSONValue) -> String? {
        let route = (data["route"]?.text).map { site.routes[$0]?.name ?? $0 } ?? ""
        switch topic.rawValue {
        case "patrol.opened":
            let end = clock(data["end"]) ?? ""
            return say("\(route) 开始，应于 \(end) 前完成", "\(route) is due by \(end)")
        case "patrol.closed", "patrol.revised":
            let status = ReportWords.status(data["status"]?.text ?? "", language)
            let visited = data["visited"]?.elements?.count ?? 0
            let required = data["required"]?.integer ?? 0
            let guards = (data["guards"]?.elements ?? []).map { person($0) }.joined(separator: " ")
            return say(
                "\(route) \(clock(data["start"]) ?? "")：\(status)，\(visited)/\(required)，\(guards)",
                "\(route) of \(clock(data["start"]) ?? ""): \(status), \(visited) of \(required), \(guards)")
        default: return nil
        }
    }

    private func hazard(_ topic: Topic, _ data: JSONValue) -> String? {
        let (to, by) = (person(data["to"]), person(data["by"]))
        switch topic.rawValue {
        case "hazard.opened":
            let what = data["condition"]?.text.map { site.conditions[$0]?.name ?? $0 } ?? ""
            let place = data["checkpoint"]?.text.map { checkpoint($0) } ?? data["place"]?.text ?? ""
            let deadline = clock(data["deadline"]) ?? ""
            return say("\(place) \(what)，限 \(deadline) 前整改", "\(place): \(what), to be put right by \(deadline)")
        case "hazard.assigned": return say("\(by) 指派 \(to) 整改", "\(by) sends \(to)")
        case "hazard.submitted": return say("\(by) 已整改，等待验收", "\(by) has put it right")
        case "hazard.verified": return say("\(by) 验收通过", "\(by) has looked, and confirms it")
        case "hazard.closed":
            let length = DemoSummary.length(ofClosed: data, language)
            return say("隐患关闭，整改用时 \(length)", "closed, \(length) after it was found")
        default: return nil
        }
    }

    private func attendance(_ data: JSONValue) -> String {
        let status = (data["status"]?.elements ?? []).compactMap(\.text).map { ReportWords.status($0, language) }
        let times = [clock(data["in"]), clock(data["out"])].compactMap { $0 }.joined(separator: "–")
        let worked = data["workedMinutes"]?.integer ?? 0
        let words = "\(person(data["person"])): \(status.joined(separator: " "))"
        guard !times.isEmpty else { return words }
        return "\(words), \(times), " + say("工时 \(worked) 分钟", "\(worked) min worked")
    }

    private static let chineseReasons = [
        "answers": "已恢复", "leave": "已请假", "punch": "已打卡", "back-within": "时间已准", "late-data": "迟到的数据",
    ]

    // MARK: Names

    private func say(_ chinese: String, _ english: String) -> String { language == .chinese ? chinese : english }

    private func person(_ id: JSONValue?) -> String {
        id?.text.map { site.people[$0]?.name ?? $0 } ?? say("无名者", "somebody")
    }

    private func checkpoint(_ id: String) -> String { "\(id) \(site.checkpoints[id]?.name ?? "")" }

    /// What an alert may be about.
    private func name(of subject: String) -> String { site.people[subject]?.name ?? subject }

    private func clock(_ time: JSONValue?) -> String? { time?.text.flatMap { Timestamp($0) }.map { clock($0.moment) } }

    private func clock(_ moment: Moment) -> String {
        String(site.site.zone.local(at: moment).text.dropFirst(11).prefix(5))
    }
}
