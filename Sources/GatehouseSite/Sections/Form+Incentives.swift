import GatehouseModel
import GatehouseRules

extension Form where Value == Incentive {
    /// `kpis`: those of the site, by id; `paying`: the departments that have a performance pay.
    static func incentive(kpis: [String: KPI], paying: Set<String>) -> Form {
        map("an incentive") { reader in
            let id = reader.require("id", .newID(.incentive))
            let department = reader.read("department", .known(.department))
            let period = reader.read("period", .choice("a period")) as Period?
            let kind = reader.require(
                "kind", .choice(["threshold", "per_step", "tiers", "share", "none_in"], what: "a kind of rule"))
            guard let kind else {
                reader.skip([
                    "kpi", "at", "pay", "step", "points", "at_most", "tiers", "measure", "share", "cap", "event",
                    "months",
                ])
                return nil
            }
            let rule = rule(kind, reader, kpis: kpis)
            guard let id, let rule else { return nil }
            let incentive = Incentive(id: id, department: department, period: period, rule: rule)
            warn(of: incentive, kpis: kpis, paying: paying, reader)
            return incentive
        }
    }

    /// What can be used and is hardly meant.
    private static func warn(of incentive: Incentive, kpis: [String: KPI], paying: Set<String>, _ reader: MapReader) {
        let department = incentive.department ?? incentive.rule.kpi.flatMap { kpis[$0]?.department }
        if incentive.rule.paysPercentage, department.map(paying.contains) != true {
            reader.context.report(
                .warning, at: reader.mark, "\(incentive.id) pays a percentage of a performance pay that nobody gives",
                hint: department.map { "give the department \($0) a performance_pay:" } ?? "give the rule a department:"
            )
        }
        guard incentive.rule.paysImprovement, let kpi = incentive.rule.kpi else { return }
        if let first = reader.context.improvementRules[kpi] {
            reader.context.report(
                .warning, at: reader.mark, "\(incentive.id) pays for an improvement of \(kpi) that is paid for already",
                hint: "the other rule stands at \(reader.context.place(of: first)): keep one of them")
        } else {
            reader.context.improvementRules[kpi] = reader.mark
        }
    }

    /// Asks for the keys of that kind only, so that another kind's are unknown.
    private static func rule(_ kind: String, _ reader: MapReader, kpis: [String: KPI]) -> Incentive.Rule? {
        switch kind {
        case "threshold": threshold(reader, kpis: kpis)
        case "per_step": perStep(reader, kpis: kpis)
        case "tiers": tiers(reader, kpis: kpis)
        case "share": share(reader)
        default: noneIn(reader)
        }
    }

    private static func threshold(_ reader: MapReader, kpis: [String: KPI]) -> Incentive.Rule? {
        let kpi = reader.require("kpi", .known(.kpi))
        let at = reader.require("at", .figure)
        let pay = reader.require("pay", .pay(loss: false))
        guard let kpi, let at, let pay else { return nil }
        if let definition = kpis[kpi] {
            definition.check(at, at: reader.mark(of: "at"), in: reader.context)
            warnOfWrongSide(at, of: definition, reader)
        }
        return .threshold(kpi: kpi, at: at, pay: pay)
    }

    /// A threshold that is worse than the baseline would pay for getting worse.
    private static func warnOfWrongSide(_ at: Figure, of kpi: KPI, _ reader: MapReader) {
        guard let baseline = kpi.baseline, kpi.wrongSide(at) != nil else { return }
        reader.context.report(
            .warning, at: reader.mark(of: "at"),
            "the threshold \(at.text) is on the wrong side of the baseline \(baseline.text)",
            hint: "\(kpi.better.rawValue) is better for \(kpi.id): pay for what is better than the baseline")
    }

    private static func perStep(_ reader: MapReader, kpis: [String: KPI]) -> Incentive.Rule? {
        let kpi = reader.require("kpi", .improvable(kpis))
        let isPoints = reader.read("points", .truth, default: false)
        let step = reader.require("step", .figure)
        let pay = reader.require("pay", .pay(loss: false))
        let most = reader.read("at_most", .count(1...1_000_000))
        guard let kpi, let step, let pay else { return nil }
        if !isPoints, !step.isPercentage {
            reader.context.report(
                at: reader.mark(of: "step"), "the step \(step.text) is no percentage of the baseline",
                hint: "write a percentage, or add points: true for plain differences")
        }
        if step.number.unscaled <= 0 {
            reader.context.report(
                at: reader.mark(of: "step"), "the step \(step.text) leads nowhere", hint: "write a step above 0")
        }
        return .perStep(kpi: kpi, step: step, isPoints: isPoints, pay: pay, atMost: most)
    }

