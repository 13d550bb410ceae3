public import GatehouseModel
public import GatehouseRules

/// How much an alert matters; the raw value is the word in the event.
public enum AlertSeverity: String, Hashable, Sendable, CaseIterable {
    case info, warning, critical
}

/// An alert that is to be raised.
public struct Alarm: Sendable {
    /// As alerts.md has it: `patrol.missed`.
    public var code: String
    /// What the key says beside the code; the subject, where nothing else is said: `E1001+2026-11-02+day`.
    public var about: String
    /// Whom or what it is about.
    public var subject: String
    public var severity: AlertSeverity
    /// The sequences of the events that show it; empty where the evidence is an absence.
    public var evidence: [Int64]
    /// What was compared: the measured value, the limit, where the limit came from.
    public var rule: JSONValue
    /// In the site's language, made when it is needed.
    public var message: @Sendable (Site.Language) -> String

    public init(
        code: String, about: String? = nil, subject: String, severity: AlertSeverity = .warning,
        evidence: [Int64] = [], rule: JSONValue, message: @escaping @Sendable (Site.Language) -> String
    ) {
        self.code = code
        self.about = about ?? subject
        self.subject = subject
        self.severity = severity
        self.evidence = evidence
        self.rule = rule
        self.message = message
    }

    /// `<code>:<about>`.
    public var key: String { Self.key(code, about) }

    public static func key(_ code: String, _ about: String) -> String { "\(code):\(about)" }
}

/// What happened to an alert, for those who print alerts without a journal.
public enum AlertTurn: Hashable, Sendable {
    case raised(id: String, code: String, subject: String, evidence: [Int64])
    case cleared(id: String, evidence: [Int64])
}

/// An alert that stands.
public struct StandingAlert: Hashable, Sendable {
    public var id: String
    public var key: String
    public var code: String
    public var subject: String
    public var raised: Moment
    /// All of it so far, in the order in which it came.
    public var evidence: [Int64]

    fileprivate mutating func add(_ more: [Int64], atMost limit: Int) {
        for sequence in more where evidence.count < limit {
            // An event is evidence once, however often it is judged.
            if !evidence.contains(sequence) { evidence.append(sequence) }
        }
    }
}

/// The alerts of one module: each raised once for its key while it lasts, and cleared when it no longer holds.
///
/// A module puts `nextDeadline` among its own deadlines and calls `reach` for it: alerts that hold until the next day
/// are cleared there.
public struct AlertBook: Sendable {
    /// More evidence than this is counted but not kept.
    static let evidenceLimit = 2_000

    private var standing: [String: StandingAlert] = [:]
    /// How many stand of each code. Most questions are about a code of which none does.
    private var numbers: [String: Int] = [:]
    private var expiries = Agenda<String>()
    private var rules: [String: AlertRule] = [:]
    private var language = Site.Language.english
    private var zone = Zone.utc

    public init() {}

    /// The rules that hold from now on. What stands and is turned off now is cleared.
    public mutating func apply(_ site: Site, into findings: inout Findings) {
        rules = site.alerts
        language = site.language
        zone = site.zone
        for key in standing.keys.sorted() {
            if let alert = standing[key], isOff(alert.code) { clear(key: key, reason: "turned-off", into: &findings) }
        }
    }

    /// Whether the site file turns the code off.
    public func isOff(_ code: String) -> Bool { rules[code] == .off }

    /// A limit of a code: what the site file says, else the standard, and which of the two it is.
    public func limit(_ code: String, _ name: String, standard: Duration) -> (value: Duration, from: String) {
        if case .limits(let limits) = rules[code], case .duration(let value) = limits[name] {
            return (value, "site file")
        }
        return (standard, "default")
    }

    /// A number that a code is limited by.
    public func limit(_ code: String, _ name: String, standard: Int) -> (value: Int, from: String) {
        if case .limits(let limits) = rules[code], case .count(let value) = limits[name] { return (value, "site file") }
        return (standard, "default")
    }

    /// A number of bytes that a code is limited by.
    public func limit(_ code: String, _ name: String, standard: Int64) -> (value: Int64, from: String) {
        if case .limits(let limits) = rules[code], case .size(let value) = limits[name] { return (value, "site file") }
        return (standard, "default")
    }

    /// A percentage that a code is limited by: 90 is 90 %.
    public func limit(_ code: String, _ name: String, standard: ExactDecimal) -> (value: ExactDecimal, from: String) {
        if case .limits(let limits) = rules[code], case .percentage(let value) = limits[name] {
            return (value, "site file")
        }
        return (standard, "default")
    }

