import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `device.clock_drift`: the device's clock is off by more than 30 s (`limit`); cleared when it is back within.
///
/// A clock that is put right on the spot was off all the same: the next comparison clears the alert.
struct ClockDriftWatch: Sendable {
    static let code = "device.clock_drift"

    func hear(
        _ device: String, offset: Duration, sequence: Int64, desk: inout AlertDesk, into findings: inout Findings
    ) {
        let limit = desk.book.limit(Self.code, "limit", standard: .seconds(30))
        guard abs(offset.wholeMilliseconds) > limit.value.wholeMilliseconds else {
            desk.book.clear(Self.code, about: device, reason: "back-within", into: &findings)
            return
        }
        let name = desk.site.called(device: device)
        let isFast = offset > .zero
        let spoken = (isFast ? offset : .zero - offset).spoken
        desk.raise(
            Alarm(
                code: Self.code, subject: device, evidence: [sequence],
                rule: .rule(
                    measured: offset.secondsJSON, limit: limit.value.secondsJSON, unit: "s", from: limit.from)
            ) { language in
                language == .chinese
                    ? "设备 \(name) 的时钟\(isFast ? "快" : "慢")了 \(spoken)"
                    : "The clock of \(name) is \(spoken) \(isFast ? "fast" : "slow")"
            }, into: &findings)
    }
}
