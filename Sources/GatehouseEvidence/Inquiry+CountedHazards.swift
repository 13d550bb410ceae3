import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// The hazards behind a key figure.
extension Inquiry {
    mutating func addHazards(
        _ figure: KPIFigure, _ event: StoredEvent, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        guard let span = FigurePeriod(figure.period) else { return }
        let zone = try zone()
        let (start, end) = (span.start(in: zone), zone.startOfDay(span.end))
        let words = figure.kpi.split(separator: ".").map(String.init)
        let severity = words.count > 2 ? words[2...].joined(separator: ".") : nil
        var (numerator, denominator) = (Fraction.zero, Fraction.zero)
        for story in try hazards(before: event.sequence) {
            guard severity == nil || story.severity == severity,
                let share = share(of: story, in: words.count > 1 ? words[1] : "", start, end, asOf: event.time)
            else { continue }
            numerator = numerator + share.numerator
            denominator = denominator + share.denominator
            var child = try hazard(story, depth - 1)
            child.contribution = "\(share.numerator.text) / \(share.denominator.text)"
            node.children.append(child)
        }
        // The number of overdue ones is over 1, however many there are.
        if figure.denominator == .one, figure.kpi.hasPrefix("hazard.overdue") { denominator = .one }
        node.remarks += remark(numerator, denominator, against: figure)
    }

    /// What a hazard brings in, as of a moment or the end of the period; nil where it is in neither number.
    private func share(
        of story: HazardStory, in kpi: String, _ start: Moment, _ end: Moment, asOf moment: Moment
    ) -> (numerator: Fraction, denominator: Fraction)? {
        guard story.opened < end else { return nil }
        // What was closed after the end was open as of the end.
        let closed = story.closed.flatMap { $0 < end ? $0 : nil }
        func share(_ isPart: Bool) -> (Fraction, Fraction) { (isPart ? .one : .zero, .one) }
        switch kpi {
        case "remediation": return story.opened >= start ? share(closed != nil) : nil
        case "repeat": return story.opened >= start ? share(story.repeats != nil) : nil
        case "leadtime":
            guard story.opened >= start, let closed else { return nil }
            return (Fraction((closed - story.opened).wholeMilliseconds, over: 60_000), .one)
        case "stock": return closed.map { $0 >= start } ?? true ? share(closed != nil) : nil
        default: break
        }
        guard let deadline = story.deadline(before: end), deadline < end, deadline <= moment else { return nil }
        switch kpi {
        case "ontime": return deadline >= start ? share(closed.map { $0 <= deadline } ?? false) : nil
        case "overdue": return closed == nil ? (.one, .zero) : nil
        default: return nil
        }
    }
}
