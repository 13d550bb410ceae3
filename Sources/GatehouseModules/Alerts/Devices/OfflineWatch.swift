import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `device.offline`: a configured device is gone or has not answered for 60 s (`after`); cleared when it answers.
///
/// A device of which nothing was ever said is not offline. A device that the site file no longer has can never answer:
/// its alert is cleared with the file that drops it.
struct OfflineWatch: Sendable {
    static let code = "device.offline"

    /// The device is gone: in a while that is an alert.
    func gone(_ device: String, since: Moment, desk: inout AlertDesk, clock: Moment) {
        guard desk.site.devices[device] != nil, !desk.isStanding(Self.code, about: device) else { return }
        let after = desk.book.limit(Self.code, "after", standard: .seconds(60)).value
        desk.agenda.set(Due(.offline, device), at: Deadline(max(since + after, clock)))
    }

    /// The device answers.
    func back(_ device: String, desk: inout AlertDesk, into findings: inout Findings) {
        desk.agenda.cancel(Due(.offline, device))
        desk.book.clear(Self.code, about: device, reason: "answers", into: &findings)
    }

    /// It has been gone for that long.
    func reach(_ device: String, links: DeviceLinks, desk: inout AlertDesk, into findings: inout Findings) {
        guard let link = links.links[device], let gone = link.gone, desk.site.devices[device] != nil else { return }
        let limit = desk.book.limit(Self.code, "after", standard: .seconds(60))
        let name = desk.site.called(device: device)
        let since = desk.zone.clockText(gone)
        desk.raise(
            Alarm(
                code: Self.code, subject: device, severity: .critical, evidence: [link.goneSequence],
                rule: .rule(
                    measured: (findings.clock - gone).secondsJSON, limit: limit.value.secondsJSON, unit: "s",
                    from: limit.from)
            ) { language in
                language == .chinese ? "设备 \(name) 自 \(since) 起离线" : "Device \(name) has been offline since \(since)"
            }, into: &findings)
    }

    /// Another site file: what is gone is counted by its rules, what it drops is told of no more.
    func apply(links: DeviceLinks, desk: inout AlertDesk, into findings: inout Findings) {
        for (device, link) in links.links.sorted(by: { $0.key < $1.key }) {
            guard desk.site.devices[device] != nil else {
                desk.agenda.cancel(Due(.offline, device))
                desk.book.clear(Self.code, about: device, reason: "no-longer-configured", into: &findings)
                continue
            }
            if let gone = link.gone { self.gone(device, since: gone, desk: &desk, clock: findings.clock) }
        }
    }
}
