public import GatehouseModel
public import GatehouseRules

/// A shift on a work date: `[start, end)`, its breaks, and the window in which a punch belongs to it.
public struct ShiftInstance: Hashable, Sendable {
    /// A break of it.
    public struct Pause: Hashable, Sendable {
        public var range: Range<Moment>
        /// A paid one is working time throughout.
        public var isPaid: Bool
    }

    /// The place of the shift in the site's list.
    public var shift: Int
    /// The work date, as days since 1970.
    public var day: Int
    /// `S`.
    public var start: Moment
    /// `E`.
    public var end: Moment
    /// The window's first moment.
    public var opens: Moment
    /// The window's last moment, which belongs to it unless the next one's window begins there.
    public var closes: Moment
    public var breaks: [Pause]
    /// The shift's id: which of two comes first that begin and end at the same moments.
    public var name: String

    /// The shift on that date, with its own window, not cut by those of other instances.
    public init(_ shift: Shift, place: Int, on date: CalendarDay, in zone: Zone) {
        self.shift = place
        name = shift.id
        day = date.number
        start = zone.moment(of: date, shift.start)
        // An end at or before the start is on the next day.
        end = zone.moment(of: shift.end > shift.start ? date : date.adding(1), shift.end)
        opens = start - shift.opensBefore
        closes = end + shift.closesAfter
        let start = start
        breaks = shift.breaks.map { pause in
            // The first such time at or after the start.
            let day = zone.moment(of: date, pause.from) < start ? date.adding(1) : date
            let from = zone.moment(of: day, pause.from)
            let to = zone.moment(of: pause.to > pause.from ? day : day.adding(1), pause.to)
            // Where daylight saving skips its beginning, a break may end before it begins: nothing is left of it.
            return Pause(range: from..<max(from, to), isPaid: pause.isPaid)
        }
    }

    public var date: CalendarDay { CalendarDay(number: day) }

    /// Whether a punch at that moment belongs to it, unless the next window begins there.
    public func holds(_ moment: Moment) -> Bool { opens <= moment && moment <= closes }

    /// In the order of their starts.
    public func comes(before other: ShiftInstance) -> Bool {
        if start != other.start { return start < other.start }
        return end == other.end ? name < other.name : end < other.end
    }

    /// Puts a person's instances in order and cuts their windows: where two overlap, both end in the middle between the
    /// first's `E` and the second's `S` instead, even where that is outside the overlap. Windows that only touch do not
    /// overlap.
    public static func cutWindows(_ instances: inout [ShiftInstance]) {
        instances.sort { $0.comes(before: $1) }
        let whole = instances
        for first in whole.indices {
            var end: Moment?
            for second in whole.indices[(first + 1)...] where whole[first].closes > whole[second].opens {
                let middle = whole[first].middle(before: whole[second])
                end = end.map { min($0, middle) } ?? middle
            }
            if let end { instances[first].closes = end }
            var start: Moment?
            for earlier in whole.indices[..<first] where whole[earlier].closes > whole[first].opens {
                let middle = whole[earlier].middle(before: whole[first])
                start = start.map { max($0, middle) } ?? middle
            }
            if let start { instances[first].opens = start }
        }
    }

    private func middle(before next: ShiftInstance) -> Moment {
        Moment(milliseconds: (end.milliseconds + next.start.milliseconds) / 2)
    }

    /// The instance to which a punch at that moment belongs, of instances whose windows have been cut: where two hold
    /// it, the second.
    public static func holder(of moment: Moment, in instances: [ShiftInstance]) -> ShiftInstance? {
        instances.last { $0.holds(moment) }
    }
}
