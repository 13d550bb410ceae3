import Foundation
import GatehouseModel
import GatehouseRules
import GatehouseSite
import GatehouseWireKit

/// The site file of the demo's plant, and the key beside it.
struct DemoSite: Sendable {
    /// The key of the card readers' secure channel.
    static let lineKey = (name: "door-key", bytes: (0..<16).map { UInt8($0 * 13 + 1) })

    let folder: String
    let language: Site.Language
    let day: DemoDay

    var path: String { "\(folder)/site.yaml" }

    /// Writes both files.
    /// - Parameter matches: How the gateway finds the device of each port, by the port's name.
    func write(matches: [String: String]) throws {
        try Data(text(matches).utf8).write(to: URL(filePath: path))
        let secrets = "\(folder)/secrets.yaml"
        try Data("\(Self.lineKey.name): \"\(Hex.text(Self.lineKey.bytes))\"\n".utf8).write(to: URL(filePath: secrets))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secrets)
    }

    private func text(_ matches: [String: String]) -> String {
        """
        site: demo
        name: \(DemoText("示范工厂", "Demo plant").in(language))
        timezone: \(day.zone.name)
        language: \(language.rawValue)
        departments:
        \(rows(DemoPeople.departments.map { named($0.id, $0.name) }))
        people:
        \(rows(people))
        places:
        \(rows(DemoPeople.places.map { named($0.id, $0.name) }))
        devices:
        \(rows(devices(matches)))
        shifts:
          - { id: day, name: \(DemoText("白班", "Day").in(language)), start: "08:00", end: "17:00", grace_in: 5m,
              opens_before: 90m, closes_after: 45m, breaks: [ { from: "12:00", to: "13:00" } ] }
        # Today only: the plant is left alone afterwards, and nobody is missed tomorrow.
        schedule:
          - { people: [\(DemoPeople.all.map(\.id).joined(separator: ", "))], from: \(day.date.text),
              to: \(day.date.text), cycle: [day] }
        checkpoints:
        \(rows(DemoPeople.checkpoints.map { named($0.id, $0.name, ", place: \($0.place)") }))
        conditions:
          - { id: normal, name: \(DemoText("正常", "in order").in(language)) }
          - { id: blocked, name: \(DemoText("通道堵塞", "passage blocked").in(language)), hazard: general }
        routes:
          - { id: fire, name: \(DemoText("消防巡检", "Fire round").in(language)), checkpoints: [CP01, CP02, CP03, CP04],
              starts: { at: ["09:00", "11:00", "14:30"] }, duration: 30m, tolerance: 15m,
              guards: { department: security }, devices: [patrol-scanner] }
          - { id: yard, name: \(DemoText("库区巡检", "Yard round").in(language)), checkpoints: [CP11, CP12, CP13],
              starts: { at: ["15:30"] }, duration: 30m, tolerance: 45m,
              guards: { department: security }, devices: [yard-scanner] }
        hazards:
          general: { deadline: 8h }
        # While a question is on its way to a clock, minutes of so fast a day may pass.
        patrol: { condition_window: 10m }
        alerts: { device.clock_drift: { limit: 4m } }

        """
    }

    private var people: [String] {
        DemoPeople.all.map { person in
            named(
                person.id, person.name,
                ", department: \(person.department), badges: [\"\(person.badge)\", \"\(person.card)\"]")
        }
    }

    private func devices(_ matches: [String: String]) -> [String] {
        DemoStation.all.flatMap { station in
            station.entries.map { entry in
                "{ id: \(entry.id), driver: \(entry.driver), match: { \(matches[station.name] ?? "") }, "
                    + "place: \(entry.place), role: \(entry.role)\(entry.more.isEmpty ? "" : ", \(entry.more)") }"
            }
        }
    }

    private func named(_ id: String, _ name: DemoText, _ more: String = "") -> String {
        "{ id: \(id), name: \(name.in(language))\(more) }"
    }

    private func rows(_ rows: [String]) -> String { rows.map { "  - \($0)" }.joined(separator: "\n") }
}
