/// A span of the calendar that KPIs and rules are computed over.
public enum Period: String, Hashable, Sendable, CaseIterable {
    case month, quarter, year
}

/// A key figure that the site follows.
public struct KPI: Hashable, Sendable {
    public var id: String
    public var name: String
    /// What its values are computed from.
    public var source: Source
    /// Nil: the site.
    public var department: String?
    /// Over which span it is computed.
    public var period: Period
    /// Which way is better; there is no default, the site must say.
    public var better: Direction
    /// What improvements are measured from.
    public var baseline: Figure?
    /// On the wrong side of it an alert is raised.
    public var target: Figure?
    /// The KPI that should move with it.
    public var verifyWith: String?

    public init(
        id: String, name: String, source: Source, department: String? = nil, period: Period, better: Direction,
        baseline: Figure? = nil, target: Figure? = nil, verifyWith: String? = nil
    ) {
        self.id = id
        self.name = name
        self.source = source
        self.department = department
        self.period = period
        self.better = better
        self.baseline = baseline
        self.target = target
        self.verifyWith = verifyWith
    }

    /// Where the figure comes from.
    public enum Source: Hashable, Sendable {
        /// A module's KPI, for example `patrol.completion`.
        case module(String)
        /// What other systems record under this name, brought together in this way.
        case measure(String, Aggregate)
    }

    /// How a period's measures become one value.
    public enum Aggregate: String, Hashable, Sendable, CaseIterable {
        /// The weighted mean, the sum, or the last by time.
        case mean, sum, last
    }

    /// Which way is an improvement.
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        case higher, lower
    }
}

/// A reward that is computed from a figure.
public struct Incentive: Hashable, Sendable {
    public var id: String
    /// Nil: the KPI's.
    public var department: String?
    /// Nil: the KPI's, else a month.
    public var period: Period?
    /// What is rewarded, and with how much.
    public var rule: Rule

    public init(id: String, department: String? = nil, period: Period? = nil, rule: Rule) {
        self.id = id
        self.department = department
        self.period = period
        self.rule = rule
    }

    /// What is rewarded.
    public enum Rule: Hashable, Sendable {
        /// Paid where the KPI is at least `at`; at most, where lower is better.
        case threshold(kpi: String, at: Figure, pay: Pay)
        /// Paid for each whole step of improvement; with points a step is a plain difference, else a part of the
        /// baseline.
        case perStep(kpi: String, step: Figure, isPoints: Bool, pay: Pay, atMost: Int?)
        /// The highest tier that the improvement reaches pays, alone.
        case tiers(kpi: String, [Tier])
        /// The share and the cap are percentages: of the measure, and of the department's performance pay.
        case share(measure: String, share: ExactDecimal, cap: ExactDecimal?)
        /// Paid where there was no such event in the period, or in so many months up to its end.
        case noneIn(event: String, months: Int?, pay: Pay)
    }

    /// One step of a ladder: an improvement, and what it pays.
    public struct Tier: Hashable, Sendable {
        /// The improvement from which it pays.
        public var at: Figure
        /// What it pays.
        public var pay: Pay

        public init(at: Figure, pay: Pay) {
            self.at = at
            self.pay = pay
        }
    }

    /// How much.
    public enum Pay: Hashable, Sendable {
        /// A percentage of the department's performance pay.
        case percentage(ExactDecimal)
        /// A fixed sum.
        case money(ExactDecimal)
        /// A percentage of the mean yearly loss before.
        case shareOfLoss(ExactDecimal)
    }
}

/// The factors of a bonus.
public struct Coefficients: Hashable, Sendable {
    /// How positions are weighed; nil weighs all alike.
    public var positions: Positions?
    /// How departments are weighed; one that is not listed has 1.
    public var departments: [DepartmentScore]
    /// How people are weighed; nil weighs all alike.
    public var people: PersonScore?

    public init(positions: Positions? = nil, departments: [DepartmentScore], people: PersonScore? = nil) {
        self.positions = positions
        self.departments = departments
        self.people = people
    }

    /// Points of positions, and how they become a coefficient.
    public struct Positions: Hashable, Sendable {
        /// Each factor's maximum.
        public var factors: [String: ExactDecimal]
        /// The coefficient of the position with the most points.
        public var top: ExactDecimal
        /// What a coefficient is rounded to, half up.
        public var step: ExactDecimal
        /// The least coefficient.
        public var floor: ExactDecimal
        /// By position, then by factor.
        public var points: [String: [String: ExactDecimal]]

        public init(
            factors: [String: ExactDecimal], top: ExactDecimal, step: ExactDecimal, floor: ExactDecimal,
            points: [String: [String: ExactDecimal]]
        ) {
            self.factors = factors
            self.top = top
            self.step = step
            self.floor = floor
            self.points = points
        }
    }

    /// How a department's score comes about.
    public struct DepartmentScore: Hashable, Sendable {
        public var department: String
        /// Before the adjustment for its size.
        public var score: Score

        public init(department: String, score: Score) {
            self.department = department
            self.score = score
        }

        /// Given, or computed from KPIs.
        public enum Score: Hashable, Sendable {
            /// This number.
            case fixed(ExactDecimal)
            /// The sum of weight times ratio over these KPIs.
            case weighted([Part])
        }

        /// One KPI of a score.
        public struct Part: Hashable, Sendable {
            public var kpi: String
            /// The whole company's value of the KPI.
            public var company: ExactDecimal
            /// A percentage.
            public var weight: ExactDecimal
            /// Which way round the two are divided; there is no default.
            public var ratio: Ratio

            public init(kpi: String, company: ExactDecimal, weight: ExactDecimal, ratio: Ratio) {
                self.kpi = kpi
                self.company = company
                self.weight = weight
                self.ratio = ratio
            }
        }

        /// Which of the two values is divided by the other.
        public enum Ratio: String, Hashable, Sendable, CaseIterable {
            /// The department's by the company's.
            case plain
            /// The company's by the department's.
            case inverse
        }
    }

    /// How a person's coefficient comes about.
    public struct PersonScore: Hashable, Sendable {
        /// Percentages by measure.
        public var weights: [String: ExactDecimal]
        /// What each of these measures adds, once for each of them.
        public var extras: [String: ExactDecimal]
        /// Above so many late instances, this is added.
        public var late: Late?

        public init(weights: [String: ExactDecimal], extras: [String: ExactDecimal], late: Late? = nil) {
            self.weights = weights
            self.extras = extras
            self.late = late
        }

        /// What being late does.
        public struct Late: Hashable, Sendable {
            /// So many late instances do not matter yet.
            public var moreThan: Int
            /// What is added to the extras; below 0, as a rule.
            public var add: ExactDecimal

            public init(moreThan: Int, add: ExactDecimal) {
                self.moreThan = moreThan
                self.add = add
            }
        }
    }
}

/// A sum that is shared out.
public struct Bonus: Hashable, Sendable {
    /// The whole sum; the shares add up to it to the cent.
    public var pool: ExactDecimal
    public var period: Period
    /// The column of the people's table that is each one's base.
    public var base: String

    public init(pool: ExactDecimal, period: Period, base: String) {
        self.pool = pool
        self.period = period
        self.base = base
    }
}
