import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What the gateway itself raises, decided: a device's memory that fills up, a line that garbles, a device that nobody
/// speaks to, a disk without room. It is told what there is and what time it is, and gives the events to be appended.
struct GatewayAlarms: Sendable {
    private var site: Site
    private var rules = AlertBook()
    private var identifiers: UUIDv7Source
    /// What stands, by key.
    private var standing: [String: Standing]
    private var lines: [String: FrameWatch] = [:]

    struct Standing: Hashable, Sendable {
        var id: String
        var subject: String
    }

    /// `standing` is what an earlier life of the gateway has kept, so that a restart raises nothing twice.
    init(site: Site, keeping standing: JSONValue?, identifiers: UUIDv7Source) {
        self.site = site
        self.identifiers = identifiers
        self.standing = Self.read(standing)
        rules.resume(site)
    }

    /// What stands, to be kept for the next life.
    var kept: JSONValue {
        .object(
            standing.sorted { $0.key < $1.key }.map { key, alert in
                .init(key, ["id": .string(alert.id), "subject": .string(alert.subject)])
            })
    }

    private static func read(_ json: JSONValue?) -> [String: Standing] {
        var standing: [String: Standing] = [:]
        for member in json?.members ?? [] {
            guard let id = member.value["id"]?.text, let subject = member.value["subject"]?.text else { continue }
            standing[member.name] = Standing(id: id, subject: subject)
        }
        return standing
    }

    /// The rules that hold from now on. What stands and is turned off now is cleared.
    mutating func apply(_ site: Site, at now: Now) -> [Event] {
        self.site = site
        rules.resume(site)
        return standing.keys.sorted().filter { rules.isOff(Self.code(of: $0)) }
            .compactMap { clear(key: $0, reason: "turned-off", now) }
    }

    /// A key is the code, a colon and the subject.
    private static func code(of key: String) -> String { String(key.prefix { $0 != ":" }) }

    /// The devices as they are.
    mutating func look(at rows: [DeviceSnapshot], _ now: Now) -> [Event] {
        let unmanaged = rows.filter { $0.state == .unmanaged && Self.isPlugged($0) }
        let claimed = standing.filter { key, alert in
            key.hasPrefix("device.unmanaged:") && !unmanaged.contains { $0.device == alert.subject }
        }
        var events = unmanaged.sorted { $0.device < $1.device }.compactMap { raiseUnmanaged($0, now) }
        events += claimed.keys.sorted().compactMap { clear(key: $0, reason: "claimed-or-gone", now) }
        for row in rows where row.state != .unmanaged {
            events += [lookAtLog(of: row, now), lookAtFrames(of: row, now)].compactMap { $0 }
        }
        return events
    }

    /// A serial port of the board itself has nothing plugged in that anybody could know of.
    private static func isPlugged(_ row: DeviceSnapshot) -> Bool {
        !["/dev/ttyS", "/dev/ttyAMA"].contains { row.address?.hasPrefix($0) == true }
    }

    private mutating func raiseUnmanaged(_ row: DeviceSnapshot, _ now: Now) -> Event? {
        let reason = row.trouble ?? "no driver claims it"
        return raise(
            "device.unmanaged", row.device, .warning,
            rule: ["measured": .string(reason), "limit": .null, "from": "default"],
            english:
                "nobody speaks to \(row.device): \(reason). `gatehouse devices` shows what to write into the site file",
            chinese: "\(row.device) 无驱动认领：\(reason)。运行 gatehouse devices 可查看应写入站点文件的内容", now)
    }

    private mutating func lookAtLog(of row: DeviceSnapshot, _ now: Now) -> Event? {
        let code = "device.log_nearly_full"
        guard let used = row.log?.logUsed, let capacity = row.log?.logCapacity, capacity > 0 else { return nil }
        let (limit, from) = rules.limit(code, "limit", standard: ExactDecimal(unscaled: 90))
        let (below, _) = rules.limit(code, "clear_below", standard: ExactDecimal(unscaled: 80))
        let fill = Fraction(used * 100, over: capacity)
        guard fill >= Fraction(limit) else {
            return fill < Fraction(below) ? clear(code, row.device, reason: "below-limit", now) : nil
        }
        let percent = fill.rounded(to: 0)
        return raise(
            code, row.device, .warning,
            rule: [
                "measured": .number(fill.rounded(to: 1)), "limit": .number(limit.text), "from": .string(from),
                "used": .integer(used), "capacity": .integer(capacity),
            ],
            english: "the memory of \(row.device) is \(percent) % full (\(used) of \(capacity) records)",
            chinese: "\(row.device) 的存储已用 \(percent)%（\(used)/\(capacity) 条记录）", now)
    }

