import Foundation
import GatehouseBus
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Logging
import Synchronization

/// The journal of a running gateway, and the one thread that writes to it.
struct Books: Sendable {
    let journal: Journal
    let writer: JournalWriter
    let outlet: Outlet
    /// Whether the disk takes nothing for want of room, each time that this changes.
    let diskFull: AsyncStream<Bool>
    /// Rung for each transaction.
    let bell: Bell
    private let timekeeper: Timekeeper
    private let logger: Logger

    init(folder: String, zone: Zone, timekeeper: Timekeeper, logger: Logger) throws {
        self.timekeeper = timekeeper
        self.logger = logger
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StartProblem([
                "\(folder) cannot be made: \(error.localizedDescription); name another folder with --data"
            ])
        }
        do throws(JournalError) {
            journal = try Journal.open(file: Journal.file(in: folder)) { timekeeper.wall }
        } catch {
            throw StartProblem(["\(error)"])
        }
        let (outlet, bell) = (Outlet(), Bell())
        self.outlet = outlet
        self.bell = bell
        let room = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(8))
        diskFull = room.stream
        writer = JournalWriter(
            journal: journal,
            surroundings: .init(
                now: { Timestamp(timekeeper.wall, in: zone) },
                committed: {
                    outlet.publish($0)
                    bell.ring()
                },
                changed: {
                    Self.tell($0, logger)
                    room.continuation.yield($0 == .waiting(.full))
                }))
    }

    /// What the last run left open is closed: a device that was connected when the gateway was killed has been
    /// unwatched since. The time is that of the last event, the last moment at which the gateway is known to have
    /// lived.
    func closeOpenLinks(site: Site) async {
        let head = journal.head.sequence
        guard head > 0, let last = try? journal.reader.page(from: head).events.last else { return }
        var events: [Event] = []
        for device in (try? journal.reader.openLinks(ofSourcesUnder: "/sites/\(site.id)/devices/")) ?? [] {
            guard let json = try? JSONValue(parsing: device.body), let name = json["data"]?["device"]?.text,
                let source = json["source"]?.text, var members = json["data"]?.members
            else { continue }
            members.removeAll { $0.name == "reason" }
            members.append(.init("reason", "the gateway stopped without notice"))
            events.append(
                Event(
                    // One for each connection that was left open, however often the gateway is killed after that.
                    source: source, id: "unclosed-\(device.sequence)", topic: "device.disconnected", subject: name,
                    time: Timestamp(last.recorded, in: site.zone), data: JSONValue.object(members).bytes,
                    causation: device.sequence))
        }
        do throws(JournalError) {
            _ = try await writer.append(events, whenFull: .wait)
        } catch {
            logger.error("\(error)")
        }
    }

    /// Folds the write-ahead log in and lets the file go.
    func close() {
        do throws(JournalError) {
            try journal.close()
        } catch {
            logger.error("\(error)")
        }
    }

    private static func tell(_ condition: JournalWriter.Condition, _ logger: Logger) {
        switch condition {
        case .recording: logger.notice("events go to disk")
        case .waiting(let error): logger.critical("no device is acknowledged until this is mended: \(error)")
        case .refusing(let error): logger.critical("nothing is stored or acknowledged any more: \(error)")
        }
    }
}

/// Where committed events go: to the bus, once there is one. Until then nobody can have subscribed.
final class Outlet: Sendable {
    private let bus = Mutex<Bus?>(nil)

    func connect(_ bus: Bus) {
        self.bus.withLock { $0 = bus }
    }

    func publish(_ events: [Recorded]) {
        let bus = bus.withLock { $0 }
        bus?.publish(events)
    }
}
