import Foundation
import GatehouseModel
import GatehouseRuntime
import GatehouseSimulation
import GatehouseSimulationPorts
import GatehouseSite
import LineScannerSimulator
import NIOPosix
import ZKTecoSimulator
import ZKTecoWire

/// A small plant without hardware: its site file, its devices, and the people in front of them.
actor DemoPlant {
    private static let people = [
        ("E1001", "王建国", "10001"), ("E1002", "李秀英", "10002"), ("E1003", "张伟", "10003"), ("E1004", "刘洋", "10004"),
    ]
    private static let checkpoints = [
        ("CP01", "1号消防栓", "XF-0001"), ("CP02", "配电房", "XF-0002"), ("CP03", "东侧疏散通道", "XF-0003"),
    ]
    private static let scanners = ["guardroom-scanner", "packing-scanner"]

    nonisolated let folder: String
    private let timekeeper = Timekeeper()
    private let zone = Site.default.zone
    private var clocks: [(name: String, port: SimulatedPort, address: String)] = []
    private var plugged: [String: SimulatedPort] = [:]
    private var random = SplitMix64(seed: 20_261_124)

    init(folder: String) {
        self.folder = folder
    }

    nonisolated var siteFile: String { "\(folder)/site.yaml" }

    /// Starts the devices and writes the site file that names them.
    func build() async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        clocks = [
            try await clock("gate-1-clock", at: .tcp(host: "127.0.0.1", port: 0), layout: .forty),
            try await clock("gate-2-clock", at: .udp(host: "127.0.0.1", port: 0), layout: .sixteen),
        ]
        for scanner in Self.scanners { try await plug(scanner) }
        try Data(site.utf8).write(to: URL(filePath: siteFile))
    }

    /// Lets people punch and guards scan, unplugs a scanner and restarts a clock now and then, until the task is
    /// cancelled.
    func live() async {
        var step = 0
        while !Task.isCancelled {
            step += 1
            switch step % 25 {
            case 10: await pullAndPlug(Self.scanners[step / 25 % Self.scanners.count])
            case 20: _ = await clocks[step / 25 % clocks.count].port.tell(["fault": "reboot", "seconds": 3])
            default: await act()
            }
            await pause(.milliseconds(Int.random(in: 300...1200, using: &random)))
        }
    }

    func close() async {
        for clock in clocks { await clock.port.stop() }
        for port in plugged.values { await port.stop() }
    }

    private func act() async {
        if Bool.random(using: &random) {
            let badge = Self.people[Int.random(in: 0..<Self.people.count, using: &random)].2
            let clock = clocks[Int.random(in: 0..<clocks.count, using: &random)].port
            _ = await clock.tell(["punch": ["badge": .string(badge)]])
        } else {
            let code = Self.checkpoints[Int.random(in: 0..<Self.checkpoints.count, using: &random)].2
            _ = await plugged[Self.scanners[Int.random(in: 0..<2, using: &random)]]?.tell(["scan": .string(code)])
        }
    }

    private func pullAndPlug(_ scanner: String) async {
        await plugged.removeValue(forKey: scanner)?.stop()
        await pause(.seconds(2))
        // A scanner that cannot be plugged in again is missing from the rest of the demo, and its events show that.
        try? await plug(scanner)
    }

    private func plug(_ scanner: String) async throws {
        let port = SimulatedPort(
            SimulatedLineScanner(), at: .terminal(link: "\(folder)/\(scanner)"),
            group: MultiThreadedEventLoopGroup.singleton,
            clock: { [timekeeper] in timekeeper.now })
        _ = try await port.start()
        plugged[scanner] = port
    }

    private func clock(
        _ name: String, at door: SimulatedDoor, layout: ZKRecordLayout
    ) async throws -> (name: String, port: SimulatedPort, address: String) {
        var setup = SimulatedZKTeco.Setup()
        setup.serial = "SIM-\(name)"
        setup.layout = layout
        setup.zone = zone
        setup.clockOffset = .seconds(layout == .sixteen ? 40 : 0)
        var device = SimulatedZKTeco(setup: setup)
        // What people punched while nobody listened.
        _ = device.handle(.told(["log": 5]), at: timekeeper.now)
        let port = SimulatedPort(
            device, at: door, group: MultiThreadedEventLoopGroup.singleton, clock: { [timekeeper] in timekeeper.now })
        return (name, port, try await port.start())
    }

    private func pause(_ length: Duration) async {
        // Cut short when the demo ends.
        try? await Task.sleep(for: length)
    }

    private var site: String {
        let devices =
            clocks.map { clock in
                let host = clock.address.drop { $0 != "/" }.dropFirst(2)
                return
                    "  - { id: \(clock.name), driver: zkteco, match: { host: \"\(host)\" }, role: clock, clock: sync }"
            }
            + Self.scanners.map { name in
                "  - { id: \(name), driver: line-scanner, match: { tty: \"\(folder)/\(name)\" }, role: patrol }"
            }
        return """
            site: demo
            name: 示范工厂
            timezone: \(zone.name)
            people:
            \(Self.people.map { "  - { id: \($0.0), name: \($0.1), badges: [\"\($0.2)\"] }" }.joined(separator: "\n"))
            devices:
            \(devices.joined(separator: "\n"))
            checkpoints:
            \(Self.checkpoints.map { "  - { id: \($0.0), name: \($0.1), code: \($0.2) }" }.joined(separator: "\n"))

            """
    }
}
