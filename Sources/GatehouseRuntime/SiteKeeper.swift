import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Logging

/// Keeps the site file in force: writes `site.updated` when it changes, and keeps the old rules when the new file is
/// broken.
actor SiteKeeper {
    private let path: String?
    private let journal: Journal
    private let writer: JournalWriter
    private let timekeeper: Timekeeper
    private let logger: Logger
    private(set) var plan: SitePlan
    private var identifiers: UUIDv7Source
    /// The id of the alert that stands because a reload failed.
    private var alert: String?

    init(path: String?, plan: SitePlan, journal: Journal, writer: JournalWriter, timekeeper: Timekeeper, logger: Logger)
    {
        self.path = path
        self.plan = plan
        self.journal = journal
        self.writer = writer
        self.timekeeper = timekeeper
        self.logger = logger
        var generator = SystemRandomNumberGenerator()
        identifiers = UUIDv7Source(generator: SplitMix64(seed: generator.next()))
    }

    /// Writes `site.updated` unless the journal's last one says the same.
    func announce() async {
        guard path != nil else { return }
        let site = plan.site
        let source = "/sites/\(site.id)/modules/site"
        if let last = try? journal.reader.lastEvent(of: source), let json = try? JSONValue(parsing: last.body),
            json["data"]?["sha256"]?.text == site.sha256
        {
            return
        }
        await append(source: source, topic: "site.updated", subject: site.id, data: site.updatedData)
    }

    /// Reads the file again. The new plan, or nil when the old one stays in force: the file is broken (an alert says
    /// so), or it is another site's.
    func reload() async -> SitePlan? {
        guard let path else {
            logger.notice("there is no site file to reload")
            return nil
        }
        let reading = SiteReader.read(path, drivers: plan.families)
        for problem in reading.problems {
            logger.log(level: problem.kind == .mistake ? .error : .warning, "\(problem.text)")
        }
        guard let site = reading.site else {
            let problems = reading.problems.filter { $0.kind == .mistake }.map(\.text)
            await raise(
                "the site file is broken, the old rules stay in force: \(problems.first ?? path)", count: problems.count
            )
            return nil
        }
        guard site.id == plan.site.id else {
            await raise("the site file is another site's (\(site.id)): restart the gateway for that", count: 1)
            return nil
        }
        if site.gateway != plan.site.gateway {
            logger.warning("the section gateway: has changed; that takes effect at the next start")
        }
        plan = SitePlan(
            site: site, secrets: reading.secrets, families: plan.families,
            codeKey: reading.secrets[CodeKey.secretName].map(CodeKey.init(secret:)) ?? plan.codeKey)
        await announce()
        await clear()
        logger.notice("the site file is in force", metadata: ["sha256": "\(site.sha256)"])
        return plan
    }

    private func raise(_ message: String, count: Int) async {
        guard alert == nil else { return }
        let id = identifiers.next(at: timekeeper.wall)
        alert = id
        await append(
            source: "/sites/\(plan.site.id)/modules/gateway", topic: "alert.raised", subject: "gateway",
            data: [
                "alert": .string(id), "key": "gateway.site_file", "code": "gateway.site_file", "severity": "warning",
                "subject": "gateway", "message": .string(message), "evidence": [],
                "rule": ["measured": .integer(count), "limit": 0, "from": "default"],
            ])
    }

    private func clear() async {
        guard let id = alert else { return }
        alert = nil
        await append(
            source: "/sites/\(plan.site.id)/modules/gateway", topic: "alert.cleared", subject: "gateway",
            data: ["alert": .string(id), "key": "gateway.site_file", "reason": "a good site file was read"])
    }

    private func append(source: String, topic: Topic, subject: String, data: JSONValue) async {
        let now = timekeeper.wall
        let event = Event(
            source: source, id: identifiers.next(at: now), topic: topic, subject: subject,
            time: Timestamp(now, in: plan.site.zone), data: data.bytes)
        do throws(JournalError) {
            _ = try await writer.append([event], whenFull: .wait)
        } catch {
            logger.error("\(topic.rawValue) not stored: \(error)")
        }
    }
}
