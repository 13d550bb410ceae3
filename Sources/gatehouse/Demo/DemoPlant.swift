import Foundation
import GatehouseEngine
import GatehouseModel
import GatehouseRuntime
import GatehouseSimulation
import GatehouseSimulationPorts
import GatehouseSite
import NIOPosix

/// A small plant without hardware: its site file, its devices, and the people in front of them.
actor DemoPlant {
    nonisolated let site: DemoSite
    private let timekeeper: Timekeeper
    private let key: CodeKey
    private let stations = DemoStation.all
    private var ports: [String: SimulatedPort] = [:]

    /// - Parameters:
    ///   - timekeeper: The gateway's own, since devices and gateway live in the same day.
    ///   - key: What the plant's codes are signed with.
    init(site: DemoSite, timekeeper: Timekeeper, key: CodeKey) {
        self.site = site
        self.timekeeper = timekeeper
        self.key = key
    }

    /// Starts the devices to which the gateway goes, and writes the site file that names all.
    func build() async throws {
        var matches: [String: String] = [:]
        for station in stations {
            matches[station.name] =
                switch station.connection {
                case .tcp: try await host(station, at: .tcp(host: "127.0.0.1", port: 0))
                case .udp: try await host(station, at: .udp(host: "127.0.0.1", port: 0))
                case .terminal: "tty: \"\(try await plug(station))\""
                case .cradle: "tty: \"\(carry(station))\""
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
        for station in stations {
            if case .call = station.connection { _ = try await start(station, at: door) }
        }
    }

    /// Lets the day's deeds happen, each at its time, until they are done or the task is cancelled.
    func live(with office: DemoOffice) async throws {
        for (time, deed) in DemoStory.deeds {
            let moment = site.day.moment(time)
            while timekeeper.wall < moment {
                try Task.checkCancellation()
                await timekeeper.sleep(untilWall: moment)
            }
            try await perform(deed, office)
        }
    }

    func close() async {
        for port in ports.values { await port.stop() }
    }

    // MARK: What happens

    private func perform(_ deed: DemoDeed, _ office: DemoOffice) async throws {
        switch deed {
        case .punch(let person, let device):
            let station = DemoStation.of(device)
            try await tell(station, station.punch(by: DemoPeople.person(person), at: device))
        case .scan(let code, let device):
            try await tell(DemoStation.of(device), ["scan": .string(text(of: code))])
        case .unplug(let device): await ports.removeValue(forKey: DemoStation.of(device).name)?.stop()
        case .plug(let device): _ = try await plug(DemoStation.of(device))
        case .grantLeave(let person): try await office.grantLeave(to: person)
        case .assign(let person, let other): try await office.assign(to: person, by: other)
        case .submit(let person): try await office.submit(by: person)
        case .verify(let person): try await office.verify(by: person)
        case .handOver(let person): try await office.handOver(by: person)
        }
    }

    /// The code as it is printed.
    private func text(of code: DemoDeed.Code) -> String {
        switch code {
        case .checkpoint(let id): CodeLabel(.checkpoint, id: id, name: "", key: key).code
        case .condition(let id): CodeLabel(.condition, id: id, name: "", key: key).code
        case .person(let id): CodeLabel(.person, id: id, name: "", key: key).code
        case .forged(let checkpoint): OwnCode(kind: .checkpoint, id: checkpoint, tag: "aaaabbbbccccdddd").text
        }
    }

    private func tell(_ station: DemoStation, _ command: JSONValue) async throws {
        guard let port = ports[station.name] else { return }
        let answer = await port.tell(command)
        if let problem = answer["error"]?.text { throw Failure(.notInOrder, "\(station.name): \(problem)") }
    }

    // MARK: Devices

    private func host(_ station: DemoStation, at door: SimulatedDoor) async throws -> String {
        let address = try await start(station, at: door)
        return "host: \"\(address.drop { $0 != "/" }.dropFirst(2))\""
    }

    private func plug(_ station: DemoStation) async throws -> String {
        // One that was carried brings what it has scanned.
        if let carried = ports[station.name] { return try await carried.start() }
        return try await start(station, at: .terminal(link: link(of: station)))
    }

    /// The device is in somebody's pocket; where the gateway will find it.
    private func carry(_ station: DemoStation) -> String {
        let link = link(of: station)
        ports[station.name] = port(of: station, at: .terminal(link: link))
        return link
    }

    private func link(of station: DemoStation) -> String { "\(site.folder)/\(station.name)" }

    private func start(_ station: DemoStation, at door: SimulatedDoor) async throws -> String {
        let port = port(of: station, at: door)
        let address = try await port.start()
        ports[station.name] = port
        return address
    }

    private func port(of station: DemoStation, at door: SimulatedDoor) -> SimulatedPort {
        SimulatedPort(
            station.device(site.day.zone), at: door, group: MultiThreadedEventLoopGroup.singleton,
            clock: { [timekeeper] in timekeeper.now })
    }
}
