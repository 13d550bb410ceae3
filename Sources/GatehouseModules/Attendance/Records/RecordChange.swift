import GatehouseModel
import GatehouseModuleKit

/// What has become of a record.
struct RecordChange: Sendable {
    enum Kind: Hashable, Sendable {
        /// The instance is known from now on: its window opens soon, or it was assigned, approved or picked. Nothing is
        /// told of it yet, but deadlines may be set by it.
        case opened
        /// It is another than before, and not closed, or not any more: `attendance.updated`.
        case updated
        /// Its window has ended: `attendance.closed`.
        case closed
        /// Something came later: `attendance.closed` again, with the record's `revision`.
        case revised
        /// It is no more: another shift was assigned, or a flexible person's punches picked another one.
        case withdrawn

        /// What it is called that a record has become another; nil where there was none and is none.
        init?(from old: AttendanceRecord?, to new: AttendanceRecord?) {
            switch (old, new) {
            case (nil, nil): return nil
            case (_?, nil): self = .withdrawn
            case (nil, let new?): self = new.isClosed ? .closed : .opened
            case (let old?, let new?): self = !new.isClosed ? .updated : old.isClosed ? .revised : .closed
            }
        }
    }

    var kind: Kind
    var key: RecordKey
    /// As it was; nil where it was not known.
    var old: AttendanceRecord?
    /// As it is; nil where it is no more.
    var new: AttendanceRecord?
}

/// What came of a punch.
struct PunchFate: Hashable, Sendable {
    enum Fate: Hashable, Sendable {
        /// It belongs to a record, which need not be known yet where the punch's time is far from the clock's.
        case belongs(RecordKey)
        /// Too soon after the person's previous punch: kept, not counted.
        case repeated
        case unscheduled
        case voided
    }

    var person: Int32
    var punch: BookPunch
    var fate: Fate
}

/// What a fact or a moment has changed.
struct Changes: Sendable {
    /// In the order in which they came about.
    var records: [RecordChange] = []
    /// What came of the fact's own punch, and of others whose fate it has changed; each punch once.
    var punches: [PunchFate] = []
    /// Clocks vouch for other moments than before.
    var vouchingHasChanged = false
    /// The badge of a punch that belongs to nobody.
    var unknownBadge: String?

    /// What has become of a punch; said again, the last holds.
    mutating func note(_ fate: PunchFate) {
        if let place = punches.firstIndex(where: { $0.punch.sequence == fate.punch.sequence }) {
            punches[place] = fate
        } else {
            punches.append(fate)
        }
    }
}
