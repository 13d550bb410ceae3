import Foundation
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import Glibc
import Logging

/// Looks every two seconds at what no event tells of, and writes what `GatewayAlarms` has to say of it. Everything else
/// is the modules' to raise.
actor Watchman {
    private static let interval: Duration = .seconds(2)

    private let folder: String
    private let writer: JournalWriter
    private let timekeeper: Timekeeper
    private let logger: Logger
    private var alarms: GatewayAlarms

    init(site: Site, folder: String, writer: JournalWriter, timekeeper: Timekeeper, logger: Logger) {
        self.folder = folder
        self.writer = writer
        self.timekeeper = timekeeper
        self.logger = logger
        var generator = SystemRandomNumberGenerator()
        alarms = GatewayAlarms(
            site: site, keeping: Self.read(folder),
            identifiers: UUIDv7Source(generator: SplitMix64(seed: generator.next())))
    }

    /// The rules that hold from now on.
    func apply(_ site: Site) async {
        await tell(alarms.apply(site, at: timekeeper.now))
    }

    /// Looks at everything every two seconds, until the task is cancelled.
    func watch(_ devices: @Sendable () async -> [DeviceSnapshot]) async {
        while !Task.isCancelled {
            let rows = await devices()
            await tell(alarms.look(at: rows, timekeeper.now))
            if let (free, total) = room() { await tell(alarms.disk(free: free, of: total, timekeeper.now)) }
            await timekeeper.sleep(until: timekeeper.now.uptime + Self.interval)
        }
    }

    /// A write failed for want of room, or there is room again. The alert itself is written as soon as it can be.
    func disk(isFull: Bool) async {
        await tell(alarms.disk(isFull: isFull, timekeeper.now))
    }

    /// The bytes that are free on the journal's disk, and all there are; nil where the system does not say.
    private func room() -> (free: Int64, total: Int64)? {
        var space = statvfs()
        guard statvfs(folder, &space) == 0, space.f_blocks > 0 else { return nil }
        let size = UInt64(space.f_frsize)
        return (Int64(clamping: UInt64(space.f_bavail) * size), Int64(clamping: UInt64(space.f_blocks) * size))
    }

    private func tell(_ events: [Event]) async {
        guard !events.isEmpty else { return }
        do throws(JournalError) {
            _ = try await writer.append(events, whenFull: .wait)
        } catch {
            logger.error("\(events.map(\.topic.rawValue).joined(separator: ", ")) not stored: \(error)")
        }
        keep()
    }

    private static func path(_ folder: String) -> String { "\(folder)/gateway.alerts" }

    private static func read(_ folder: String) -> JSONValue? {
        FileManager.default.contents(atPath: path(folder)).flatMap { try? JSONValue(parsing: $0) }
    }

    /// So that a restart raises nothing twice.
    private func keep() {
        do {
            try Data(alarms.kept.bytes).write(to: URL(filePath: Self.path(folder)), options: .atomic)
        } catch {
            logger.warning("the list of standing alerts is not kept: \(error.localizedDescription)")
        }
    }
}
