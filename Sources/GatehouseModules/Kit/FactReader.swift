public import GatehouseModel
public import GatehouseRules

/// Reads events of the journal for the modules.
public struct FactReader: Sendable {
    /// Reads the JSON of a `site.updated`; nil where it is none. Handed in, because reading a site file is not the
    /// modules' business.
    private let readSite: @Sendable (JSONValue) -> Site?

    public init(readSite: @escaping @Sendable (JSONValue) -> Site?) {
        self.readSite = readSite
    }

    /// A stored event. What is no JSON (it cannot be, unless the journal was tampered with) is `other`.
    public func fact(_ recorded: Recorded) -> Fact {
        let json = (try? JSONValue(parsing: recorded.body)) ?? .null
        return fact(json, topic: recorded.topic, sequence: recorded.sequence, received: recorded.recorded)
    }

    /// A CloudEvent that has been parsed.
    public func fact(_ json: JSONValue, topic: Topic, sequence: Int64, received: Moment) -> Fact {
        let time = json["time"]?.text.flatMap { Timestamp($0)?.moment } ?? received
        let subject = json["subject"]?.text ?? ""
        return Fact(
            sequence: sequence, id: json["id"]?.text ?? "", source: json["source"]?.text ?? "", topic: topic,
            subject: subject, time: time, received: received,
            content: json["data"].flatMap { content($0, topic: topic, subject: subject) } ?? .other)
    }

    /// A CloudEvent that has been read. One that does not say when it happened did so when it was received.
    public func fact(_ event: EventReading, sequence: Int64, received: Moment) -> Fact {
        Fact(
            sequence: sequence, id: event.id, source: event.source, topic: event.topic, subject: event.subject,
            time: event.time?.moment ?? received, received: received,
            content: content(event.data, topic: event.topic, subject: event.subject) ?? .other)
    }

    private func content(_ data: JSONValue, topic: Topic, subject: String) -> Fact.Content? {
        switch topic.rawValue {
        case "punch.recorded": punch(data)
        case "scan.recorded": scan(data)
        case "device.connected":
            data["device"]?.text.map { .connected(device: $0, driver: data["driver"]?.text ?? "") }
        case "device.disconnected":
            data["device"]?.text.map { .disconnected(device: $0, reason: data["reason"]?.text ?? "") }
        case "device.faulted":
            data["device"]?.text.map { .faulted(device: $0, code: data["code"]?.text ?? "") }
        case "device.clock": clock(data)
        case "device.synced": synced(data)
        case "site.updated": data["site"].flatMap(readSite).map { .site($0) }
        case "schedule.assigned": assignment(data)
        case "leave.granted": leave(data)
        case "leave.cancelled": data["leave"]?.text.map { .leaveCancelled(leave: $0) }
        case "overtime.approved": overtime(data)
        case "punch.corrected": correction(data)
        case "visit.waived": waiver(data)
        case "incident.recorded": incident(data)
        case "measure.recorded": measure(data)
        case "alert.acknowledged":
            data["alert"]?.text.map {
                .acknowledged(alert: $0, by: data["by"]?.text ?? "", note: data["note"]?.text ?? "")
            }
        case "kpi.updated": KPIFigure(json: data).map { .figure($0) }
        case "attendance.closed": closedRecord(data)
        case "patrol.visited": visit(data)
        default: topic.rawValue.hasPrefix("hazard.") ? hazard(data, topic: topic) : noted(data)
        }
    }

    private func noted(_ data: JSONValue) -> Fact.Content? {
        let (department, person) = (data["department"]?.text, data["person"]?.text)
        return department == nil && person == nil ? nil : .noted(department: department, person: person)
    }

    private func punch(_ data: JSONValue) -> Fact.Content? {
        guard let device = data["device"]?.text, let badge = data["badge"]?.text else { return nil }
        let direction = data["direction"]?.text.flatMap(Fact.Direction.init(rawValue:)) ?? .unknown
        return .punch(
            Fact.Punch(device: device, badge: badge, direction: direction, method: data["method"]?.text ?? "unknown"))
    }

    private func scan(_ data: JSONValue) -> Fact.Content? {
        guard let device = data["device"]?.text, let code = data["code"]?.text else { return nil }
        return .scan(
            Fact.Scan(
                device: device, code: code, kind: data["kind"]?.text ?? "unknown", value: data["value"]?.text,
                authentic: data["authentic"]?.text ?? "unknown"))
    }

    private func clock(_ data: JSONValue) -> Fact.Content? {
        guard let device = data["device"]?.text, let offset = data["offsetMilliseconds"]?.integer else { return nil }
        return .clock(
            device: device, offset: .milliseconds(offset), corrected: data["corrected"]?.bool ?? false)
    }

    private func synced(_ data: JSONValue) -> Fact.Content? {
        guard let device = data["device"]?.text, let through = data["through"]?.moment else { return nil }
        return .synced(device: device, through: through)
    }

