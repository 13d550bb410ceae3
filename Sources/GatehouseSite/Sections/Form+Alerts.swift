import GatehouseModel
import GatehouseRules

/// The alert codes and the limits that a site may set for each.
enum AlertCodes {
    /// What kind of value a limit is.
    enum Kind {
        case duration, percentage, count, size
    }

    /// By code, then by the limit's key. A code without limits can only be turned off.
    static let limits: [String: [String: Kind]] = [
        "device.offline": ["after": .duration],
        "device.silent": ["after": .duration],
        "device.flood": ["limit": .count, "after": .duration, "clear_after": .duration],
        "device.clock_drift": ["limit": .duration],
        "device.clock_rollback": ["limit": .duration, "clear_after": .duration],
        "device.log_nearly_full": ["limit": .percentage, "clear_below": .percentage],
        "device.unmanaged": [:],
        "device.bad_frames": [
            "limit": .percentage, "at_least": .count, "within": .duration, "clear_below": .percentage,
        ],
        "punch.unknown_badge": [:],
        "punch.off_schedule": [:],
        "punch.future_time": ["limit": .duration],
        "punch.impossible_travel": [:],
        "punch.buddy": [:],
        "attendance.no_show": [:],
        "attendance.late": [:],
        "attendance.missing_punch": [:],
        "attendance.long_shift": ["limit": .duration],
        "attendance.short_rest": ["limit": .duration],
        "attendance.weekly_hours": [:],
        "coverage.below": ["after": .duration],
        "scan.forged_code": [:],
        "scan.unknown_code": [:],
        "scan.stray_condition": [:],
        "scan.unknown_guard": [:],
        "scan.too_fast": [:],
        "scan.cloned_rounds": [:],
        "scan.out_of_order": [:],
        "patrol.missed": [:],
        "patrol.round_missed": [:],
        "hazard.overdue": [:],
        "hazard.repeat": [:],
        "hazard.invalid_step": [:],
        "kpi.below_target": [:],
        "formula.warning": [:],
        "count.unusual": [:],
        "gateway.disk_low": ["limit": .percentage, "size": .size],
        "gateway.disk_full": [:],
        "gateway.site_file": [:],
    ]
}

extension Form where Value == [String: AlertRule] {
    /// Alert codes, each to `off` or to a map of its limits.
    static var alerts: Form {
        map("alerts") { reader in
            var rules: [String: AlertRule] = [:]
            for code in AlertCodes.limits.keys.sorted() {
                guard reader.has(code), let limits = AlertCodes.limits[code] else { continue }
                rules[code] = reader.read(code, .alertRule(code: code, limits: limits))
            }
            return rules
        }
    }
}

extension Form where Value == AlertRule {
    /// What may be said of one code, by the limits that it has.
    fileprivate static func alertRule(code: String, limits: [String: AlertCodes.Kind]) -> Form {
        let map = Form.map("the alert \(code)") { reader in
            var values: [String: AlertRule.Limit] = [:]
            for key in limits.keys.sorted() {
                if let kind = limits[key], let value = reader.read(key, .limit(kind)) { values[key] = value }
            }
            return .limits(values)
        }
        return Form(what: "off, or a map of limits") { node, context in
            if case .scalar(let text, _) = node.value {
                if Form<Bool>.value(of: text) == false { return (.off, "off") }
                context.report(
                    at: node.mark, "\(node.description) is neither off nor a map of limits",
                    hint: limits.isEmpty
                        ? "\(code) has no limits: write off, or take it out"
                        : "write off, or { \(limits.keys.sorted().joined(separator: ": …, ")): … }")
                return nil
            }
            return map.read(node, context)
        }
    }
}

extension Form where Value == AlertRule.Limit {
    fileprivate static func limit(_ kind: AlertCodes.Kind) -> Form {
        switch kind {
        case .duration: Form(of: .span) { .duration($0) }
        case .percentage: Form(of: .percentage) { .percentage($0) }
        case .count: Form(of: .count(1...1_000_000)) { .count($0) }
        case .size: Form(of: .size) { .size($0) }
        }
    }
}

extension Form {
    /// A form that is written as another and means something else.
    init<Inner>(of inner: Form<Inner>, _ convert: @escaping (Inner) -> Value) {
        self.init(what: inner.what) { node, context in
            inner.read(node, context).map { (convert($0.value), $0.json) }
        }
    }
}
