import AttendanceModule
public import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import HazardsModule
import IncentivesModule
import PatrolModule

/// What an evaluation comes to: the one JSON object that `gatehouse evaluate` prints.
public struct EvaluationReport: Sendable {
    /// The members in their order: `attendance`, `unscheduled`, `rounds`, `hazards`, `alerts`, `kpis`, `checks`,
    /// `incentives`, `coefficients`, `shares`.
    public let json: JSONValue

    init(_ evaluation: Evaluation, openedBy opened: Moment, stop: Moment, eventID: (Int64) -> String) {
        let (site, modules) = (evaluation.site, evaluation.house.modules)
        let closing = min(evaluation.start, stop)...stop
        var members: [JSONValue.Member] = []
        if let attendance = modules.lazy.compactMap({ $0 as? AttendanceModule }).first {
            let rows = attendance.rows(openedBy: opened, closingIn: closing)
            members.append(.init("attendance", .array(rows.map { $0.evaluationRow(in: site.zone) })))
            let unscheduled = attendance.unscheduled.map { punch -> JSONValue in
                [
                    "person": .string(punch.person), "time": .time(punch.time, in: site.zone),
                    "event": .string(eventID(punch.sequence)),
                ]
            }
            members.append(.init("unscheduled", .array(unscheduled)))
        }
        if let patrol = modules.lazy.compactMap({ $0 as? PatrolModule }).first {
            let rounds = patrol.rounds(closing: closing).filter { $0.start <= opened }
            members.append(.init("rounds", .array(rounds.map(\.evaluationRow))))
        }
        if let hazards = modules.lazy.compactMap({ $0 as? HazardsModule }).first {
            let rows = hazards.rows(asOf: stop).sorted { ($0.opened, $0.hazard) < ($1.opened, $1.hazard) }
            members.append(.init("hazards", .array(rows.map { $0.evaluationRow(in: site.zone) })))
        }
        members.append(.init("alerts", Self.alerts(evaluation.alerts, site.zone, eventID)))
        members.append(.init("kpis", Self.figures(modules, asOf: stop, openedBy: opened)))
        if let pay = modules.lazy.compactMap({ $0 as? IncentivesModule }).first {
            members += Self.pay(pay, asOf: stop)
        }
        json = .object(members)
    }

    private static func alerts(_ history: AlertHistory, _ zone: Zone, _ eventID: (Int64) -> String) -> JSONValue {
        let rows = history.rows.sorted { ($0.raised, $0.code, $0.subject) < ($1.raised, $1.code, $1.subject) }
        return .array(
            rows.map { row in
                [
                    "code": .string(row.code), "subject": .string(row.subject), "raised": .time(row.raised, in: zone),
                    "cleared": row.cleared.map { .time($0, in: zone) } ?? .null,
                    // What a module found has no place in the file.
                    "evidence": .array(row.evidence.map(eventID).filter { !$0.isEmpty }.map { .string($0) }),
                ]
            })
    }

    private static func figures(_ modules: [any Module], asOf moment: Moment, openedBy opened: Moment) -> JSONValue {
        let figures = modules.flatMap { module in
            if let attendance = module as? AttendanceModule {
                return attendance.figures(asOf: moment, openedBy: opened)
            }
            // A hazard figure of a quarter or a year is there only for whoever pays by it.
            return module.figures(asOf: moment).filter { !(module is HazardsModule) || $0.period.utf8.count == 7 }
        }
        return .array(figures.sorted { $0.key < $1.key }.map(\.evaluationRow))
    }

    private static func pay(_ module: IncentivesModule, asOf moment: Moment) -> [JSONValue.Member] {
        let checks = module.checks(asOf: moment).map { check -> JSONValue in
            [
                "kpi": .string(check.kpi), "with": .string(check.with),
                "correlation": .optional(check.correlation), "says": .string(check.says.rawValue),
            ]
        }
        let statements = module.statements(asOf: moment).map { statement -> JSONValue in
            [
                "incentive": .string(statement.incentive), "department": .optional(statement.department),
                "period": .string(statement.period), "amount": .string(statement.amount),
                "formula": .string(statement.formula),
            ]
        }
        let table = module.coefficients(asOf: moment)
        func object(_ values: [String: String?]) -> JSONValue {
            .object(values.sorted { $0.key < $1.key }.map { .init($0.key, .optional($0.value)) })
        }
        return [
            .init("checks", .array(checks)), .init("incentives", .array(statements)),
            .init(
                "coefficients",
                [
                    "positions": object(table.positions.mapValues { $0 }), "departments": object(table.departments),
                    "people": object(table.people),
                ]),
            .init("shares", object(module.shares(asOf: moment).mapValues { $0 })),
        ]
    }
}

extension JSONValue {
    /// RFC 3339 with the site's offset and milliseconds.
    static func time(_ moment: Moment, in zone: Zone) -> JSONValue {
        .string(Timestamp(moment, in: zone).text)
    }
}

extension AttendanceRow {
    fileprivate func evaluationRow(in zone: Zone) -> JSONValue {
        [
            "person": .string(person), "date": .string(date.text), "shift": .optional(shift),
            "status": .array(status.map { .string($0) }), "in": arrival.map { .time($0, in: zone) } ?? .null,
            "out": departure.map { .time($0, in: zone) } ?? .null, "lateMinutes": .integer(lateMinutes),
            "earlyMinutes": .integer(earlyMinutes), "workedMinutes": .integer(workedMinutes),
            "leaveMinutes": .integer(leaveMinutes), "overtime": KPIFigure.json(overtime),
        ]
    }
}

extension RoundReport {
    fileprivate var evaluationRow: JSONValue {
        func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
        return [
            "round": .string(round), "status": .string(status.rawValue), "required": .integer(required),
            "visited": list(visited), "late": list(late), "missed": list(missed), "waived": list(waived),
            "unproven": list(unproven), "outOfOrder": list(outOfOrder), "suspect": list(suspect),
            "guards": list(guards.sorted()),
        ]
    }
}

extension HazardRow {
    fileprivate func evaluationRow(in zone: Zone) -> JSONValue {
        [
            "hazard": .string(hazard), "severity": .string(severity), "state": .string(state),
            "opened": .time(opened, in: zone), "deadline": .time(deadline, in: zone),
            "closed": closed.map { .time($0, in: zone) } ?? .null, "onTime": isOnTime.map { .bool($0) } ?? .null,
            "repeats": .optional(repeats),
        ]
    }
}

extension KPIFigure {
    fileprivate var evaluationRow: JSONValue {
        var members: [JSONValue.Member] = [
            .init("kpi", .string(kpi)), .init("department", .optional(department)), .init("period", .string(period)),
        ]
        if let person { members.append(.init("person", .string(person))) }
        members += [
            .init("numerator", .number(numerator.text)), .init("denominator", .number(denominator.text)),
            .init("value", .optional(value?.rounded(to: 6))),
        ]
        if let byRate { members.append(.init("byRate", Self.json(byRate))) }
        return .object(members)
    }
}
