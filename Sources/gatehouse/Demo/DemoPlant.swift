import Foundation
import GatehouseModel
import GatehouseRuntime
import GatehouseSimulation
import GatehouseSimulationPorts
import NIOPosix

/// A small plant without hardware: its site file, its devices, and the people in front of them.
actor DemoPlant {
    nonisolated let site: DemoSite
    private let timekeeper = Timekeeper()
    private let stations = DemoStation.all
    private var ports: [String: SimulatedPort] = [:]
    private var random = SplitMix64(seed: 20_261_124)

    init(folder: String) {
        site = DemoSite(folder: folder)
    }

    /// Starts the devices to which the gateway goes, and writes the site file that names all.
    func build() async throws {
        try FileManager.default.createDirectory(atPath: site.folder, withIntermediateDirectories: true)
        var matches: [String: String] = [:]
        for station in stations {
            matches[station.name] =
                switch station.connection {
                case .tcp: try await host(station, at: .tcp(host: "127.0.0.1", port: 0))
                case .udp: try await host(station, at: .udp(host: "127.0.0.1", port: 0))
                case .terminal: "tty: \"\(try await plug(station))\""
                case .call(let serial): "serial: \"\(serial)\""
                }
        }
        try site.write(matches: matches)
    }

    /// Starts the devices that call, now that somebody takes the call.
    ///
    /// - Parameter door: Where they are heard, `http://127.0.0.1:8081`.
    func call(_ door: String) async throws {
        guard let door = SimulatedDoor("call:tcp" + door.dropFirst("http".count)) else { return }
        for station in stations where !station.isDialled { _ = try await start(station, at: door) }
    }

    /// Lets people punch and guards scan, and devices come and go, until the task is cancelled.
    func live() async {
        var step = 0
        while !Task.isCancelled {
            step += 1
            let round = step / 25
            switch step % 25 {
            case 5: await put(round, isAway: false)
            case 10: await pullAndPlug(round)
            case 14: await put(round, isAway: true)
            case 20: await tell(pick(.isRestarted, round), ["fault": "reboot", "seconds": 3])
            case 16, 18: await visit(pick(.isCarried, round))
            default: await visit(anybody())
            }
            await pause(.milliseconds(random.number(in: 300...1200)))
        }
    }

    func close() async {
        for port in ports.values { await port.stop() }
    }

    // MARK: What happens

    /// The device of that habit whose turn it is.
    private func pick(_ habit: DemoStation.Habit, _ round: Int) -> DemoStation? {
        let those = stations.filter { $0.habit == habit }
        return those.isEmpty ? nil : those[round % those.count]
    }

    /// A device at which somebody may be at any time: one that is carried is out of sight.
    private func anybody() -> DemoStation? {
        let those = stations.filter { $0.habit != .isCarried }
        return those.isEmpty ? nil : those[random.number(in: 0...those.count - 1)]
    }

    private func visit(_ station: DemoStation?) async {
        guard let station else { return }
        await tell(station, station.visit(&random))
    }

    private func tell(_ station: DemoStation?, _ command: JSONValue) async {
        // One that is unplugged right now is told nothing.
        if let station { _ = await ports[station.name]?.tell(command) }
    }

    /// Takes a device that is carried out of its cradle, or puts it back.
    private func put(_ round: Int, isAway: Bool) async {
        await tell(pick(.isCarried, round), ["fault": isAway ? "away" : "none"])
    }

    private func pullAndPlug(_ round: Int) async {
        guard let station = pick(.isUnplugged, round) else { return }
        await ports.removeValue(forKey: station.name)?.stop()
        await pause(.seconds(2))
        // One that cannot be plugged in again is missing from the rest of the demo, and its events show that.
        _ = try? await plug(station)
    }

    private func pause(_ length: Duration) async {
        // Cut short when the demo ends.
        try? await Task.sleep(for: length)
    }

    // MARK: Devices

    private func host(_ station: DemoStation, at door: SimulatedDoor) async throws -> String {
        let address = try await start(station, at: door)
        return "host: \"\(address.drop { $0 != "/" }.dropFirst(2))\""
    }

    private func plug(_ station: DemoStation) async throws -> String {
        try await start(station, at: .terminal(link: "\(site.folder)/\(station.name)"))
    }

    private func start(_ station: DemoStation, at door: SimulatedDoor) async throws -> String {
        let port = SimulatedPort(
            station.device(site.zone, timekeeper.now), at: door, group: MultiThreadedEventLoopGroup.singleton,
            clock: { [timekeeper] in timekeeper.now })
        let address = try await port.start()
        ports[station.name] = port
        return address
    }
}