    private mutating func lookAtFrames(of row: DeviceSnapshot, _ now: Now) -> Event? {
        let code = "device.bad_frames"
        let (within, _) = rules.limit(code, "within", standard: .seconds(300))
        let (limit, from) = rules.limit(code, "limit", standard: ExactDecimal(unscaled: 1))
        let (least, _) = rules.limit(code, "at_least", standard: 10)
        let (below, _) = rules.limit(code, "clear_below", standard: ExactDecimal(unscaled: 1, scale: 1))
        lines[row.device, default: FrameWatch()].note(row.frames, bad: row.badFrames, at: now.uptime, keeping: within)
        guard let watch = lines[row.device] else { return nil }
        let share = watch.badShare
        if let share, watch.bad >= least, share * Fraction(100) > Fraction(limit) {
            let percent = (share * Fraction(100)).rounded(to: 1)
            return raise(
                code, row.device, .warning,
                rule: [
                    "measured": .number(percent), "limit": .number(limit.text), "from": .string(from),
                    "bad": .integer(watch.bad), "frames": .integer(watch.frames),
                ],
                english: "\(percent) % of the frames from \(row.device) failed their check: look at its cable",
                chinese: "\(row.device) 有 \(percent)% 的数据帧校验失败：请检查线路", now)
        }
        guard watch.isFull(within), share.map({ $0 * Fraction(100) < Fraction(below) }) ?? true else { return nil }
        return clear(code, row.device, reason: "below-limit", now)
    }
}

// The disk.
extension GatewayAlarms {
    /// A write failed for want of room, or there is room again.
    mutating func disk(isFull: Bool, _ now: Now) -> [Event] {
        let code = "gateway.disk_full"
        let event =
            isFull
            ? raise(
                code, "gateway", .critical, rule: ["measured": "no room", "limit": .null, "from": "default"],
                english: "a write failed: the disk is full. No device is acknowledged until there is room",
                chinese: "写入失败：磁盘已满。腾出空间之前不会确认任何设备的记录", now)
            : clear(code, "gateway", reason: "room-again", now)
        return event.map { [$0] } ?? []
    }

    /// So many bytes are free of so many.
    mutating func disk(free: Int64, of total: Int64, _ now: Now) -> [Event] {
        let code = "gateway.disk_low"
        guard total > 0 else { return [] }
        let (limit, from) = rules.limit(code, "limit", standard: ExactDecimal(unscaled: 10))
        let (size, _) = rules.limit(code, "size", standard: Int64(1) << 30)
        let share = Fraction(free, over: total) * Fraction(100)
        guard share < Fraction(limit) || free < size else {
            return clear(code, "gateway", reason: "room-again", now).map { [$0] } ?? []
        }
        let event = raise(
            code, "gateway", .critical,
            rule: [
                "measured": .integer(free), "limit": .integer(size), "percentage": .number(share.rounded(to: 1)),
                "from": .string(from),
            ],
            english: "\(free >> 20) MiB are free on the journal's disk (\(share.rounded(to: 1)) %)",
            chinese: "日志磁盘剩余空间 \(free >> 20) MiB（\(share.rounded(to: 1))%）", now)
        return event.map { [$0] } ?? []
    }
}

extension GatewayAlarms {
    private mutating func raise(
        _ code: String, _ subject: String, _ severity: AlertSeverity, rule: JSONValue, english: String, chinese: String,
        _ now: Now
    ) -> Event? {
        let key = Alarm.key(code, subject)
        guard standing[key] == nil, !rules.isOff(code) else { return nil }
        let id = identifiers.next(at: now.wall)
        standing[key] = Standing(id: id, subject: subject)
        return event(
            "alert.raised", subject,
            [
                "alert": .string(id), "key": .string(key), "code": .string(code),
                "severity": .string(severity.rawValue), "subject": .string(subject),
                "message": .string(site.language == .chinese ? chinese : english), "evidence": [], "rule": rule,
            ], now)
    }

    private mutating func clear(_ code: String, _ subject: String, reason: String, _ now: Now) -> Event? {
        clear(key: Alarm.key(code, subject), reason: reason, now)
    }

    private mutating func clear(key: String, reason: String, _ now: Now) -> Event? {
        guard let alert = standing.removeValue(forKey: key) else { return nil }
        return event(
            "alert.cleared", alert.subject,
            ["alert": .string(alert.id), "key": .string(key), "reason": .string(reason), "evidence": []], now)
    }

    private mutating func event(_ topic: Topic, _ subject: String, _ data: JSONValue, _ now: Now) -> Event {
        Event(
            source: "/sites/\(site.id)/modules/gateway", id: identifiers.next(at: now.wall), topic: topic,
            subject: subject, time: Timestamp(now.wall, in: site.zone), data: data.bytes)
    }
}
