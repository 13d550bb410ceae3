import GatehouseModel

/// A site on which every kind of figure comes about.
enum Plant {
    static let site: JSONValue = [
        "departments": [
            ["id": "security", "name": "Guards", "headcount": 10, "performance_pay": "10000.00"],
            ["id": "hr", "name": "Staff", "headcount": 30],
        ],
        "people": [
            [
                "id": "E1", "name": "Wang", "department": "security", "position": "guard", "badges": ["1001"],
                "base_pay": "5000",
            ],
            [
                "id": "E2", "name": "Li", "department": "hr", "position": "clerk", "badges": ["1002"],
                "base_pay": "4000",
            ],
        ],
        "places": [["id": "gate"]],
        "shifts": [["id": "day", "start": "08:00", "end": "17:00", "grace_in": "5m"]],
        "schedule": [
            ["department": "security", "from": "2026-11-02", "to": "2026-11-03", "cycle": ["day"]],
            ["department": "hr", "from": "2026-11-02", "to": "2026-11-03", "cycle": ["day"]],
        ],
        "posts": [["id": "front", "department": "security", "shift": "day", "required": 1]],
        "checkpoints": [
            ["id": "CP1", "name": "Hydrant", "place": "gate", "code": "XF1"],
            ["id": "CP2", "name": "Switch room", "place": "gate", "code": "XF2"],
        ],
        "conditions": [["id": "blocked", "name": "Blocked", "code": "N1", "hazard": "general"]],
        "routes": [
            [
                "id": "fire", "name": "Fire round", "checkpoints": ["CP1", "CP2"],
                "starts": ["at": ["10:00"]], "duration": "1h", "tolerance": "10m", "guards": ["department": "security"],
            ]
        ],
        "kpis": [
            [
                "id": "completion", "name": "Completion", "of": "patrol.completion", "department": "security",
                "better": "higher", "baseline": "70%",
            ],
            [
                "id": "onboarding", "name": "Onboarding", "measure": "onboarding.days", "department": "hr",
                "better": "lower",
                "baseline": 3,
            ],
        ],
        "incentives": [
            ["id": "rounds", "kind": "threshold", "kpi": "completion", "at": "50%", "pay": "10%"],
            ["id": "quick", "kind": "per_step", "kpi": "onboarding", "step": "10%", "pay": "100"],
            ["id": "saving", "kind": "share", "measure": "saving", "department": "hr", "share": "10%"],
            ["id": "safe", "kind": "none_in", "event": "incident.recorded", "department": "hr", "pay": "3000"],
        ],
        "coefficients": [
            "positions": [
                "factors": ["skill": 20], "top": .number("1.5"), "step": .number("0.1"), "floor": .number("1.0"),
                "points": ["guard": ["skill": 20], "clerk": ["skill": 10]],
            ],
            "departments": [
                [
                    "department": "hr",
                    "score": [["kpi": "onboarding", "company": 3, "weight": "100%", "ratio": "inverse"]],
                ]
            ],
            "people": ["weights": ["quality": "100%"], "late": ["more_than": 0, "add": .number("-0.05")]],
        ],
        "bonus": ["pool": "1000.00", "period": "year"],
    ]

    /// Two working days: E1 late on the first, E2 absent on the second; a round with one visit missed; a hazard put
    /// right; measures and an incident.
    static func twoDays() throws -> JournalStage {
        var stage = try JournalStage(site)
        try stage.punch("1002", at: "2026-11-02T07:55:00+08:00")
        try stage.punch("1001", at: "2026-11-02T08:20:00+08:00")
        try stage.punch("1001", at: "2026-11-02T08:20:30+08:00")
        try stage.scan("XF1", "CP1", at: "2026-11-02T10:05:00+08:00")
        try stage.hear(
            "hazard.reported", ["hazard": "H1", "checkpoint": "CP1", "severity": "general", "by": "E1"],
            at: "2026-11-02T11:00:00+08:00")
        try stage.hear("hazard.submitted", ["hazard": "H1", "by": "E1"], at: "2026-11-02T12:00:00+08:00")
        try stage.hear("hazard.verified", ["hazard": "H1", "by": "E2"], at: "2026-11-02T12:30:00+08:00")
        try stage.measures()
        try stage.punch("1001", at: "2026-11-02T17:00:00+08:00")
        try stage.punch("1002", at: "2026-11-02T17:05:00+08:00")
        try stage.punch("1001", at: "2026-11-03T07:58:00+08:00")
        try stage.punch("1001", at: "2026-11-03T17:02:00+08:00")
        try stage.pass(to: "2026-11-04T12:00:00+08:00")
        return stage
    }
}

extension JournalStage {
    fileprivate mutating func measures() throws {
        let time = "2026-11-02T13:00:00+08:00"
        for (value, weight) in [("2", "1"), ("2.5", "3")] {
            try hear(
                "measure.recorded",
                [
                    "measure": "onboarding.days", "value": .number(value), "weight": .number(weight),
                    "department": "hr",
                ], at: time)
        }
        try hear("measure.recorded", ["measure": "saving", "value": "1234.50", "department": "hr"], at: time)
        for person in ["E1", "E2"] {
            try hear("measure.recorded", ["measure": "quality", "value": .number("0.9")], subject: person, at: time)
        }
        try hear("incident.recorded", ["incident": "I1", "loss": "120.00", "department": "hr"], at: time)
    }
}
