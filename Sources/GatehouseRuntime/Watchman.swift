import Foundation
import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Glibc
import Logging

/// Raises what no event tells of: a device's memory that fills up, a line that garbles, a device that nobody speaks
/// to, a disk without room. Everything else is the modules' to raise.
actor Watchman {
    private static let interval: Duration = .seconds(2)

    private let source: String
    private let folder: String
    private let writer: JournalWriter
    private let timekeeper: Timekeeper
    private let logger: Logger
    private var site: Site
    private var rules = AlertBook()
    private var identifiers: UUIDv7Source
    /// What stands, by key; kept in a file, so that a restart raises nothing twice.
    private var standing: [String: Standing] = [:]
    private var lines: [String: FrameWatch] = [:]

    struct Standing: Hashable {
        var id: String
        var subject: String
    }

    init(site: Site, folder: String, writer: JournalWriter, timekeeper: Timekeeper, logger: Logger) {
        self.site = site
        self.folder = folder
        self.writer = writer
        self.timekeeper = timekeeper
        self.logger = logger
        source = "/sites/\(site.id)/modules/gateway"
        var generator = SystemRandomNumberGenerator()
        identifiers = UUIDv7Source(generator: SplitMix64(seed: generator.next()))
        rules.resume(site)
        standing = Self.read(folder)
    }

    /// The rules that hold from now on.
    func apply(_ site: Site) {
        self.site = site
        rules.resume(site)
    }

    /// Looks at everything every two seconds, until the task is cancelled.
    func watch(_ devices: @Sendable () async -> [DeviceSnapshot]) async {
        while !Task.isCancelled {
            let rows = await devices()
            await look(at: rows)
            await lookAtDisk()
            await timekeeper.sleep(until: timekeeper.now.uptime + Self.interval)
        }
    }

    /// A write failed for want of room, or there is room again. The alert itself is written as soon as it can be.
    func disk(isFull: Bool) async {
        guard isFull else { return await clear("gateway.disk_full", "gateway", reason: "room-again") }
        await raise(
            "gateway.disk_full", "gateway", .critical,
            rule: ["measured": "no room", "limit": .null, "from": "default"],
            english: "a write failed: the disk is full. No device is acknowledged until there is room",
            chinese: "写入失败：磁盘已满。腾出空间之前不会确认任何设备的记录")
    }

    private func look(at rows: [DeviceSnapshot]) async {
        let unmanaged = Set(rows.filter { $0.state == .unmanaged && Self.isPlugged($0) }.map(\.device))
        for device in unmanaged.sorted() { await raiseUnmanaged(device, rows) }
        for (key, alert) in standing where key.hasPrefix("device.unmanaged:") && !unmanaged.contains(alert.subject) {
            await clear("device.unmanaged", alert.subject, reason: "claimed-or-gone")
        }
        for row in rows where row.state != .unmanaged {
            await lookAtLog(of: row)
            await lookAtFrames(of: row)
        }
    }

    /// A serial port of the board itself has nothing plugged in that anybody could know of.
    private static func isPlugged(_ row: DeviceSnapshot) -> Bool {
        !["/dev/ttyS", "/dev/ttyAMA"].contains { row.address?.hasPrefix($0) == true }
    }

    private func raiseUnmanaged(_ device: String, _ rows: [DeviceSnapshot]) async {
        let reason = rows.first { $0.device == device }?.trouble ?? "no driver claims it"
        await raise(
            "device.unmanaged", device, .warning,
            rule: ["measured": .string(reason), "limit": .null, "from": "default"],
            english:
                "nobody speaks to \(device): \(reason). `gatehouse devices` shows what to write into the site file",
            chinese: "\(device) 无驱动认领：\(reason)。运行 gatehouse devices 可查看应写入站点文件的内容")
    }

    private func lookAtLog(of row: DeviceSnapshot) async {
        guard let used = row.log?.logUsed, let capacity = row.log?.logCapacity, capacity > 0 else { return }
        let (limit, from) = rules.limit(
            "device.log_nearly_full", "limit", standard: ExactDecimal(unscaled: 90))
        let (below, _) = rules.limit(
            "device.log_nearly_full", "clear_below", standard: ExactDecimal(unscaled: 80))
        let fill = Fraction(used * 100, over: capacity)
        if fill >= Fraction(limit) {
            let percent = fill.rounded(to: 0)
            await raise(
                "device.log_nearly_full", row.device, .warning,
                rule: [
                    "measured": .number(fill.rounded(to: 1)), "limit": .number(limit.text), "from": .string(from),
                    "used": .integer(used), "capacity": .integer(capacity),
                ],
                english: "the memory of \(row.device) is \(percent) % full (\(used) of \(capacity) records)",
                chinese: "\(row.device) 的存储已用 \(percent)%（\(used)/\(capacity) 条记录）")
        } else if fill < Fraction(below) {
            await clear("device.log_nearly_full", row.device, reason: "below-limit")
        }
    }

    private func lookAtFrames(of row: DeviceSnapshot) async {
        let code = "device.bad_frames"
        let (within, _) = rules.limit(code, "within", standard: .seconds(300))
        let (limit, from) = rules.limit(code, "limit", standard: ExactDecimal(unscaled: 1))
        let (least, _) = rules.limit(code, "at_least", standard: 10)
        let (below, _) = rules.limit(code, "clear_below", standard: ExactDecimal(unscaled: 1, scale: 1))
        let uptime = timekeeper.now.uptime
        lines[row.device, default: FrameWatch()].note(row.frames, bad: row.badFrames, at: uptime, keeping: within)
        guard let watch = lines[row.device] else { return }
        let share = watch.badShare
        if let share, watch.bad >= least, share * Fraction(100) > Fraction(limit) {
            let percent = (share * Fraction(100)).rounded(to: 1)
            await raise(
                code, row.device, .warning,
                rule: [
                    "measured": .number(percent), "limit": .number(limit.text), "from": .string(from),
                    "bad": .integer(watch.bad), "frames": .integer(watch.frames),
                ],
                english: "\(percent) % of the frames from \(row.device) failed their check: look at its cable",
                chinese: "\(row.device) 有 \(percent)% 的数据帧校验失败：请检查线路")
        } else if watch.isFull(within), share.map({ $0 * Fraction(100) < Fraction(below) }) ?? true {
            await clear(code, row.device, reason: "below-limit")
        }
    }

    private func lookAtDisk() async {
        let code = "gateway.disk_low"
        var space = statvfs()
        guard statvfs(folder, &space) == 0, space.f_blocks > 0 else { return }
        let free = Int64(clamping: UInt64(space.f_bavail) * UInt64(space.f_frsize))
        let total = Int64(clamping: UInt64(space.f_blocks) * UInt64(space.f_frsize))
        let (limit, from) = rules.limit(code, "limit", standard: ExactDecimal(unscaled: 10))
        let (size, _) = rules.limit(code, "size", standard: Int64(1) << 30)
        let share = Fraction(free, over: total) * Fraction(100)
        guard share < Fraction(limit) || free < size else {
            return await clear(code, "gateway", reason: "room-again")
        }
        await raise(
            code, "gateway", .critical,
            rule: [
                "measured": .integer(free), "limit": .integer(size), "percentage": .number(share.rounded(to: 1)),
                "from": .string(from),
            ],
            english: "\(free >> 20) MiB are free on the journal's disk (\(share.rounded(to: 1)) %)",
            chinese: "日志磁盘剩余空间 \(free >> 20) MiB（\(share.rounded(to: 1))%）")
    }

    private func raise(
        _ code: String, _ subject: String, _ severity: AlertSeverity, rule: JSONValue, english: String, chinese: String
    ) async {
        let key = Alarm.key(code, subject)
        guard standing[key] == nil, !rules.isOff(code) else { return }
        let id = identifiers.next(at: timekeeper.wall)
        standing[key] = Standing(id: id, subject: subject)
        await append(
            "alert.raised", subject,
            [
                "alert": .string(id), "key": .string(key), "code": .string(code),
                "severity": .string(severity.rawValue), "subject": .string(subject),
                "message": .string(site.language == .chinese ? chinese : english), "evidence": [], "rule": rule,
            ])
        write()
    }

    private func clear(_ code: String, _ subject: String, reason: String) async {
        let key = Alarm.key(code, subject)
        guard let alert = standing.removeValue(forKey: key) else { return }
        await append(
            "alert.cleared", subject,
            ["alert": .string(alert.id), "key": .string(key), "reason": .string(reason), "evidence": []])
        write()
    }

    private func append(_ topic: Topic, _ subject: String, _ data: JSONValue) async {
        let now = timekeeper.wall
        let event = Event(
            source: source, id: identifiers.next(at: now), topic: topic, subject: subject,
            time: Timestamp(now, in: site.zone), data: data.bytes)
        do throws(JournalError) {
            _ = try await writer.append([event], whenFull: .wait)
        } catch {
            logger.error("\(topic.rawValue) not stored: \(error)")
        }
    }

    private static func path(_ folder: String) -> String { "\(folder)/gateway.alerts" }

    private static func read(_ folder: String) -> [String: Standing] {
        guard let content = FileManager.default.contents(atPath: path(folder)),
            let members = (try? JSONValue(parsing: content))?.members
        else { return [:] }
        var standing: [String: Standing] = [:]
        for member in members {
            guard let id = member.value["id"]?.text, let subject = member.value["subject"]?.text else { continue }
            standing[member.name] = Standing(id: id, subject: subject)
        }
        return standing
    }

    private func write() {
        let json = JSONValue.object(
            standing.sorted { $0.key < $1.key }.map { key, alert in
                .init(key, ["id": .string(alert.id), "subject": .string(alert.subject)])
            })
        do {
            try Data(json.bytes).write(to: URL(filePath: Self.path(folder)), options: .atomic)
        } catch {
            logger.warning("the list of standing alerts is not kept: \(error.localizedDescription)")
        }
    }
}

