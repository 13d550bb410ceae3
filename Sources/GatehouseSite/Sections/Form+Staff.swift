import GatehouseModel
import GatehouseRules

extension Form where Value == WorkCalendar {
    /// Saturday and Sunday are days of rest unless the site says otherwise.
    static var calendar: Form {
        map("the calendar") { reader in
            let rest = reader.read("rest_days", .days, default: [.sat, .sun])
            let holidays = reader.read("holidays", .list(of: .date)) ?? []
            let workdays = reader.read("workdays", .list(of: .date)) ?? []
            return WorkCalendar(restDays: rest, holidays: Set(holidays), workdays: Set(workdays))
        }
    }
}

extension Form where Value == Set<Weekday> {
    /// A list of days of the week; the JSON has them in the order of the week.
    static var days: Form {
        let encode: (Set<Weekday>) -> JSONValue = { days in
            .array(Weekday.allCases.filter(days.contains).map { .string($0.rawValue) })
        }
        return Form(
            what: "a list of days",
            read: { node, context in
                let list = Form<[Weekday]>.list(of: .choice("a day of the week"))
                return list.read(node, context).map { (Set($0.value), encode(Set($0.value))) }
            }, encode: encode)
    }
}

extension Form where Value == Department {
    static var department: Form {
        map("a department") { reader in
            let id = reader.require("id", .newID(.department))
            let name = reader.read("name", .text)
            let headcount = reader.read("headcount", .count(1...1_000_000))
            let pay = reader.read("performance_pay", .money)
            return id.map { Department(id: $0, name: name ?? $0, headcount: headcount, performancePay: pay) }
        }
    }
}

extension Form where Value == Person {
    /// A person; `payColumn` is what `bonus: base` names.
    static func person(payColumn: String) -> Form {
        map("a person") { reader in
            let id = reader.require("id", .newID(.person))
            let name = reader.read("name", .text)
            let department = reader.read("department", .known(.department))
            let position = reader.read("position", .text)
            let badges = reader.read("badges", .badges) ?? []
            let pay = reader.read(payColumn, .money)
            return id.map {
                Person(
                    id: $0, name: name ?? $0, department: department, position: position, badges: badges, basePay: pay)
            }
        }
    }
}

extension Form where Value == [String] {
    /// Badges: a list, or one text with blanks between them. No two people may have the same.
    static var badges: Form {
        Form(what: "a list of badges") { node, context in
            var found: [(text: String, mark: Mark)] = []
            switch node.value {
            case .scalar(let text, _): found = text.split(separator: " ").map { (String($0), node.mark) }
            case .list(let nodes):
                for member in nodes {
                    if let badge = Form<String>.text.read(member, context) { found.append((badge.value, member.mark)) }
                }
            case .map, .nothing:
                context.report(
                    at: node.mark, "\(node.description) stands where badges belong",
                    hint: "write a list of badge numbers")
                return nil
            }
            for badge in found {
                if badge.text.utf8.count > 64 || badge.text.contains(where: \.isWhitespace) {
                    context.report(
                        at: badge.mark, "\"\(badge.text.shortened)\" is not a badge",
                        hint: "write it as the device gives it: at most 64 characters, no blanks")
                }
                context.define(.badge, badge.text, at: badge.mark)
            }
            return (found.map(\.text), .array(found.map { .string($0.text) }))
        }
    }
}

extension Form where Value == Place {
    static var place: Form {
        map("a place") { reader in
            let id = reader.require("id", .newID(.place))
            let name = reader.read("name", .text)
            return id.map { Place(id: $0, name: name ?? $0) }
        }
    }
}

extension Form where Value == Travel {
    /// A way between two different places; the way back need not be given.
    static var travel: Form {
        map("a way between places") { reader in
            let from = reader.require("from", .known(.place))
            let to = reader.require("to", .known(.place))
            let time = reader.require("at_least", .span)
            guard let from, let to, let time else { return nil }
            if from == to {
                reader.context.report(
                    at: reader.mark(of: "to"), "a way from \(from) to itself", hint: "name two different places")
            }
            return Travel(from: from, to: to, atLeast: time)
        }
    }
}
