import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension SiteIndex {
    /// Name and id of a person, as the messages have them; the id alone where the site has no such person.
    func called(person id: String) -> String {
        guard let name = people[id]?.name, !name.isEmpty, name != id else { return id }
        return "\(name) (\(id))"
    }

    /// A device, and the place where it hangs.
    func called(device id: String) -> String {
        guard let place = devices[id]?.place, let name = site.places.first(where: { $0.id == place })?.name else {
            return id
        }
        return "\(id) (\(name))"
    }
}

extension Duration {
    /// As the messages have it: `4 min 30 s`; milliseconds only below a minute.
    var spoken: String {
        let all = abs(wholeMilliseconds)
        let sign = wholeMilliseconds < 0 ? "-" : ""
        if all < 60_000 { return "\(sign)\(Self.decimal(all, of: 1000)) s" }
        let seconds = (all + 500) / 1000
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
        return sign + parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    /// Seconds as a JSON number.
    var secondsJSON: JSONValue {
        let all = wholeMilliseconds
        return .number((all < 0 ? "-" : "") + Self.decimal(abs(all), of: 1000))
    }

    private static func decimal(_ value: Int64, of unit: Int64) -> String {
        let rest = value % unit
        guard rest > 0 else { return String(value / unit) }
        var digits = String(rest + unit).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(value / unit).\(digits)"
    }
}

extension Double {
    /// Rounded half up to one decimal: what people and rules are shown.
    var oneDecimal: String {
        guard isFinite, magnitude < 1e15 else { return "0" }
        let tenths = Int64((magnitude * 10).rounded())
        let sign = self < 0 && tenths > 0 ? "-" : ""
        return "\(sign)\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)")
    }
}

extension Zone {
    /// `08:05` on the site's wall clock.
    func clockText(_ moment: Moment) -> String {
        String(local(at: moment).text.dropFirst(11).prefix(5))
    }
}

extension JSONValue {
    /// What was compared, for an alert's `rule`.
    static func rule(measured: JSONValue, limit: JSONValue, unit: String? = nil, from: String) -> JSONValue {
        var members: [Member] = [.init("measured", measured), .init("limit", limit)]
        if let unit { members.append(.init("unit", .string(unit))) }
        members.append(.init("from", .string(from)))
        return .object(members)
    }
}