/// How many frames of a device came and how many failed, over a stretch of time.
struct FrameWatch: Hashable, Sendable {
    private struct Count: Hashable, Sendable {
        var uptime: Duration
        var frames: Int
        var bad: Int
    }

    private var counts: [Count] = []

    /// The totals as they are now. Totals that fall are those of a new session.
    mutating func note(_ frames: Int, bad: Int, at uptime: Duration, keeping span: Duration) {
        if let last = counts.last, frames < last.frames || bad < last.bad { counts = [] }
        counts.append(Count(uptime: uptime, frames: frames, bad: bad))
        // One from before the stretch is kept: the differences are to it.
        while counts.count > 2, uptime - counts[1].uptime >= span { counts.removeFirst() }
    }

    /// Good and bad frames of the stretch.
    var frames: Int { bad + good }
    var bad: Int { (counts.last?.bad ?? 0) - (counts.first?.bad ?? 0) }
    private var good: Int { (counts.last?.frames ?? 0) - (counts.first?.frames ?? 0) }

    /// The part that failed; nil where none came.
    var badShare: Fraction? { frames > 0 ? Fraction(bad, over: frames) : nil }

    /// Whether a whole stretch has been watched.
    func isFull(_ span: Duration) -> Bool {
        guard let first = counts.first, let last = counts.last else { return false }
        return last.uptime - first.uptime >= span
    }
}
