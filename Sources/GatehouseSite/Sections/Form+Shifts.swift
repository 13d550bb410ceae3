import GatehouseModel
import GatehouseRules

extension Form where Value == Shift {
    static var shift: Form {
        map("a shift") { reader in
            let id = reader.require("id", .newID(.shift))
            let name = reader.read("name", .text)
            let start = reader.require("start", .startOfDay)
            let end = reader.require("end", .timeOfDay)
            let graceIn = reader.read("grace_in", .duration, default: .zero)
            let graceOut = reader.read("grace_out", .duration, default: .zero)
            let breaks = reader.read("breaks", .list(of: .pause)) ?? []
            let opens = reader.read("opens_before", .duration, default: .seconds(2 * 3600))
            let closes = reader.read("closes_after", .duration, default: .seconds(4 * 3600))
            let noShow = reader.read("no_show_after", .duration, default: .seconds(1800))
            let punches = reader.read("punches", .choice("a rule for punches"), default: Shift.PunchRule.firstLast)
            guard let id, let start, let end else { return nil }
            return Shift(
                id: id, name: name ?? id, start: start, end: end, graceIn: graceIn, graceOut: graceOut, breaks: breaks,
                opensBefore: opens, closesAfter: closes, noShowAfter: noShow, punches: punches)
        }
    }
}

extension Form where Value == Shift.Break {
    /// A break; it may run through midnight, but not around the clock.
    static var pause: Form {
        map("a break") { reader in
            let from = reader.require("from", .timeOfDay)
            let to = reader.require("to", .timeOfDay)
            let isPaid = reader.read("paid", .truth, default: false)
            guard let from, let to else { return nil }
            if from == to {
                reader.context.report(
                    at: reader.mark(of: "to"), "a break of no length",
                    hint: "end it after it begins, for example \"12:30\"")
            }
            return Shift.Break(from: from, to: to, isPaid: isPaid)
        }
    }
}

extension Form where Value == String? {
    /// A shift, or `off` for a rest day, however a YAML reader may have rewritten that word.
    static var shiftOrOff: Form {
        Form(
            what: "the id of a shift, or off",
            read: { node, context in
                if case .scalar(let text, _) = node.value, Form<Bool>.value(of: text) == false { return (nil, "off") }
                return Form<String>.known(.shift).read(node, context).map { (.some($0.value), $0.json) }
            }, encode: { .string($0 ?? "off") })
    }
}

extension Form where Value == ScheduleEntry {
    /// One rule: for whom, from when, and one of the three plans.
    static var scheduleEntry: Form {
        map("a schedule entry") { reader in
            let who = reader.crew()
            let from = reader.require("from", .date)
            let to = reader.read("to", .date)
            if let from, let to, to < from {
                reader.context.report(
                    at: reader.mark(of: "to"), "the entry ends on \(to.text), before it begins",
                    hint: "end it on \(from.text) or later, or leave \"to\" out")
            }
            let plan = plan(reader)
            guard let who, let from, let plan else { return nil }
            return ScheduleEntry(who: who, from: from, to: to, plan: plan)
        }
    }

    private static func plan(_ reader: MapReader) -> ScheduleEntry.Plan? {
        let kind = reader.choose(["shift", "cycle", "flexible"])
        if kind != "flexible" {
            reader.forbid("weekly_hours", because: "weekly hours belong to a flexible entry: take them out")
        }
        switch kind {
        case "shift": return reader.read("shift", .shiftOrOff).map { .shift($0) }
        case "cycle": return reader.read("cycle", .list(of: .shiftOrOff, atLeastOne: true)).map { .cycle($0) }
        case "flexible":
            let shifts = reader.read("flexible", .list(of: .known(.shift), atLeastOne: true))
            let hours = reader.read("weekly_hours", .amount)
            return shifts.map { .flexible($0, weeklyHours: hours) }
        default: return nil
        }
    }
}

extension MapReader {
    /// Who is meant: `department` or `people`.
    func crew() -> Crew? {
        switch choose(["department", "people"]) {
        case "department": read("department", .known(.department)).map { .department($0) }
        case "people": read("people", .list(of: .known(.person), atLeastOne: true)).map { .people($0) }
        default: nil
        }
    }
}

extension Form where Value == Leave {
    /// A leave; times without an offset are the site's wall clock.
    static func leave(in zone: Zone) -> Form {
        map("a leave") { reader in
            let id = reader.require("leave", .newID(.leave))
            let person = reader.require("person", .known(.person))
            let from = reader.require("from", .moment(in: zone))
            let to = reader.require("to", .moment(in: zone))
            let kind = reader.require("kind", .text)
            guard let id, let person, let from, let to, let kind else { return nil }
            if to <= from {
                reader.context.report(
                    at: reader.mark(of: "to"), "the leave ends before it begins",
                    hint: "let \"to\" be later than \"from\"")
            }
            return Leave(id: id, person: person, from: from, to: to, kind: kind)
        }
    }
}

extension Form where Value == Moment {
    /// RFC 3339, or what the site's wall clock shows: `2026-11-02 08:00`.
    static func moment(in zone: Zone) -> Form {
        word(
            "a time", hint: "write the site's wall clock, 2026-11-02 08:00, or RFC 3339, 2026-11-02T08:00:00+08:00",
            encode: { .string(Timestamp($0, in: zone).text) }
        ) { text, _ in
            if let timestamp = Timestamp(text) { return timestamp.moment }
            return LocalTime(text).map { zone.moment(of: $0).moment }
        }
    }
}

extension Form where Value == Post {
    static var post: Form {
        map("a post") { reader in
            let id = reader.require("id", .newID(.post))
            let name = reader.read("name", .text)
            let shift = reader.require("shift", .known(.shift))
            let department = reader.require("department", .known(.department))
            let required = reader.require("required", .count(1...100_000))
            let days = reader.read("days", .days, default: Set(Weekday.allCases))
            guard let id, let shift, let department, let required else { return nil }
            return Post(id: id, name: name ?? id, shift: shift, department: department, required: required, days: days)
        }
    }
}

extension Form where Value == AttendanceRules {
    static var attendance: Form {
        map("attendance") { reader in
            AttendanceRules(
                debounce: reader.read("debounce", .duration, default: .seconds(60)),
                allowedLateness: reader.read("allowed_lateness", .duration, default: .seconds(86_400)))
        }
    }
}
