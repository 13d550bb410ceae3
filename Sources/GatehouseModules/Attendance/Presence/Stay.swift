import GatehouseModel
import GatehouseModuleKit

/// Time that somebody is on site without a break, at one place: half-open.
struct Stay: Hashable, Sendable {
    var from: Moment
    var to: Moment
    /// The place of the clock at which it began; nil where that is not known.
    var place: String?
    /// The place of the clock at which it ended; nil where the window's end ended it.
    var exit: String?

    func holds(_ moment: Moment) -> Bool { from <= moment && moment < to }
}

/// A window as the roll call sees it: whose it is, and the turns of its counted punches.
struct AttendedWindow: Hashable, Sendable {
    /// A counted punch.
    struct Turn: Hashable, Sendable {
        var time: Moment
        var begins: Bool
        /// The place of its clock.
        var place: String?
    }

    var key: RecordKey
    /// The shift; nil for an overtime record.
    var shift: String?
    /// When the shift or the approved interval begins.
    var start: Moment
    /// The window's end: nobody is on site longer than that because of it.
    var closes: Moment
    /// In the order of their times.
    var turns: [Turn]
}

extension Stay {
    /// When somebody is on site: from a punch that begins to the next that ends, and in any case no longer than the
    /// window's end. The windows' punches are read together: who leaves through the window of an overtime has left.
    static func all(in windows: [AttendedWindow]) -> [Stay] {
        let turns = turns(of: windows)
        var stays: [Stay] = []
        var current: Stay?
        for (turn, closes) in turns {
            if let stay = current, stay.to <= turn.time { end(&current, at: stay.to, exit: nil, into: &stays) }
            if !turn.begins {
                end(&current, at: turn.time, exit: turn.place, into: &stays)
            } else if let stay = current, stay.place == turn.place {
                current?.to = max(stay.to, closes)
            } else {
                let to = max(current?.to ?? closes, closes)
                // Somebody who comes by another clock is at another place from then on.
                end(&current, at: turn.time, exit: turn.place, into: &stays)
                current = Stay(from: turn.time, to: to, place: turn.place)
            }
        }
        if let stay = current { end(&current, at: stay.to, exit: nil, into: &stays) }
        return stays
    }

    /// The turns of all windows by their times; of two at one moment the later window's comes second.
    private static func turns(of windows: [AttendedWindow]) -> [(turn: AttendedWindow.Turn, closes: Moment)] {
        var turns: [(turn: AttendedWindow.Turn, closes: Moment)] = []
        turns.reserveCapacity(windows.reduce(0) { $0 + $1.turns.count })
        var isInOrder = true
        for window in windows {
            if let last = turns.last, let first = window.turns.first, first.time < last.turn.time { isInOrder = false }
            for turn in window.turns { turns.append((turn, window.closes)) }
        }
        guard !isInOrder else { return turns }
        return turns.enumerated().sorted { ($0.element.turn.time, $0.offset) < ($1.element.turn.time, $1.offset) }
            .map(\.element)
    }

    private static func end(_ current: inout Stay?, at moment: Moment, exit: String?, into stays: inout [Stay]) {
        guard var stay = current else { return }
        current = nil
        stay.to = min(stay.to, moment)
        stay.exit = exit
        if stay.from < stay.to { stays.append(stay) }
    }
}

extension Stay: Packed {
    func pack(into packer: inout Packer) {
        packer.add(from, to, place, exit)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (from, to, place, exit) = try unpacker.values()
    }
}

extension AttendedWindow: Packed {
    func pack(into packer: inout Packer) {
        packer.add(key, shift, start, closes, turns)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (key, shift, start, closes, turns) = try unpacker.values()
    }
}

extension AttendedWindow.Turn: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, begins, place)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, begins, place) = try unpacker.values()
    }
}
