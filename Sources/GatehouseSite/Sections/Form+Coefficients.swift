import GatehouseModel
import GatehouseRules

extension Form where Value == Coefficients {
    /// The coefficients of a site with these departments.
    static func coefficients(_ staff: [Department]) -> Form {
        map("coefficients") { reader in
            let positions = reader.read("positions", .positions)
            let departments = reader.read("departments", .list(of: .departmentScore)) ?? []
            var seen: Set<String> = []
            for name in departments.map(\.department) where !seen.insert(name).inserted {
                reader.context.report(
                    at: reader.mark(of: "departments"), "the department \(name) is scored twice",
                    hint: "keep one of them")
            }
            SizeAdjustment(departments: staff).judge(
                departments, at: reader.mark(of: "departments"), in: reader.context)
            let people = reader.read("people", .personScore)
            return Coefficients(positions: positions, departments: departments, people: people)
        }
    }
}

extension Form where Value == Coefficients.Positions {
    /// Every position must have points for every factor, none above its maximum.
    static var positions: Form {
        map("positions") { reader in
            let factors = reader.require("factors", .table("factors", of: .amount))
            let top = reader.require("top", .amount)
            let step = reader.require("step", .amount)
            let floor = reader.read("floor", .amount, default: ExactDecimal(unscaled: 0))
            let points = reader.require("points", .table("points", key: .text, of: .points(factors ?? [:])))
            guard let factors, let top, let step, let points else { return nil }
            if step.unscaled == 0 {
                reader.context.report(
                    at: reader.mark(of: "step"), "a step of 0", hint: "write what to round to, for example 0.1")
            }
            return .init(factors: factors, top: top, step: step, floor: floor, points: points)
        }
    }
}

extension Form where Value == [String: ExactDecimal] {
    /// One position's points: each factor, none above its maximum.
    static func points(_ factors: [String: ExactDecimal]) -> Form {
        map("a position's points") { reader in
            var points: [String: ExactDecimal] = [:]
            for factor in factors.keys.sorted() {
                guard let given = reader.require(factor, .amount) else { continue }
                points[factor] = given
                guard let most = factors[factor], most < given else { continue }
                reader.context.report(
                    at: reader.mark(of: factor), "\(given.text) points of at most \(most.text) for \(factor)",
                    hint: "write at most \(most.text), or raise the factor's maximum")
            }
            return points
        }
    }
}

extension Form where Value == Coefficients.DepartmentScore {
    static var departmentScore: Form {
        map("a department's coefficient") { reader in
            let department = reader.require("department", .known(.department))
            let score = reader.require("score", .score)
            guard let department, let score else { return nil }
            return .init(department: department, score: score)
        }
    }
}

extension Form where Value == Coefficients.DepartmentScore.Score {
    /// A number, or a list of weighted KPIs.
    static var score: Form {
        Form(what: "a score") { node, context in
            if case .list = node.value {
                return Form<[Coefficients.DepartmentScore.Part]>.list(of: .scorePart, atLeastOne: true).read(
                    node, context
                )
                .map { (.weighted($0.value), $0.json) }
            }
            return Form<ExactDecimal>.amount.read(node, context).map { (.fixed($0.value), $0.json) }
        }
    }
}

extension Form where Value == Coefficients.DepartmentScore.Part {
    static var scorePart: Form {
        map("a part of a score") { reader in
            let kpi = reader.require("kpi", .known(.kpi))
            let company = reader.require("company", .amount)
            let weight = reader.require("weight", .percentage)
            let ratio = reader.require("ratio", .choice("a ratio")) as Coefficients.DepartmentScore.Ratio?
            guard let kpi, let company, let weight, let ratio else { return nil }
            return .init(kpi: kpi, company: company, weight: weight, ratio: ratio)
        }
    }
}

extension Form where Value == Coefficients.PersonScore {
    /// Weights of measures, and what is added for extras and for being late.
    static var personScore: Form {
        map("people's coefficients") { reader in
            let weights = reader.require("weights", .table("weights", of: .percentage))
            let extras = reader.read("extras", .table("extras", of: .number)) ?? [:]
            let late = reader.read("late", .late)
            return weights.map { .init(weights: $0, extras: extras, late: late) }
        }
    }
}

extension Form where Value == Coefficients.PersonScore.Late {
    static var late: Form {
        map("late") { reader in
            let count = reader.require("more_than", .count(0...10_000))
            let add = reader.require("add", .number)
            guard let count, let add else { return nil }
            return .init(moreThan: count, add: add)
        }
    }
}

extension Form where Value == Bonus {
    /// The base is the name of a column; the people are read with it.
    static var bonus: Form {
        map("the bonus") { reader in
            let pool = reader.require("pool", .money)
            let period = reader.read("period", .choice("a period"), default: Period.year)
            let base = reader.read("base", .id, default: Bonus.standardBase)
            return pool.map { Bonus(pool: $0, period: period, base: base) }
        }
    }
}

extension Bonus {
    /// The column of the people's table that is the base where the site file names none.
    static let standardBase = "base_pay"
}
