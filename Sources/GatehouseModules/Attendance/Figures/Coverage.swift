import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// When at least so many of some people are there at once.
struct Coverage {
    /// The parts of the time that are covered, in order, none touching the next.
    private(set) var covered: [Range<Moment>] = []

    init(of stays: [Stay], atLeast required: Int, in span: Range<Moment>) {
        self.init(of: stays.lazy.map { $0.from..<$0.to }, atLeast: required, in: span)
    }

    /// Each range is one person's; of one person none overlaps another.
    init(of ranges: some Sequence<Range<Moment>>, atLeast required: Int, in span: Range<Moment>) {
        guard required > 0 else {
            covered = span.isEmpty ? [] : [span]
            return
        }
        var steps: [(moment: Moment, step: Int)] = []
        for range in ranges {
            let part = range.clamped(to: span)
            guard !part.isEmpty else { continue }
            steps.append((part.lowerBound, 1))
            steps.append((part.upperBound, -1))
        }
        // At one moment those who come are counted before those who leave: a relief leaves no gap.
        steps.sort { ($0.moment, $1.step) < ($1.moment, $0.step) }
        var count = 0
        var start: Moment?
        for (moment, step) in steps {
            count += step
            if count >= required, start == nil { start = moment }
            guard count < required, let begun = start else { continue }
            start = nil
            if begun < moment { covered.append(begun..<moment) }
        }
    }

    /// All of the covered time, cut to whole minutes.
    var minutes: Int {
        Int(covered.reduce(0) { $0 + $1.upperBound.milliseconds - $1.lowerBound.milliseconds } / 60_000)
    }

    /// When it was covered last, up to a moment; nil where it never was.
    func lastCovered(before moment: Moment) -> Moment? {
        covered.last { $0.lowerBound < moment }.map { min($0.upperBound, moment) }
    }
}

extension Shift {
    /// `[S, E)` on a date.
    func span(on date: CalendarDay, in zone: Zone) -> Range<Moment> {
        let instance = ShiftInstance(self, place: 0, on: date, in: zone)
        return instance.start..<max(instance.start, instance.end)
    }
}
