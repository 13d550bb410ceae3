import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Flexible people have no instance until they punch: a counted punch that no instance of theirs holds picks one among
/// the offered shifts of the dates around its own.
extension AttendanceBook {
    /// A punch has come or has been voided: it and every later one pick again, in the order of their times.
    mutating func repick(_ person: Int32, from punch: BookPunch, into changes: inout Changes) {
        repick(person, from: punch.time, also: nil, into: &changes)
    }

    /// Everything from a moment on picks again; records of dates whose choice is another now begin or are withdrawn.
    mutating func repick(_ person: Int32, from moment: Moment, also day: Int?, into changes: inout Changes) {
        let before = files[Int(person)].picks.filter { $0.time >= moment }
        files[Int(person)].unpick { $0.time >= moment }
        pick(person, from: moment)
        let after = files[Int(person)].picks.filter { $0.time >= moment }
        guard before != after || day != nil else { return }
        var days = Set(before.filter { !after.contains($0) }.map { Int($0.day) })
        days.formUnion(after.filter { !before.contains($0) }.map { Int($0.day) })
        for day in days.sorted() { relayout(person, day...day, keepsClosed: false, into: &changes) }
    }

    /// By a new site: what is closed keeps its choice.
    mutating func repickOpen(_ person: Int32, from moment: Moment) {
        let closed = Set(files[Int(person)].records.filter(\.isClosed).map(\.key.day))
        let first = files[Int(person)].picks.first { !closed.contains($0.day) }?.time ?? moment
        files[Int(person)].unpick { $0.time >= first && !closed.contains($0.day) }
        guard files[Int(person)].line?.mayBeFlexible == true else { return }
        pick(person, from: min(first, moment))
    }

    private mutating func pick(_ person: Int32, from moment: Moment) {
        guard let rules, let line = files[Int(person)].line else { return }
        var place = files[Int(person)].place(ofPunchAt: moment)
        while place < files[Int(person)].punches.count {
            defer { place += 1 }
            guard files[Int(person)].counts(place, debounce: rules.debounce) else { continue }
            let punch = files[Int(person)].punches[place]
            let day = rules.day(of: punch.time)
            guard ShiftInstance.holder(of: punch.time, in: layout(person, day...day)) == nil,
                let chosen = choice(line, files[Int(person)].picked, punch.time, day)
            else { continue }
            files[Int(person)].pick(
                PersonFile.Pick(
                    time: punch.time, sequence: punch.sequence, day: Int32(chosen.day),
                    shift: key(person, chosen).shift))
        }
    }

    /// Of the shifts offered on the date before, on and after, where nothing has been picked yet, and whose window
    /// holds the moment: the one whose start is nearest, the earlier on a tie.
    private func choice(
        _ line: ShiftPlan.Line, _ picked: [Int32: Int32], _ moment: Moment, _ day: Int
    ) -> ShiftInstance? {
        guard let rules else { return nil }
        var best: ShiftInstance?
        for day in day - 1...day + 1 where picked[Int32(clamping: day)] == nil {
            guard case .flexible(let offers) = line.duty(on: day) else { continue }
            for place in offers {
                let offer = table.instance(place, on: day, by: rules)
                guard offer.holds(moment) else { continue }
                guard let known = best else {
                    best = offer
                    continue
                }
                let own = abs(offer.start.milliseconds - moment.milliseconds)
                let other = abs(known.start.milliseconds - moment.milliseconds)
                if own < other || own == other && offer.start < known.start { best = offer }
            }
        }
        return best
    }
}