    private func assignment(_ data: JSONValue) -> Fact.Content? {
        guard let person = data["person"]?.text, let date = data["date"]?.text.flatMap({ CalendarDay($0) }) else {
            return nil
        }
        return .assigned(person: person, date: date, shift: data["shift"]?.text)
    }

    private func leave(_ data: JSONValue) -> Fact.Content? {
        guard let leave = data["leave"]?.text, let person = data["person"]?.text, let from = data["from"]?.moment,
            let to = data["to"]?.moment, from < to
        else { return nil }
        return .leave(Leave(id: leave, person: person, from: from, to: to, kind: data["kind"]?.text ?? ""))
    }

    private func overtime(_ data: JSONValue) -> Fact.Content? {
        guard let person = data["person"]?.text, let from = data["from"]?.moment, let to = data["to"]?.moment,
            from < to
        else { return nil }
        return .overtime(person: person, from: from, to: to)
    }

    private func correction(_ data: JSONValue) -> Fact.Content? {
        guard let person = data["person"]?.text else { return nil }
        let change: Fact.Correction.Change? =
            if let add = data["add"]?.moment { .add(add) } else { data["void"]?.text.map { .void($0) } }
        guard let change else { return nil }
        return .correction(
            Fact.Correction(
                person: person, change: change, reason: data["reason"]?.text ?? "", by: data["by"]?.text ?? ""))
    }

    private func waiver(_ data: JSONValue) -> Fact.Content? {
        guard let round = data["round"]?.text, let checkpoint = data["checkpoint"]?.text else { return nil }
        return .waived(
            round: round, checkpoint: checkpoint, reason: data["reason"]?.text ?? "", by: data["by"]?.text ?? "")
    }

    private func hazard(_ data: JSONValue, topic: Topic) -> Fact.Content? {
        guard let kind = Fact.HazardStep.Kind(rawValue: String(topic.rawValue.dropFirst("hazard.".count))) else {
            return nil
        }
        var step = Fact.HazardStep(kind: kind, hazard: data["hazard"]?.text, by: data["by"]?.text ?? "")
        guard kind == .reported || step.hazard != nil else { return nil }
        step.checkpoint = data["checkpoint"]?.text
        step.place = data["place"]?.text
        step.condition = data["condition"]?.text
        step.severity = data["severity"]?.text
        step.description = data["description"]?.text
        step.deadline = data["deadline"]?.moment
        step.to = data["to"]?.text
        step.note = data["note"]?.text
        step.reason = data["reason"]?.text
        return .hazard(step)
    }

    private func incident(_ data: JSONValue) -> Fact.Content? {
        guard let incident = data["incident"]?.text else { return nil }
        return .incident(
            Fact.Incident(
                incident: incident, severity: data["severity"]?.text, loss: data["loss"]?.decimal,
                department: data["department"]?.text))
    }

    private func measure(_ data: JSONValue) -> Fact.Content? {
        guard let measure = data["measure"]?.text, let value = data["value"]?.decimal else { return nil }
        return .measure(
            Fact.Measure(
                measure: measure, value: value, weight: data["weight"]?.decimal ?? .one,
                department: data["department"]?.text, period: data["period"]?.text))
    }

    private func visit(_ data: JSONValue) -> Fact.Content? {
        guard let round = data["round"]?.text, let route = data["route"]?.text,
            let checkpoint = data["checkpoint"]?.text, let time = data["time"]?.moment,
            let scan = data["scan"]?.sequence
        else { return nil }
        return .visited(
            Fact.Visit(
                round: round, route: route, checkpoint: checkpoint, guardPerson: data["guard"]?.text, time: time,
                scan: scan, isRevised: data["revised"]?.bool ?? false))
    }

    private func closedRecord(_ data: JSONValue) -> Fact.Content? {
        guard let person = data["person"]?.text, let date = data["date"]?.text.flatMap({ CalendarDay($0) }) else {
            return nil
        }
        let isLate = data["status"]?.elements?.contains("late") == true
        return .attendance(
            Fact.ClosedRecord(person: person, date: date, shift: data["shift"]?.text, isLate: isLate))
    }
}

extension JSONValue {
    /// The instant of an RFC 3339 text.
    fileprivate var moment: Moment? {
        text.flatMap { Timestamp($0)?.moment }
    }

    /// A JSON number, or a text, read as a decimal of at most 40 digits; nil where it is neither. An exponent is put
    /// into the digits.
    public var decimal: Fraction? {
        let written: String? = if case .number(let digits) = self { digits } else { text }
        guard let written, (1...48).contains(written.utf8.count) else { return nil }
        let parts = written.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
        guard (1...2).contains(parts.count), let mantissa = Fraction(decimal: parts[0]) else { return nil }
        guard parts.count == 2 else { return mantissa }
        guard let exponent = Int(parts[1]), (-18...18).contains(exponent) else { return nil }
        let power = Fraction(decimal: "1" + String(repeating: "0", count: abs(exponent))) ?? .one
        return exponent < 0 ? mantissa / power : mantissa * power
    }
}
