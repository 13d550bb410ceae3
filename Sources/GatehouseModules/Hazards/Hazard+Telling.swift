import GatehouseModel

/// What events tell of a hazard.
extension Hazard {
    /// The data of `hazard.opened`.
    func openedData(in zone: Zone) -> JSONValue {
        .object(
            named + whereabouts + [
                .init("description", .optional(origin.description)), .init("by", .optional(origin.by)),
                .init("opened", .time(origin.opened, zone)), .init("deadline", .time(deadline, zone)),
                .init("repeats", .optional(origin.repeats)),
            ])
    }

    /// The data of `hazard.overdue`.
    func overdueData(at clock: Moment, in zone: Zone) -> JSONValue {
        .object(
            named + whereabouts + [
                .init("state", .string(state.rawValue)), .init("assignee", .optional(assignee)),
                .init("opened", .time(origin.opened, zone)),
                .init("deadline", .time(deadline, zone)), .init("firstDeadline", .time(firstDeadline, zone)),
                .init("timesMoved", .integer(timesMoved)), .init("reminder", .integer(reminders)),
                .init("minutesOverdue", .integer(max(clock.milliseconds - deadline.milliseconds, 0) / 60_000)),
            ])
    }

    /// The data of `hazard.closed`.
    func closedData(in zone: Zone) -> JSONValue {
        .object(
            named + whereabouts + [
                .init("submitter", .optional(submitter)), .init("verifier", .optional(closing?.by)),
                .init("opened", .time(origin.opened, zone)),
                .init("closed", closing.map { .time($0.moment, zone) } ?? .null),
                .init("deadline", .time(deadline, zone)), .init("firstDeadline", .time(firstDeadline, zone)),
                .init("timesMoved", .integer(timesMoved)), .init("onTime", isOnTime.map { .bool($0) } ?? .null),
                .init("sightings", .integer(sightings)), .init("repeats", .optional(origin.repeats)),
                .init(
                    "minutes",
                    [
                        "reported": .integer(minutes(in: .reported)), "assigned": .integer(minutes(in: .assigned)),
                        "submitted": .integer(minutes(in: .submitted)),
                    ]),
            ])
    }

    private var named: [JSONValue.Member] {
        [.init("hazard", .string(id)), .init("severity", .string(origin.severity))]
    }

    private var whereabouts: [JSONValue.Member] {
        [
            .init("checkpoint", .optional(origin.spot.checkpoint)), .init("place", .optional(origin.spot.place)),
            .init("condition", .optional(origin.spot.condition)),
        ]
    }
}

extension JSONValue {
    fileprivate static func time(_ moment: Moment, _ zone: Zone) -> JSONValue {
        .string(Timestamp(moment, in: zone).text)
    }
}
