import Foundation
import GatehouseBus
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehousePorts
import GatehouseSite
public import Logging
import ServiceLifecycle
import UnixSignals

/// The gateway as one program: journal, bus and devices, started in that order and stopped in the reverse, so that
/// the doors close before the books do.
public struct Daemon: Sendable {
    /// How long stopping may take before it is cut short.
    static let stopLimit: Duration = .milliseconds(4500)

    private let options: DaemonOptions
    private let logger: Logger
    private let timekeeper = Timekeeper()

    public init(options: DaemonOptions, logger: Logger) {
        self.options = options
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT. `ready` is called when everything is bound and `run.json` is written.
    public func run(ready: @escaping @Sendable (RunFile) async -> Void = { _ in }) async throws {
        let (site, secrets) = try readSite()
        let plan = SitePlan(site: site, secrets: secrets, families: options.families)
        let folder = options.data ?? site.gateway.data ?? DataFolder.standard
        let books = try Books(folder: folder, zone: site.zone, timekeeper: timekeeper, logger: logger)

        let ports = Ports()
        let gateway = Gateway(
            plan: plan,
            surroundings: .init(ports: ports, writer: books.writer, timekeeper: timekeeper, logger: logger))
        let imports = ImportDesk(gateway: gateway, writer: books.writer, timekeeper: timekeeper)
        let desk = BusDesk(
            reader: books.journal.reader, writer: books.writer, gateway: gateway, imports: imports,
            consumers: ConsumerDesk(journal: books.journal, timekeeper: timekeeper), timekeeper: timekeeper,
            site: site.id)
        let (bus, keys) = try await startBus(site: site, folder: folder, books: books, desk: desk)

        let keeper = SiteKeeper(
            path: options.site, plan: plan, journal: books.journal, writer: books.writer, timekeeper: timekeeper,
            logger: logger)
        await books.closeOpenLinks(site: site)
        await keeper.announce()
        await gateway.start()

        let runFile = RunFile(
            pid: ProcessInfo.processInfo.processIdentifier, version: options.version, events: bus.endpoints.events,
            requests: bus.endpoints.requests)
        let caretaker = Caretaker(
            journal: books.journal, bus: bus, keys: keys,
            retention: .init(age: site.gateway.retention.age, bytes: site.gateway.retention.size),
            timekeeper: timekeeper, logger: logger)
        let services: [any Service] = [
            Stage("journal") {
                await books.writer.stop()
                books.close()
            },
            Stage("bus") { bus.stop() },
            Stage("devices") {
                await gateway.stop()
                await ports.shutdown()
            },
            Chore { await caretaker.watchKeys() },
            Chore { await caretaker.watchJournal() },
            Chore { await caretaker.watchMemory() },
            Reloading(signals: await UnixSignalsSequence(trapping: .sighup), keeper: keeper, gateway: gateway),
            Announcement(file: runFile, folder: folder, ready: ready),
        ]
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.stopLimit
        try await ServiceGroup(configuration: configuration).run()
        logger.notice("stopped")
    }

    private func readSite() throws -> (Site, [String: String]) {
        guard let path = options.site else { return (Site.default, [:]) }
        let reading = SiteReader.read(path, drivers: options.families)
        for problem in reading.problems where problem.kind != .mistake { logger.warning("\(problem.text)") }
        guard let site = reading.site else { throw StartProblem(reading.problems.map(\.text)) }
        return (site, reading.secrets)
    }

    private func startBus(
        site: Site, folder: String, books: Books, desk: BusDesk
    ) async throws -> (Bus, KeyStore?) {
        let store = KeyStore(path: "\(folder)/keys")
        var configuration = BusConfiguration(
            events: options.events ?? site.gateway.events, requests: options.requests ?? site.gateway.requests,
            version: options.version, site: site.id, head: books.journal.head.sequence)
        if site.gateway.curve {
            configuration.keys = try store.server()
            // The commands on this machine connect with a key of their own.
            _ = try store.localOperator()
            configuration.clients = try store.clients()
        }
        do throws(BusError) {
            let bus = try Bus.start(configuration, runtime: desk) { [timekeeper] in timekeeper.wall }
            books.outlet.connect(bus)
            return (bus, site.gateway.curve ? store : nil)
        } catch {
            throw StartProblem(["\(error)"])
        }
    }
}
