import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// A patrol's round, down to the scans.
extension Inquiry {
    /// The newest word on a round.
    mutating func round(_ name: String, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        let start = name.split(separator: "@", maxSplits: 1).last.flatMap { Timestamp($0)?.moment }
        guard name.contains("@"), let start else {
            throw .unknown("\(name) is no round; write <route>@<start>, such as \(try newestRounds(of: name))")
        }
        var newest: StoredEvent?
        for topic in ["patrol.closed", "patrol.revised", "patrol.opened"] as [Topic] {
            var walk = reading.walk(topic)
            while let event = try walk.next(), event.recorded >= start {
                guard Self.isSame(event, name, start) else { continue }
                if newest.map({ $0.sequence < event.sequence }) ?? true { newest = event }
                break
            }
        }
        guard let newest else {
            let route = String(name.prefix { $0 != "@" })
            throw .unknown("there is no round \(name); the newest are \(try newestRounds(of: route))")
        }
        return try round(newest, depth)
    }

    /// Whether an event is about the round, however its start is written.
    private static func isSame(_ event: StoredEvent, _ name: String, _ start: Moment) -> Bool {
        guard let round = event.text("round") else { return false }
        return round == name
            || (event.text("route") == String(name.prefix { $0 != "@" }) && event.moment("start") == start)
    }

    /// Some rounds that there are, of the route where it has any.
    private func newestRounds(of route: String) throws(EvidenceProblem) -> String {
        var (own, all): ([String], [String]) = ([], [])
        for topic in ["patrol.opened", "patrol.closed"] as [Topic] where own.isEmpty {
            var walk = reading.walk(topic)
            while own.count < 5, all.count < 2000, let event = try walk.next() {
                guard let round = event.text("round") else { continue }
                if event.text("route") == route { own.append(round) }
                all.append(round)
            }
        }
        return Self.some(Array((own.isEmpty ? all : own).prefix(5)))
    }

    /// A round as an event tells it.
    mutating func round(_ event: StoredEvent, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let name = event.text("round") else { return try plain(event, depth) }
        let route = event.text("route") ?? ""
        let site = try site(before: event.cause ?? event.sequence)?.index
        let isOpen = event.topic == "patrol.opened"
        var round = Explanation(
            .round(name), title: "\(site?.routes[route]?.name ?? route) \(name)",
            value: isOpen ? say("open", "进行中") : StatusWords.text(event.text("status") ?? "", language))
        let visits = try visits(of: name, event)
        round.computation = isOpen ? openRound(visits) : closedRound(event)
        round.told = EvidenceRow(event)
        round.isOpen = depth >= 0
        guard depth >= 0 else { return round }
        round.formula = say(
            "required = checkpoints − waived − unproven; complete: all required visited, none late; late: all, some "
                + "late; incomplete: some; missed: none",
            "应检 = 巡检点 − 免检 − 无法证明；全部按时为完成，全部到但有迟到为迟到，部分到为未完成，一个未到为漏检")
        round.parts = roundParts(event, site?.checkpoints ?? [:])
        round.former = try formerRounds(event, name)
        round.events = try roundRows(event, visits, site?.routes[route])
        round.remarks = roundRemarks(event) + remarkMissing(round.events)
        return round
    }

    private func openRound(_ visits: [StoredEvent]) -> String {
        say("\(visits.count) visited so far", "目前已检 \(visits.count) 个")
    }

    private func closedRound(_ event: StoredEvent) -> String {
        let (required, visited) = (event.data["required"]?.integer ?? 0, event.list("visited").count)
        let (waived, unproven) = (event.list("waived").count, event.list("unproven").count)
        let (late, missed) = (event.list("late").count, event.list("missed").count)
        let status = StatusWords.text(event.text("status") ?? "", language)
        let all = required + waived + unproven
        return say(
            "\(all) − \(waived) waived − \(unproven) unproven = \(required) required; \(visited) visited, "
                + "\(late) late, \(missed) missed → \(status)",
            "\(all) − 免检 \(waived) − 无法证明 \(unproven) = 应检 \(required)；已检 \(visited)，迟到 \(late)，"
                + "漏检 \(missed) → \(status)"
        )
    }

    private func roundParts(_ event: StoredEvent, _ checkpoints: [String: Checkpoint]) -> [Explanation.Part] {
        let lists: [(EvidenceWords, String)] = [
            (.visited, "visited"), (.late, "late"), (.missed, "missed"), (.waived, "waived"), (.unproven, "unproven"),
            (.outOfOrder, "outOfOrder"), (.suspect, "suspect"),
        ]
        var parts: [Explanation.Part] = []
        if let required = event.data["required"]?.integer { parts.append(part(.required, String(required))) }
        for (word, name) in lists {
            let places = event.list(name)
            guard !places.isEmpty else { continue }
            let named = places.map { id in checkpoints[id].map { "\($0.name) (\(id))" } ?? id }
            // Late visits are told in minutes elsewhere.
            let label = word == .late ? StatusWords.text("late", language) : word.text(language)
            parts.append(.init(label, "\(places.count): \(named.joined(separator: ", "))"))
        }
        if !event.list("guards").isEmpty { parts.append(part(.guards, event.list("guards").joined(separator: ", "))) }
        return parts
    }

    private func roundRemarks(_ event: StoredEvent) -> [String] {
        var remarks: [String] = []
        if !event.list("missed").isEmpty {
            remarks.append(say("a missed visit is an absence: no event shows it", "漏检是缺失：没有对应事件"))
        }
        if !event.list("unproven").isEmpty {
            remarks.append(
                say("unproven: the route's devices could not have told", "无法证明：当时路线上的设备不可作证"))
        }
        if let reason = event.text("reason") { remarks.append(say("revised: \(reason)", "修订：\(reason)")) }
        return remarks
    }

    private func formerRounds(_ event: StoredEvent, _ name: String) throws(EvidenceProblem) -> [Explanation.Former] {
        guard event.topic == "patrol.revised" else { return [] }
        var (former, until): ([Explanation.Former], Int64) = ([], event.sequence)
        let oldest = event.moment("start") ?? event.recorded
        for topic in ["patrol.revised", "patrol.closed"] as [Topic] {
            var walk = reading.walk(topic, before: event.sequence)
            while let other = try walk.next(), other.recorded >= oldest {
                guard other.text("round") == name else { continue }
                former.append(.init(value: closedRound(other), sequence: other.sequence, until: until))
                until = other.sequence
                if topic == "patrol.closed" { return former }
            }
        }
        return former
    }
}
