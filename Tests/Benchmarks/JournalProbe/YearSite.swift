import GatehouseModel

/// The site whose year is written: so many people in three shifts, and so many routes that are walked at night.
struct YearSite {
    let people: Int
    let routes: Int
    /// Its first day, as days since 1970.
    let firstDay: Int

    static let id = "year"
    static let departments = 10
    /// The last department walks the routes.
    static let guards = departments - 1
    static let checkpointsOfRoute = 12
    static let clocks = 50
    static let scanners = 10
    static let places = 5
    /// From when to when each shift is worked, in hours after midnight; the guards work at night.
    static let shifts: [(id: String, hours: Range<Int>)] = [("day", 8..<16), ("late", 16..<24), ("night", 20..<30)]
    /// The hours in which a round begins.
    static let rounds = [20, 22, 24, 26, 28]

    static func person(_ number: Int) -> String { "E\(10_000 + number)" }
    static func badge(_ number: Int) -> String { "\(10_000 + number)" }
    static func checkpoint(_ route: Int, _ place: Int) -> String { "CP\(route)-\(place)" }
    /// `SERIAL00007`.
    static func serial(_ clock: Int) -> String { "SERIAL" + String("0000\(clock)".suffix(5)) }
    static func department(of person: Int) -> Int { person % departments }
    static func shift(ofDepartment number: Int) -> Int { number == guards ? 2 : number < 7 ? 0 : 1 }

    /// The site file. JSON is YAML too.
    var json: JSONValue {
        [
            "site": .string(Self.id), "timezone": "Asia/Shanghai",
            "departments": list(0..<Self.departments) { ["id": .string("dep-\($0)")] },
            "people": list(0..<people) {
                [
                    "id": .string(Self.person($0)), "name": .string(Self.person($0)),
                    "department": .string("dep-\(Self.department(of: $0))"), "badges": [.string(Self.badge($0))],
                ]
            },
            "places": list(0..<Self.places) { ["id": .string("gate-\($0)")] },
            "devices": devices, "shifts": .array(Self.shifts.map(shift)),
            "schedule": list(0..<Self.departments) {
                [
                    "department": .string("dep-\($0)"), "from": .string(Self.date(firstDay - 7)),
                    "shift": .string(Self.shifts[Self.shift(ofDepartment: $0)].id),
                ]
            },
            "posts": [
                ["id": "guardroom", "shift": "night", "department": .string("dep-\(Self.guards)"), "required": 3]
            ],
            "checkpoints": list(0..<routes * Self.checkpointsOfRoute) { number in
                let (route, place) = number.quotientAndRemainder(dividingBy: Self.checkpointsOfRoute)
                let id = Self.checkpoint(route, place)
                return ["id": .string(id), "name": .string(id), "code": .string("XF-\(route)-\(place)")]
            },
            "routes": list(0..<routes, route),
        ]
    }

    private var devices: JSONValue {
        let clocks: [JSONValue] = (0..<Self.clocks).map {
            [
                "id": .string("clock-\($0)"), "driver": "zkteco-push", "match": ["serial": .string(Self.serial($0))],
                "role": "clock", "place": .string("gate-\($0 % Self.places)"), "memory": true,
            ]
        }
        let scanners: [JSONValue] = (0..<Self.scanners).map {
            [
                "id": .string("scanner-\($0)"), "driver": "memory-scanner",
                "match": ["tty": .string("/nowhere/scanner-\($0)")], "role": "patrol", "memory": true,
            ]
        }
        return .array(clocks + scanners)
    }

    private func shift(_ shift: (id: String, hours: Range<Int>)) -> JSONValue {
        func clock(_ hour: Int) -> JSONValue { .string("0\(hour == 24 ? 24 : hour % 24):00".suffix(5).description) }
        return [
            "id": .string(shift.id), "start": clock(shift.hours.lowerBound), "end": clock(shift.hours.upperBound),
            "grace_in": "5m",
        ]
    }

    private func route(_ number: Int) -> JSONValue {
        [
            "id": .string("route-\(number)"), "name": .string("route-\(number)"), "order": "any",
            "checkpoints": list(0..<Self.checkpointsOfRoute) { .string(Self.checkpoint(number, $0)) },
            "starts": ["every": "2h", "from": "20:00", "to": "05:00"], "duration": "40m", "tolerance": "10m",
            "guards": ["department": .string("dep-\(Self.guards)")],
            "devices": [.string("scanner-\(number % Self.scanners)")],
        ]
    }

    private func list(_ numbers: Range<Int>, _ item: (Int) -> JSONValue) -> JSONValue { .array(numbers.map(item)) }

    /// `2026-11-22`.
    static func date(_ day: Int) -> String {
        String(Timestamp(moment: Moment(seconds: Int64(day) * 86_400), offsetSeconds: 0).text.prefix(10))
    }
}
