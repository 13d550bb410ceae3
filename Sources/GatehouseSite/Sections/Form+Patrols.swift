import GatehouseModel
import GatehouseRules

extension Form where Value == String {
    /// What a sticker says; no two checkpoints or conditions may have the same.
    static var newCode: Form {
        text.checked { code, mark, context in context.define(.code, code, at: mark) }
    }
}

extension Form where Value == Checkpoint {
    static var checkpoint: Form {
        map("a checkpoint") { reader in
            let id = reader.require("id", .newID(.checkpoint))
            let name = reader.read("name", .text)
            let place = reader.read("place", .known(.place))
            let code = reader.read("code", .newCode)
            return id.map { Checkpoint(id: $0, name: name ?? $0, place: place, code: code) }
        }
    }
}

extension Form where Value == Condition {
    static var condition: Form {
        map("a condition") { reader in
            let id = reader.require("id", .newID(.condition))
            let name = reader.read("name", .text)
            let code = reader.read("code", .newCode)
            let hazard = reader.read("hazard", .known(.severity))
            return id.map { Condition(id: $0, name: name ?? $0, code: code, hazard: hazard) }
        }
    }
}

extension Form where Value == Route {
    /// A route, of checkpoints, guards and devices that the site has.
    static var route: Form {
        map("a route") { reader in
            let id = reader.require("id", .newID(.route))
            let name = reader.read("name", .text)
            let checkpoints = reader.require("checkpoints", .routeCheckpoints)
            let order = reader.read("order", .choice("an order"), default: Route.Order.any)
            let starts = reader.require("starts", .starts)
            let duration = reader.require("duration", .span)
            let tolerance = reader.read("tolerance", .duration, default: .zero)
            let lateness = reader.read("allowed_lateness", .duration, default: .seconds(86_400))
            let guards = reader.read("guards", .map("guards") { $0.crew() })
            let devices = reader.read("devices", .list(of: .known(.device), atLeastOne: true))
            guard let id, let checkpoints, let starts, let duration else { return nil }
            return Route(
                id: id, name: name ?? id, checkpoints: checkpoints, order: order, starts: starts, duration: duration,
                tolerance: tolerance, allowedLateness: lateness, guards: guards, devices: devices)
        }
    }
}

extension Form where Value == [String] {
    /// Checkpoints that the site has, none of them twice.
    static var routeCheckpoints: Form {
        list(of: .known(.checkpoint), atLeastOne: true).checked { names, mark, context in
            var seen: Set<String> = []
            for name in names where !seen.insert(name).inserted {
                context.report(
                    at: mark, "the route has the checkpoint \(name) twice",
                    hint: "a round visits each once: name it once")
            }
        }
    }
}

extension Form where Value == Starts {
    /// Steps or a list; a step of less than a minute, or of part of one, could not be told on a wall clock.
    static var starts: Form {
        map("the starts") { reader in
            let times: Starts.Times?
            switch reader.choose(["every", "at"]) {
            case "every":
                let every = reader.read("every", .span)
                let from = reader.require("from", .startOfDay)
                let to = reader.require("to", .timeOfDay)
                if let every, every < .seconds(60) || every.components.seconds % 60 != 0 {
                    reader.context.report(
                        at: reader.mark(of: "every"), "rounds cannot begin every \(Written.text(every))",
                        hint: "write whole minutes: 30m or 2h")
                }
                times = if let every, let from, let to { .every(every, from: from, to: to) } else { nil }
            case "at":
                for key in ["from", "to"] { reader.forbid(key, because: "it belongs to \"every\": take it out") }
                times = reader.read("at", .list(of: .startOfDay, atLeastOne: true)).map { .at($0) }
            default:
                for key in ["from", "to"] { _ = reader.has(key) }
                times = nil
            }
            let days = reader.read("days", .days, default: Set(Weekday.allCases))
            return times.map { Starts(times: $0, days: days) }
        }
    }
}

extension Form where Value == PatrolRules {
    static var patrol: Form {
        map("patrol") { reader in
            PatrolRules(
                guardSession: reader.read("guard_session", .span, default: .seconds(12 * 3600)),
                conditionWindow: reader.read("condition_window", .span, default: .seconds(120)),
                countsSuspect: reader.read("count_suspect", .truth, default: false))
        }
    }
}

extension Form where Value == HazardRules {
    /// The severities are the keys that hold maps.
    static var hazards: Form {
        map("hazards") { reader in
            var severities: [String: HazardRules.Severity] = [
                "general": .init(deadline: .seconds(72 * 3600)),
                "major": .init(deadline: .seconds(24 * 3600), escalateAfter: .seconds(12 * 3600)),
            ]
            let other = reader.read("verify_by_other", .truth, default: true)
            let window = reader.read("repeat_window", .duration, default: .seconds(30 * 86_400))
            _ = severities.keys.map(reader.has)
            for entry in reader.severityEntries {
                let name = SourceNode(mark: entry.mark, value: .scalar(entry.key, isPlain: true))
                guard Form<String>.id.read(name, reader.context) != nil else { continue }
                if let read = reader.read(entry.key, .severity) { severities[entry.key] = read }
            }
            reader.attachMissing(severities)
            for name in severities.keys.sorted() { reader.context.define(.severity, name, at: reader.mark) }
            return HazardRules(severities: severities, verifyByOther: other, repeatWindow: window)
        }
    }
}

extension MapReader {
    /// Puts the severities into the JSON that the site file left to their defaults.
    fileprivate func attachMissing(_ severities: [String: HazardRules.Severity]) {
        for (name, severity) in severities.sorted(by: { $0.key < $1.key }) where !has(name) {
            let escalation = severity.escalateAfter.map {
                JSONValue.Member("escalate_after", .string(Written.text($0)))
            }
            attach(
                name,
                .object([.init("deadline", .string(Written.text(severity.deadline)))] + [escalation].compactMap { $0 }))
        }
    }
}

extension Form where Value == HazardRules.Severity {
    static var severity: Form {
        map("a severity") { reader in
            let deadline = reader.require("deadline", .span)
            let escalate = reader.read("escalate_after", .span)
            return deadline.map { HazardRules.Severity(deadline: $0, escalateAfter: escalate) }
        }
    }
}