    /// The alert that stands under that code and key; nil when there is none.
    public func standing(_ code: String, about: String) -> StandingAlert? {
        numbers[code] == nil ? nil : standing[Alarm.key(code, about)]
    }

    /// Every alert that stands, by key.
    public var all: [StandingAlert] { standing.values.sorted { $0.key < $1.key } }

    /// Raises an alert at the clock's time; one that stands under the same key gets the evidence, nothing else. A code
    /// that is turned off does nothing. With `nextDay` it is cleared at the next 00:00 at the site, counted from when
    /// it was raised.
    public mutating func raise(_ alarm: Alarm, nextDay: Bool = false, into findings: inout Findings) {
        guard !isOff(alarm.code) else { return }
        let key = alarm.key
        if standing[key] != nil {
            add(alarm.evidence, to: key)
            return
        }
        let raised = findings.clock
        let id = findings.id(ofNext: "alert.raised", subject: alarm.subject)
        standing[key] = StandingAlert(
            id: id, key: key, code: alarm.code, subject: alarm.subject, raised: raised, evidence: alarm.evidence)
        numbers[alarm.code, default: 0] += 1
        if nextDay { expiries.set(key, at: Deadline(zone.startOfDay(CalendarDay(raised, in: zone).adding(1)))) }
        let language = language
        findings.say(
            "alert.raised", subject: alarm.subject,
            alert: .raised(id: id, code: alarm.code, subject: alarm.subject, evidence: alarm.evidence)
        ) {
            [
                "alert": .string(id), "key": .string(key), "code": .string(alarm.code),
                "severity": .string(alarm.severity.rawValue), "subject": .string(alarm.subject),
                "message": .string(alarm.message(language)),
                "evidence": .sequences(alarm.evidence), "rule": alarm.rule,
            ]
        }
    }

    /// Whether nothing is left to be raised: the alert stands, and what shows it too is added, or its code is turned
    /// off. Asked first where the alarm takes some making.
    public mutating func knows(_ code: String, about: String, adding evidence: [Int64]) -> Bool {
        if isOff(code) { return true }
        guard numbers[code] != nil else { return false }
        let key = Alarm.key(code, about)
        guard standing[key] != nil else { return false }
        add(evidence, to: key)
        return true
    }

    /// Events that show it too; nothing happens where no such alert stands.
    public mutating func add(_ evidence: [Int64], to key: String) {
        standing[key]?.add(evidence, atMost: Self.evidenceLimit)
    }

    /// It no longer holds; nothing happens where no such alert stands.
    public mutating func clear(_ code: String, about: String, reason: String, into findings: inout Findings) {
        guard numbers[code] != nil else { return }
        clear(key: Alarm.key(code, about), reason: reason, into: &findings)
    }

    private mutating func clear(key: String, reason: String, into findings: inout Findings) {
        guard let alert = standing.removeValue(forKey: key) else { return }
        let left = (numbers[alert.code] ?? 1) - 1
        numbers[alert.code] = left > 0 ? left : nil
        expiries.cancel(key)
        findings.say(
            "alert.cleared", subject: alert.subject, alert: .cleared(id: alert.id, evidence: alert.evidence)
        ) {
            [
                "alert": .string(alert.id), "key": .string(key), "reason": .string(reason),
                "evidence": .sequences(alert.evidence),
            ]
        }
    }

    /// When the next alert is cleared by the clock.
    public var nextDeadline: Deadline? { expiries.next }

    /// The alerts that end by the clock at this deadline are cleared.
    public mutating func reach(_ deadline: Deadline, into findings: inout Findings) {
        while let key = expiries.pop(through: deadline) {
            clear(key: key, reason: "next-day", into: &findings)
        }
    }
}

extension AlertBook: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(standing, expiries)
    }

    /// The rules are not in it: the module applies its site again, which clears nothing that was not turned off.
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init()
        (standing, expiries) = try unpacker.values()
        for alert in standing.values { numbers[alert.code, default: 0] += 1 }
    }

    /// The rules of the site with which the book was packed, after unpacking.
    public mutating func resume(_ site: Site) {
        rules = site.alerts
        language = site.language
        zone = site.zone
    }
}

extension StandingAlert: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(id, key, code, subject, raised, evidence)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (id, key, code, subject, raised, evidence) = try unpacker.values()
    }
}
