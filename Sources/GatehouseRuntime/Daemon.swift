import Foundation
import GatehouseBus
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseModules
import GatehousePorts
import GatehouseRules
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
    private let timekeeper: Timekeeper

    public init(options: DaemonOptions, logger: Logger) {
        self.options = options
        self.logger = logger
        timekeeper = options.timekeeper
    }

    /// Runs until SIGTERM or SIGINT. `ready` is called when everything is bound and `run.json` is written.
    public func run(ready: @escaping @Sendable (RunFile) async -> Void = { _ in }) async throws {
        let (site, secrets) = try readSite()
        let folder = options.data ?? site.gateway.data ?? DataFolder.standard
        let books = try Books(folder: folder, zone: site.zone, timekeeper: timekeeper, logger: logger)
        let plan = SitePlan(
            site: site, secrets: secrets, families: options.families,
            codeKey: try CodeKeyFile.key(in: folder, secrets: secrets))

        let ports = Ports()
        let links = LinkOpener(ports: ports, timekeeper: timekeeper)
        let door = try await openDoor(site: site, ports: ports)
        let gateway = Gateway(
            plan: plan,
            surroundings: .init(
                ports: ports, links: links, reader: books.journal.reader, writer: books.writer, timekeeper: timekeeper,
                logger: logger))
        let here = ModuleHouse.names.filter { !options.modulesApart.contains($0) }
        let modules = ModuleDesk(
            reader: books.journal.reader, writer: books.writer,
            snapshot: ModuleSnapshot(folder: folder, version: options.version, names: here),
            bell: books.bell, timekeeper: timekeeper, logger: logger)
        let desk = try desk(site: site, folder: folder, books: books, gateway: gateway, modules: modules)
        let (bus, keys) = try await startBus(site: site, folder: folder, books: books, desk: desk)

        let keeper = SiteKeeper(
            path: options.site, plan: plan, journal: books.journal, writer: books.writer, timekeeper: timekeeper,
            logger: logger)
        await books.closeOpenLinks(site: site)
        await keeper.announce()
        let folding = Task { await modules.run() }
        await gateway.start()
        if let calls = door?.door.calls { Task { await links.callers.serve(calls) } }

        let runFile = RunFile(
            pid: ProcessInfo.processInfo.processIdentifier, version: options.version, events: bus.endpoints.events,
            requests: bus.endpoints.requests, adms: door?.address)
        let stages: [any Service] = [
            Stage("journal") {
                await books.writer.stop()
                books.close()
            },
            Stage("bus") { bus.stop() },
            Stage("modules") {
                folding.cancel()
                await folding.value
            },
            Stage("devices") {
                await door?.door.close()
                await gateway.stop()
                await ports.shutdown()
            },
        ]
        let watchman = Watchman(
            site: site, folder: folder, writer: books.writer, timekeeper: timekeeper, logger: logger)
        let announcing: [any Service] = [
            Reloading(
                signals: await UnixSignalsSequence(trapping: .sighup), keeper: keeper, gateway: gateway,
                watchman: watchman),
            Announcement(file: runFile, folder: folder, ready: ready),
        ]
        let watching = [
            Chore { await watchman.watch { await gateway.snapshots() } },
            Chore { for await isFull in books.diskFull { await watchman.disk(isFull: isFull) } },
        ]
        let chores = chores(site: site, books: books, bus: bus, keys: keys, desk: desk) + watching
        try await run(stages + chores + announcing)
        logger.notice("stopped")
    }

    private func run(_ services: [any Service]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.stopLimit
        try await ServiceGroup(configuration: configuration).run()
    }

    /// What goes on beside the devices until the gateway stops.
    private func chores(site: Site, books: Books, bus: Bus, keys: KeyStore?, desk: BusDesk) -> [any Service] {
        let caretaker = Caretaker(
            journal: books.journal, bus: bus, keys: keys,
            retention: .init(age: site.gateway.retention.age, bytes: site.gateway.retention.size),
            timekeeper: timekeeper, logger: logger)
        return [
            Chore { await caretaker.watchKeys() },
            Chore { await caretaker.watchJournal() },
            Chore { await caretaker.watchMemory() },
            Chore { if site.gateway.identify { await desk.identify.watch() } },
            Chore { await desk.sticks.watch() },
        ]
    }

    private func desk(
        site: Site, folder: String, books: Books, gateway: Gateway, modules: ModuleDesk
    ) throws -> BusDesk {
        let pass: ModulePass
        do throws(BusError) { pass = try ModulePass.standing(in: folder) } catch { throw StartProblem(["\(error)"]) }
        return BusDesk(
            reader: books.journal.reader, writer: books.writer, gateway: gateway,
            imports: ImportDesk(gateway: gateway, writer: books.writer, timekeeper: timekeeper),
            consumers: ConsumerDesk(journal: books.journal, timekeeper: timekeeper),
            identify: IdentifyDesk(
                gateway: gateway, search: PortSearch(families: options.families), timekeeper: timekeeper,
                logger: logger),
            sticks: StickDesk(
                mode: site.gateway.usbStick, folders: site.gateway.stickFolders, formats: options.sticks,
                surroundings: .init(gateway: gateway, writer: books.writer, timekeeper: timekeeper, logger: logger)),
            derived: DeriveDesk(
                writer: books.writer, apart: options.modulesApart, pass: pass, site: site.id, timekeeper: timekeeper),
            modules: modules, timekeeper: timekeeper, site: site.id)
    }

    /// The door for devices that call in over HTTP, and where it is; nil when it is off.
    private func openDoor(site: Site, ports: Ports) async throws -> (door: PushDoor, address: String)? {
        guard let address = options.adms ?? site.gateway.adms, address != "off" else { return nil }
        // Port 0 is one that the system chooses, which only a door may have.
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]),
            let host = NetworkHost(address[..<colon] == "*" ? "0.0.0.0" : address[..<colon])?.host
        else { throw StartProblem(["\(address) is no address for devices that call; write it like 0.0.0.0:8081"]) }
        do throws(PortError) {
            let door = try await ports.openPushDoor(host: host, port: port) { [timekeeper] in
                Int(timekeeper.wall.seconds)
            }
            return (door, "http://\(NetworkHost(host: host, port: door.port))")
        } catch {
            throw StartProblem(["devices cannot call at \(address): \(error)"])
        }
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
