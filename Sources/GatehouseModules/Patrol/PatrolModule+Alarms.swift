import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension PatrolModule {
    /// What the code itself gives away.
    mutating func raiseReading(_ answer: ScanAnswer, code: String, into findings: inout Findings) {
        let (device, shown) = (answer.device, code.utf8.count <= 80 ? code : String(code.prefix(80)))
        switch answer.reading {
        case .forged:
            raise(
                "scan.forged_code", device, .critical, [answer.sequence],
                rule: ["measured": .string(shown), "limit": "a code of ours with the right tag", "from": "site key"],
                english: "A forged code was scanned at \(device): \(shown)", chinese: "\(device) 扫到伪造的巡检码：\(shown)",
                into: &findings)
        case .unknown:
            raise(
                "scan.unknown_code", device, .info, [answer.sequence],
                rule: ["measured": .string(shown), "limit": "a code that the site has", "from": "site file"],
                english: "A code was scanned at \(device) that means nothing here: \(shown)",
                chinese: "\(device) 扫到未登记的码：\(shown)", into: &findings)
        case .condition(let condition) where answer.checkpoint == nil:
            let window = book.ground.map { Written.text($0.rules.conditionWindow) } ?? ""
            let name = book.ground?.index.conditions[condition]?.name ?? condition
            raise(
                "scan.stray_condition", device, .info, [answer.sequence],
                rule: ["measured": "no checkpoint", "limit": .string(window), "from": "condition_window"],
                english:
                    "\(name) (\(condition)) was scanned at \(device) with no checkpoint in the \(window) before it",
                chinese: "\(device) 扫了“\(name)”(\(condition))，但此前 \(window) 内没有扫检查点", into: &findings)
        default: break
        }
    }

    /// What is wrong with a visit, and was not told of it before.
    mutating func raiseOutcome(of scan: Int32, into findings: inout Findings) {
        let entry = book.ledger[scan]
        let outcome = entry.outcome
        var told = entry.told
        if outcome.role.counts, outcome.guardPerson < 0, !told.isUnknown {
            told.isUnknown = true
            raiseUnknownGuard(entry, into: &findings)
        }
        if outcome.role.isSuspect, told.tooFast != outcome.guardPerson {
            told.tooFast = outcome.guardPerson
            raiseTooFast(entry, into: &findings)
        }
        if told != entry.told { book.ledger.tell(scan, told) }
    }

    private mutating func raiseUnknownGuard(_ entry: ScanLedger.Entry, into findings: inout Findings) {
        let device = book.names[entry.device]
        // Where nobody is ever named, every scan is another proof of it.
        guard !alerts.knows("scan.unknown_guard", about: device, adding: [entry.key.sequence]) else { return }
        let place = checkpointName(entry.checkpoint)
        raise(
            "scan.unknown_guard", device, .warning, [entry.key.sequence],
            rule: ["measured": "nobody named", "limit": .string(session), "from": "guard_session"],
            english: "\(place) was visited with \(device), and nobody had said who they are",
            chinese: "\(device) 扫了\(place)，但不知道巡检人是谁", into: &findings)
    }

    private mutating func raiseTooFast(_ entry: ScanLedger.Entry, into findings: inout Findings) {
        let walker = entry.outcome.guardPerson
        guard let haste = book.tooFast(entry, by: walker) else { return }
        let (person, guardID) = (personName(walker), book.names[walker])
        let (from, to) = (checkpointName(haste.from), checkpointName(entry.checkpoint))
        let taken = (entry.key.time - haste.previous.time).components.seconds
        let least = haste.least.components.seconds
        raise(
            "scan.too_fast", guardID, .warning, [haste.previous.sequence, entry.key.sequence],
            rule: ["measured": .string("\(taken)s"), "limit": .string("\(least)s"), "from": "travel"],
            english: "\(person) went from \(from) to \(to) in \(taken) s; the way takes at least \(least) s",
            chinese: "\(person)从\(from)到\(to)只用了 \(taken) 秒，至少需要 \(least) 秒", into: &findings)
    }

    /// Missed checkpoints, and wholly missed rounds: raised where that is new, cleared where it is so no more.
    mutating func raiseAbsences(
        _ number: Int32, _ before: RoundAccount, _ after: RoundAccount, reason: String,
        into findings: inout Findings
    ) {
        guard before.sums.missed + after.sums.missed > 0 else { return }
        let name = book.name(number)
        let (wasWhole, isWhole) = (before.status == .missed, after.status == .missed)
        let was = wasWhole ? [] : before.places(.missed)
        let now = isWhole ? [] : after.places(.missed)
        let cause = reason == "waived" ? reason : "late-data"
        if wasWhole, !isWhole { alerts.clear("patrol.round_missed", about: name, reason: cause, into: &findings) }
        for checkpoint in was where !now.contains(checkpoint) {
            let about = "\(name)+\(book.names[checkpoint])"
            alerts.clear("patrol.missed", about: about, reason: cause, into: &findings)
        }
        if isWhole, !wasWhole { raiseRoundMissed(number, name, into: &findings) }
        for checkpoint in now where !was.contains(checkpoint) {
            raiseMissed(checkpoint, number, name, into: &findings)
        }
    }

    private mutating func raiseRoundMissed(_ number: Int32, _ name: String, into findings: inout Findings) {
        let (plan, start, rule) = (book.plan(number), clockTime(book[number].start), limit(of: number))
        let required = book[number].required
        alerts.raise(
            Alarm(code: "patrol.round_missed", subject: name, severity: .critical, rule: rule) { language in
                switch language {
                case .chinese: "\(start) \(plan.name)（\(plan.route)）整轮漏检，\(required) 个检查点均未巡检"
                case .english:
                    "The round of \(plan.name) (\(plan.route)) at \(start) was missed: none of \(required) visits"
                }
            }, into: &findings)
    }

    private mutating func raiseMissed(
        _ checkpoint: Int32, _ number: Int32, _ name: String, into findings: inout Findings
    ) {
        let (plan, start, rule) = (book.plan(number), clockTime(book[number].start), limit(of: number))
        let (place, id) = (checkpointName(checkpoint), book.names[checkpoint])
        alerts.raise(
            Alarm(code: "patrol.missed", about: "\(name)+\(id)", subject: id, rule: rule) { language in
                switch language {
                case .chinese: "\(start) \(plan.name)（\(plan.route)）漏检：\(place)"
                case .english: "\(place) was missed in the round of \(plan.name) (\(plan.route)) at \(start)"
                }
            }, into: &findings)
    }

    /// Visits out of the order of a strict route that were not told before.
    mutating func raiseDisorder(_ number: Int32, into findings: inout Findings) {
        let plan = book.plan(number)
        guard plan.isStrict else { return }
        for (place, checkpoint) in plan.checkpoints.enumerated() {
            let slot = book[number].slots[place]
            guard slot.marks.contains(.outOfOrder), slot.visit >= 0 else { continue }
            var told = book.ledger[slot.visit].told
            guard told.outOfOrder != number else { continue }
            told.outOfOrder = number
            book.ledger.tell(slot.visit, told)
            let (name, shown) = (book.name(number), checkpointName(checkpoint))
            raise(
                "scan.out_of_order", name, .info, book.outOfOrder(place, in: number),
                rule: ["measured": .string(shown), "limit": "order: strict", "from": .string("route \(plan.route)")],
                english: "\(shown) was visited out of order in \(name)", chinese: "\(name)：\(shown)未按顺序巡检",
                into: &findings)
        }
    }

    /// An alert until the next day about one subject.
    private mutating func raise(
        _ code: String, _ subject: String, _ severity: AlertSeverity, _ evidence: [Int64], rule: JSONValue,
        english: String, chinese: String, into findings: inout Findings
    ) {
        let alarm = Alarm(code: code, subject: subject, severity: severity, evidence: evidence, rule: rule) {
            $0 == .chinese ? chinese : english
        }
        alerts.raise(alarm, nextDay: true, into: &findings)
    }

    private func limit(of number: Int32) -> JSONValue {
        let (plan, close) = (book.plan(number), clockTime(book[number].close))
        let (duration, tolerance) = (Written.text(plan.duration), Written.text(plan.tolerance))
        return [
            "measured": .string("no visit by \(close)"), "limit": .string(close),
            "from": .string("route \(plan.route): duration \(duration), tolerance \(tolerance)"),
        ]
    }

    private var session: String { book.ground.map { Written.text($0.rules.guardSession) } ?? "" }

    private func checkpointName(_ checkpoint: Int32) -> String {
        let id = book.names[checkpoint]
        return book.ground?.named(checkpoint: id) ?? id
    }

    private func personName(_ person: Int32) -> String {
        let id = book.names[person]
        return book.ground?.named(person: id) ?? id
    }

    /// `2026-11-02 22:00`.
    private func clockTime(_ moment: Moment) -> String {
        let text = zone.local(at: moment).text
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }
}