    private static func tiers(_ reader: MapReader, kpis: [String: KPI]) -> Incentive.Rule? {
        let kpi = reader.require("kpi", .improvable(kpis))
        let tiers = reader.require("tiers", .list(of: .tier, atLeastOne: true))
        guard let kpi, let tiers else { return nil }
        for case .tiersOutOfOrder(let before, let after) in Incentive.Rule.misordered(tiers) {
            reader.context.report(
                .warning, at: reader.mark(of: "tiers"),
                "the tier at \(after.text) stands after the one at \(before.text)",
                hint: "put the tiers in order, the smallest improvement first")
        }
        return .tiers(kpi: kpi, tiers)
    }

    private static func share(_ reader: MapReader) -> Incentive.Rule? {
        let measure = reader.require("measure", .id)
        let share = reader.require("share", .percentage)
        let cap = reader.read("cap", .percentage)
        guard let measure, let share else { return nil }
        return .share(measure: measure, share: share, cap: cap)
    }

    private static func noneIn(_ reader: MapReader) -> Incentive.Rule? {
        let event = reader.require("event", .id)
        let months = reader.read("months", .count(1...120))
        let pay = reader.require("pay", .pay(loss: months != nil))
        guard let event, let pay else { return nil }
        return .noneIn(event: event, months: months, pay: pay)
    }
}

extension Incentive.Rule {
    fileprivate var paysPercentage: Bool {
        switch self {
        case .threshold(_, _, .percentage), .perStep(_, _, _, .percentage, _), .noneIn(_, _, .percentage): true
        case .tiers(_, let tiers): tiers.contains { if case .percentage = $0.pay { true } else { false } }
        case .share(_, _, let cap): cap != nil
        default: false
        }
    }
}

extension MapReader {
    /// Counts keys as asked for, so that they are not called unknown where something else is wrong.
    func skip(_ keys: [String]) {
        for key in keys { _ = has(key) }
    }
}

extension Form where Value == String {
    /// A KPI of the site that has a baseline, from which an improvement can be told.
    static func improvable(_ kpis: [String: KPI]) -> Form {
        known(.kpi).checked { name, mark, context in
            guard let kpi = kpis[name], kpi.baseline == nil else { return }
            context.report(
                at: mark, "\(name) has no baseline, so there is no improvement to pay for",
                hint: "give the KPI a baseline:")
        }
    }
}

extension Form where Value == Incentive.Tier {
    static var tier: Form {
        map("a tier") { reader in
            let at = reader.require("at", .figure)
            let pay = reader.require("pay", .pay(loss: false))
            guard let at, let pay else { return nil }
            return Incentive.Tier(at: at, pay: pay)
        }
    }
}

extension Form where Value == Incentive.Pay {
    /// `10%`, `"1500"`, or where `loss` has a meaning `{ share: 10%, of: loss_before }`.
    static func pay(loss: Bool) -> Form {
        let share = Form.map("a pay") { reader in
            let share = reader.require("share", .percentage)
            let of = reader.require("of", .choice(["loss_before"], what: "what the share is of"))
            return of == nil ? nil : share.map { .shareOfLoss($0) }
        }
        return Form(what: "a pay") { node, context in
            switch node.value {
            case .map where loss: return share.read(node, context)
            case .scalar(let text, _):
                guard let figure = Figure(text), figure.number.unscaled >= 0 else { break }
                if figure.isPercentage { return (.percentage(figure.number), .string(figure.text)) }
                if figure.number.scale <= 2 { return (.money(figure.number), .string(figure.text)) }
            default: break
            }
            context.report(
                at: node.mark, "\(node.description) is not a pay",
                hint: loss
                    ? "write a percentage, 10%, money, \"1500.00\", or { share: 10%, of: loss_before }"
                    : "write a percentage, 10%, or money, \"1500.00\"")
            return nil
        }
    }
}
