import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The modules' key figures as they were told last: what the KPIs of the site are made from.
struct FigureShelf: Sendable {
    /// One row of a KPI in one period.
    fileprivate struct Slot: Hashable, Comparable, Sendable {
        var department: String?
        var person: String?
        /// For figures of a week.
        var week: String?

        static func < (left: Slot, right: Slot) -> Bool {
            (left.department ?? "", left.person ?? "", left.week ?? "")
                < (right.department ?? "", right.person ?? "", right.week ?? "")
        }
    }

    fileprivate struct Entry: Sendable {
        var numerator: Fraction
        var denominator: Fraction
        /// The `kpi.updated` that told it.
        var sequence: Int64
    }

    fileprivate struct Place: Hashable, Sendable {
        var kpi: String
        var period: PayPeriod
        var slot: Slot
    }

    private var shelves: [String: [PayPeriod: [Slot: Entry]]] = [:]
    /// While a period that has closed is not judged yet: what stood where a later figure stands by now.
    private var overtaken: [Place: Entry?] = [:]

    /// Takes a figure; `keepingOld` where the one that it takes the place of is still to be judged. Gives the period
    /// that it belongs to, nil where it says nothing new.
    mutating func put(_ figure: KPIFigure, sequence: Int64, keepingOld: Bool) -> PayPeriod? {
        guard let period = PayPeriod(figure.period) else { return nil }
        let isWeek = figure.period.contains("W")
        let slot = Slot(
            department: figure.department, person: figure.person, week: isWeek ? figure.period : nil)
        let old = shelves[figure.kpi]?[period]?[slot]
        if let old, old.numerator == figure.numerator, old.denominator == figure.denominator { return nil }
        if keepingOld {
            let place = Place(kpi: figure.kpi, period: period, slot: slot)
            if overtaken[place] == nil { overtaken[place] = .some(old) }
        }
        shelves[figure.kpi, default: [:]][period, default: [:]][slot] = Entry(
            numerator: figure.numerator, denominator: figure.denominator, sequence: sequence)
        return period
    }

    /// What has been overtaken has been judged.
    mutating func forgetOvertaken() { overtaken = [:] }

    /// The periods of that kind in which the KPI has a figure.
    func periods(of kpi: String, department: String?, span: Period) -> Set<PayPeriod> {
        var periods: Set<PayPeriod> = []
        for (part, slots) in shelves[kpi] ?? [:] {
            guard let period = Self.isWhole(kpi) ? (part.span == span ? part : nil) : part.widened(to: span),
                slots.keys.contains(where: { Self.counts($0, of: kpi, for: department) })
            else { continue }
            periods.insert(period)
        }
        return periods
    }

    /// The KPI over a period: the numerators and denominators of its months added up, a fixed denominator staying as
    /// it is; hazard KPIs as they were computed over the period itself. Nil where there is no figure.
    func reading(of kpi: String, department: String?, in period: PayPeriod, atClose: Bool = false) -> Reading? {
        guard let shelf = shelves[kpi] else { return nil }
        // A hazard KPI is the site's, whosever pay it moves.
        let department = Self.isWhole(kpi) ? nil : department
        let parts = Self.isWhole(kpi) ? [period] : period.parts.filter { $0.span == .month }
        var found: [Entry] = []
        for part in parts {
            guard let slots = shelf[part] else { continue }
            if !Self.isPersonal(kpi) {
                let slot = Slot(department: department)
                if let entry = entry(kpi, part, slot, in: slots, atClose: atClose) { found.append(entry) }
            } else {
                for slot in slots.keys.sorted() where Self.counts(slot, of: kpi, for: department) {
                    if let entry = entry(kpi, part, slot, in: slots, atClose: atClose) { found.append(entry) }
                }
            }
        }
        guard !found.isEmpty else { return nil }
        let fixed = Self.fixedDenominator(kpi)
        return Reading(
            numerator: found.dropFirst().reduce(found[0].numerator) { $0 + $1.numerator },
            denominator: fixed ?? found.dropFirst().reduce(found[0].denominator) { $0 + $1.denominator },
            inputs: .init(topic: "kpi.updated", of: found.map(\.sequence)))
    }

    private func entry(
        _ kpi: String, _ period: PayPeriod, _ slot: Slot, in slots: [Slot: Entry], atClose: Bool
    ) -> Entry? {
        if atClose, !overtaken.isEmpty, let old = overtaken[Place(kpi: kpi, period: period, slot: slot)] { return old }
        return slots[slot]
    }

    private static func counts(_ slot: Slot, of kpi: String, for department: String?) -> Bool {
        if isWhole(kpi) { return slot.department == nil }
        guard isPersonal(kpi) else { return slot.department == department && slot.person == nil }
        return slot.person != nil && (department == nil || slot.department == department)
    }

    /// Whether it is computed over the quarter or the year itself.
    private static func isWhole(_ kpi: String) -> Bool { kpi.hasPrefix("hazard.") }

    /// Whether it has a row for each person; a department's or the site's is then the sum of its people's.
    static func isPersonal(_ kpi: String) -> Bool { kpi == "weekly.hours" }

    private static func fixedDenominator(_ kpi: String) -> Fraction? {
        kpi == "overtime.hours" || kpi == "weekly.hours" ? Fraction(60) : nil
    }
}

/// A KPI's value over one period, exactly, and where it comes from.
struct Reading: Hashable, Sendable {
    var numerator: Fraction
    var denominator: Fraction
    var inputs: KPIFigure.Inputs?

    /// Nil where nothing could be counted.
    var value: Fraction? { denominator.isZero ? nil : numerator / denominator }
}

extension FigureShelf: Packed {
    func pack(into packer: inout Packer) {
        packer.add(shelves, overtaken)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (shelves, overtaken) = try unpacker.values()
    }
}

extension FigureShelf.Slot: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(department, person, week)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (department, person, week) = try unpacker.values()
    }
}

extension FigureShelf.Entry: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(numerator, denominator, sequence)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (numerator, denominator, sequence) = try unpacker.values()
    }
}

extension FigureShelf.Place: Packed, Comparable {
    fileprivate static func < (left: Self, right: Self) -> Bool {
        (left.kpi, left.period, left.slot) < (right.kpi, right.period, right.slot)
    }

    fileprivate func pack(into packer: inout Packer) {
        packer.add(kpi, period, slot)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (kpi, period, slot) = try unpacker.values()
    }
}
