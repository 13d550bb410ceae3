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
    let zone = Site.default.zone

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
        let people = DemoPeople.all.map { person in
            "{ id: \(person.id), name: \(person.name), "
                + "badges: [\"\(person.badge)\", \"\(DemoPeople.card(of: person.badge))\"] }"
        }
        let devices = DemoStation.all.flatMap { station in
            station.entries.map { entry in
                "{ id: \(entry.id), driver: \(entry.driver), match: { \(matches[station.name] ?? "") }, "
                    + "role: \(entry.role)\(entry.more.isEmpty ? "" : ", \(entry.more)") }"
            }
        }
        let checkpoints = DemoPeople.checkpoints.map { "{ id: \($0.id), name: \($0.name), code: \($0.code) }" }
        return """
            site: demo
            name: 示范工厂
            timezone: \(zone.name)
            people:
            \(rows(people))
            devices:
            \(rows(devices))
            checkpoints:
            \(rows(checkpoints))

            """
    }

    private func rows(_ rows: [String]) -> String { rows.map { "  - \($0)" }.joined(separator: "\n") }
}
