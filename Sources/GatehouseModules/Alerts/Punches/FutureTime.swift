import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `punch.future_time`: a punch stamped more than 5 min (`limit`) after it was received; cleared the next day.
struct FutureTime: Sendable {
    static let code = "punch.future_time"

    func hear(_ fact: Fact, device: String, desk: inout AlertDesk, into findings: inout Findings) {
        let limit = desk.book.limit(Self.code, "limit", standard: .seconds(300))
        let ahead = fact.time - fact.received
        guard ahead > limit.value else { return }
        let name = desk.site.called(device: device)
        let spoken = ahead.spoken
        desk.raise(
            Alarm(
                code: Self.code, subject: device, evidence: [fact.sequence],
                rule: .rule(measured: ahead.secondsJSON, limit: limit.value.secondsJSON, unit: "s", from: limit.from)
            ) { language in
                language == .chinese
                    ? "设备 \(name) 的打卡时间比收到时间晚 \(spoken)"
                    : "A punch at \(name) is stamped \(spoken) after it was received"
            }, nextDay: true, into: &findings)
    }
}
