import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `punch.unknown_badge`: a punch of a badge that belongs to nobody; cleared when it is given to a person.
struct UnknownBadges: Sendable {
    static let code = "punch.unknown_badge"

    func hear(_ punch: Fact.Punch, sequence: Int64, desk: inout AlertDesk, into findings: inout Findings) {
        let (badge, device) = (punch.badge, desk.site.called(device: punch.device))
        desk.raise(
            Alarm(
                code: Self.code, subject: badge, evidence: [sequence],
                rule: .rule(measured: .string(badge), limit: .string("a badge of a person"), from: "site file")
            ) { language in
                language == .chinese
                    ? "卡号 \(badge) 不属于任何人，却在 \(device) 打卡"
                    : "Badge \(badge) belongs to nobody and was used at \(device)"
            }, into: &findings)
    }

    /// Another site file: the badges that it gives to a person are known.
    func apply(desk: inout AlertDesk, into findings: inout Findings) {
        for alert in desk.book.all where alert.code == Self.code && desk.site.badges[alert.subject] != nil {
            desk.book.clear(Self.code, about: alert.subject, reason: "given-to-a-person", into: &findings)
        }
    }
}
