import GatehouseBus
import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehousePorts
import Logging

/// Finds out, when it is asked, what device is at a port that no driver claims. By itself it only listens, and only at
/// a USB port that has just appeared: somebody is standing there with something to scan, and nothing that was at work
/// before is disturbed.
public actor IdentifyDesk {
    /// The bus command, and the name it is sent to instead of a device's.
    public static let command = "identify-port"
    public static let device = "gateway"

    /// How often it is looked whether a port has appeared.
    private static let interval: Duration = .seconds(2)

    private let gateway: Gateway
    private let search: PortSearch
    private let timekeeper: Timekeeper
    private let logger: Logger
    /// By path; of ports that nobody claims.
    private var reports: [String: PortReport] = [:]
    private var isSearching = false
    /// The listening under way, which makes way for whoever asks.
    private var listening: Task<Void, Never>?

    init(gateway: Gateway, search: PortSearch, timekeeper: Timekeeper, logger: Logger) {
        self.gateway = gateway
        self.search = search
        self.timekeeper = timekeeper
        self.logger = logger
    }

    /// Takes `{"port": "/dev/ttyUSB0"}` and answers as `gatehouse identify --json` does.
    func take(_ arguments: JSONValue) async throws(BusRefusal) -> JSONValue {
        guard let port = arguments["port"]?.text, port.utf8.count <= 255 else {
            throw BusRefusal(.malformed, "\(Self.command) needs {\"port\": \"/dev/ttyUSB0\"}")
        }
        if let owner = await owner(of: port) {
            throw BusRefusal(
                .busy,
                "\(port) is in use by the device \(owner); take that out of the site file first, or stop the daemon")
        }
        guard !isSearching else {
            throw BusRefusal(.busy, "another port is being identified; ask again in half a minute")
        }
        isSearching = true
        defer { isSearching = false }
        if let listening {
            listening.cancel()
            await listening.value
        }
        do throws(PortSearch.Problem) {
            let report = try await search.run(port)
            await keep(report)
            return report.json
        } catch {
            switch error {
            case .noPort: throw BusRefusal(.malformed, error.message)
            case .inUse: throw BusRefusal(.busy, error.message)
            case .failed: throw BusRefusal(.unavailable, error.message)
            }
        }
    }

    /// The rows of `gatehouse devices`, with what is known of the ports that nobody claims.
    func amend(_ rows: [DeviceSnapshot]) -> [DeviceSnapshot] {
        let free = Set(rows.filter { $0.state == .unmanaged }.compactMap(\.address))
        reports = reports.filter { free.contains($0.key) }
        return rows.map { row in
            guard row.state == .unmanaged, let report = row.address.flatMap({ reports[$0] }) else { return row }
            return report.amended(row)
        }
    }

    /// Listens once at each USB port that appears and that no driver claims; until the task is cancelled.
    func watch() async {
        var known: Set<String>?
        while !Task.isCancelled {
            let rows = await gateway.snapshots()
            let free = rows.filter { $0.state == .unmanaged }.compactMap(\.address)
            if let known {
                for port in free where !known.contains(port) && port.hasPrefix("/dev/tty") { await listen(at: port) }
            }
            // A port whose device was taken out of the site file has not appeared.
            known = Set(rows.filter { $0.state != .offline }.compactMap(\.address).map { PortPlace.resolved($0) ?? $0 })
            await timekeeper.sleep(until: timekeeper.now.uptime + Self.interval)
        }
    }

    private func listen(at port: String) async {
        // Only what hangs on USB; a board's own port may be its console.
        guard let place = try? await PortPlace(port), place.plugged?.vendor != nil, !isSearching else { return }
        let task = Task { [search, logger] in
            do throws(PortSearch.Problem) {
                let report = try await search.listening.run(port)
                await self.keep(report)
            } catch {
                logger.debug("not listened to: \(error.message)")
            }
        }
        listening = task
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        listening = nil
    }

    private func keep(_ report: PortReport) async {
        let path = report.path
        guard !report.findings.isEmpty || !report.heard.isEmpty else { return }
        guard await gateway.snapshots().contains(where: { $0.state == .unmanaged && $0.address == path }) else {
            return
        }
        reports[path] = report
        if let finding = report.findings.first {
            logger.notice(
                "\(path): \(finding.family) recognises it; `gatehouse devices` shows what to write into the site file")
        }
    }

    /// The device that speaks at a port now, or would if it could.
    private func owner(of port: String) async -> String? {
        let file = PortPlace.resolved(port) ?? port
        return await gateway.snapshots().first { row in
            guard row.state != .unmanaged, let address = row.address else { return false }
            return address == port || PortPlace.resolved(address) == file
        }?.device
    }
}

extension PortReport {
    /// The device file, where the port is one of this machine.
    var path: String {
        if case .port(let port, _) = place { port.path } else { port }
    }

    /// An unmanaged port's row with what was found out.
    func amended(_ row: DeviceSnapshot) -> DeviceSnapshot {
        var row = row
        guard let finding = findings.first else {
            row.trouble = "it said something that no driver recognises: \(Self.hex(heard))"
            return row
        }
        let facts = finding.recognition.facts
        row.facts.vendor = facts.vendor ?? row.facts.vendor
        row.facts.model = facts.model ?? row.facts.model
        row.facts.serial = facts.serial ?? row.facts.serial
        let verdict = finding.recognition.isCertain ? "recognises it" : "thinks that it is one of its devices"
        row.trouble = "\(finding.family) \(verdict); no entry of the site file names it"
        row.suggestion = yaml(finding)
        return row
    }
}
