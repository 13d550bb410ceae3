import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The site in force. A class, because every scan asks it several things, and a site is a large value to pass around.
final class PatrolGround: Sendable {
    let index: SiteIndex
    let zone: Zone
    let rules: PatrolRules

    init(_ site: Site) {
        index = SiteIndex(site)
        zone = site.zone
        rules = site.patrol
    }

    func place(of checkpoint: String) -> String? { index.checkpoints[checkpoint]?.place }

    /// `1号消防栓 (CP01)`.
    func named(checkpoint id: String) -> String { Self.named(index.checkpoints[id]?.name, id) }

    func named(person id: String) -> String { Self.named(index.people[id]?.name, id) }

    private static func named(_ name: String?, _ id: String) -> String {
        guard let name, name != id else { return id }
        return "\(name) (\(id))"
    }
}
