import GatehouseModel
import GatehouseModuleKit

/// When somebody was there, from the counted punches of one window.
struct Presence {
    var `in`: BookPunch?
    var out: BookPunch?
    private(set) var spans: [Range<Moment>] = []

    /// `punches` are in the order of their times.
    init(of punches: [BookPunch], in instance: ShiftInstance, takesPairs: Bool) {
        guard let first = punches.first, let last = punches.last else { return }
        if takesPairs {
            pair(punches)
        } else if punches.count > 1 {
            (self.in, out) = (first, last)
            spans = [first.time..<last.time]
        } else {
            // A single punch is the one that it is nearer to; in the middle, the `in`.
            let fromStart = abs(first.time.milliseconds - instance.start.milliseconds)
            let fromEnd = abs(first.time.milliseconds - instance.end.milliseconds)
            if fromStart <= fromEnd { self.in = first } else { out = first }
        }
    }

    /// Of an overtime record: from the first to the last; of a single one there is no `out`.
    init(ofOvertime punches: [BookPunch]) {
        self.in = punches.first
        guard punches.count > 1, let first = punches.first, let last = punches.last else { return }
        out = last
        spans = [first.time..<last.time]
    }

    /// A begin while begun drops the earlier one; an end without a begin makes no pair.
    private mutating func pair(_ punches: [BookPunch]) {
        var begun: Moment?
        for (place, punch) in punches.enumerated() {
            let begins = punch.direction.begins ?? (begun == nil)
            if place == 0, begins { self.in = punch }
            if place == punches.count - 1, !begins { out = punch }
            if begins {
                begun = punch.time
            } else if let start = begun {
                spans.append(start..<punch.time)
                begun = nil
            }
        }
    }
}
