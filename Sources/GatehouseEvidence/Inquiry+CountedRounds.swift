import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// The rounds behind a key figure.
extension Inquiry {
    mutating func addRounds(
        _ figure: KPIFigure, _ event: StoredEvent, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        guard let span = FigurePeriod(figure.period) else { return }
        let site = try site(before: event.cause ?? event.sequence)?.index
        let zone = try zone()
        var (numerator, denominator) = (0, 0)
        for round in try rounds(in: span, zone, before: event.sequence) {
            guard isOf(round, figure.department, site) else { continue }
            let visited =
                round.topic == "patrol.opened" ? try openVisits(of: round, before: event.sequence) : []
            guard let share = Self.share(of: round, openVisits: visited.count, in: figure.kpi) else { continue }
            numerator += share.numerator
            denominator += share.denominator
            var child = try self.round(round, depth - 1)
            child.contribution = "\(share.numerator) / \(share.denominator)"
            node.children.append(child)
        }
        node.remarks += remark(Fraction(numerator), Fraction(denominator), against: figure)
    }

    /// The newest word on each round whose window ends in a span, by start.
    private func rounds(
        in span: FigurePeriod, _ zone: Zone, before sequence: Int64
    ) throws(EvidenceProblem) -> [StoredEvent] {
        var newest: [String: StoredEvent] = [:]
        // A round opens at most so long before its window ends, and its window ends no sooner than the month begins.
        let oldest = span.start(in: zone) - .seconds(86_400 * Int64(Self.daysAhead))
        for topic in ["patrol.closed", "patrol.revised", "patrol.opened"] as [Topic] {
            var walk = reading.walk(topic, before: sequence)
            while let event = try walk.next(), event.recorded >= oldest {
                guard let round = event.text("round"), let end = event.moment("end"), span.holds(end, in: zone) else {
                    continue
                }
                if newest[round].map({ $0.sequence < event.sequence }) ?? true { newest[round] = event }
            }
        }
        return newest.values.sorted { ($0.text("start") ?? "", $0.sequence) < ($1.text("start") ?? "", $1.sequence) }
    }

    private func openVisits(of round: StoredEvent, before sequence: Int64) throws(EvidenceProblem) -> [StoredEvent] {
        try visits(of: round.text("round") ?? "", round).filter { $0.sequence < sequence }
    }

    /// Whose round it is follows from its route's guards, by the site that held.
    private func isOf(_ round: StoredEvent, _ department: String?, _ site: SiteIndex?) -> Bool {
        guard let department else { return true }
        return site?.routes[round.text("route") ?? ""]?.guards == .department(department)
    }

    /// What a round brings in; nil where it is in neither number. An open round counts its visits as visited and
    /// required, and is in no other figure.
    private static func share(
        of round: StoredEvent, openVisits: Int, in kpi: String
    ) -> (numerator: Int, denominator: Int)? {
        guard round.topic != "patrol.opened" else {
            return kpi == "patrol.completion" && openVisits > 0 ? (openVisits, openVisits) : nil
        }
        let (required, visited) = (round.data["required"]?.integer ?? 0, round.list("visited").count)
        let status = round.text("status") ?? ""
        switch kpi {
        case "patrol.completion": return (visited, required)
        case "patrol.missed": return (round.list("missed").count, required)
        case "patrol.punctuality": return (visited - round.list("late").count, visited)
        case "patrol.rounds":
            guard status != "unproven", status != "waived" else { return nil }
            return (status == "complete" || status == "late" ? 1 : 0, 1)
        default: return nil
        }
    }
}
