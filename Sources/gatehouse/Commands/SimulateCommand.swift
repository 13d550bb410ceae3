import ArgumentParser
import GatehouseModel
import GatehouseRules
import GatehouseRuntime
import GatehouseSimulation
import GatehouseSimulationPorts
import GatehouseSite
import Glibc
import LineScannerSimulator
import NIOPosix
import UnixSignals
import ZKTecoSimulator
import ZKTecoWire

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Be a device, byte for byte, for integrators without hardware.",
        discussion: """
            Example: gatehouse simulate zkteco --listen tcp://127.0.0.1:4370
            Example: gatehouse simulate line-scanner --tty --link /tmp/scanner
            Example: gatehouse simulate KIND --listen tcp://127.0.0.1:0 --set serial=A1

            KIND is one of \(kinds.joined(separator: ", ")); \
            `gatehouse simulate device --help` explains what each takes with --set. Prints one line when ready, \
            {"kind", "address"}; then it reads one JSON command a line, for example {"punch": {"badge": "10023"}}, \
            {"scan": "XF-0001"}, {"fault": "silence"} or {"report": true}.
            """,
        subcommands: [Clock.self, Scanner.self, AnyDevice.self, SimulateSeedCommand.self],
        defaultSubcommand: AnyDevice.self)

    /// Where a simulated device is to be found, and how good its line is.
    struct Place: ParsableArguments {
        @Option(
            help: "tcp://HOST:PORT or udp://HOST:PORT; port 0 takes a free one. call:tcp://HOST:PORT dials in there.")
        var listen: String?

        @Flag(help: "A pseudo-terminal, as a device on a serial port.")
        var tty = false

        @Option(help: "With --tty, a path that is made to point to it.")
        var link: String?

        @Option(help: "What the line does to the bytes: clean, tcp, udp or serial.")
        var line: String = "clean"

        @Option(help: "What faults and the device's own choices are drawn from.")
        var seed: UInt64 = 1

        func validate() throws {
            guard (listen != nil) != tty else {
                throw ValidationError("say where it is to be found: --listen ADDR or --tty")
            }
            guard LineFaults.Plan.named[line] != nil else {
                throw ValidationError("--line takes clean, tcp, udp or serial")
            }
            guard door != nil else {
                throw ValidationError("an address is written tcp://127.0.0.1:4370, and a link with its full path")
            }
        }

        var door: SimulatedDoor? {
            if let listen { return SimulatedDoor(listen.contains("://") ? listen : "tcp://\(listen)") }
            return SimulatedDoor(link.map { "tty:\($0)" } ?? "tty")
        }

        func run(_ device: any SimulatedDevice, kind: String) async throws {
            guard let door else { return }
            let timekeeper = Timekeeper()
            let port = SimulatedPort(
                device, at: door, faults: line == "clean" ? nil : LineFaults.Plan.named[line], seed: seed,
                group: MultiThreadedEventLoopGroup.singleton, clock: { timekeeper.now })
            let thread = NIOThreadPool(numberOfThreads: 1)
            thread.start()
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await SimulationRun.run(kind: kind, port: port, commands: StandardInputLines(on: thread)) {
                            Console.line($0)
                        }
                    }
                    group.addTask { await Self.endOfWork() }
                    // Whichever ends first ends the other: a signal, or an address that cannot be had.
                    try await group.next()
                    await port.stop()
                    // Waiting for input that does not come must not keep the process.
                    Glibc.exit(0)
                }
            } catch {
                throw Failure(.notInOrder, "\(listen ?? link ?? "tty"): \(error); choose another address")
            }
        }

        private static func endOfWork() async {
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { return }
        }
    }

    struct Clock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "zkteco", abstract: "A ZKTeco time clock.",
            discussion:
                "Example: gatehouse simulate zkteco --listen udp://127.0.0.1:4370 --record-size 16 --records 5000")

        @OptionGroup var place: Place

        @Option(help: "Its serial number.")
        var serial = "SIM0000000001"

        @Option(help: "Its communication key, 0 to 999999.")
        var key: UInt32 = 0

        @Option(
            name: [.customLong("record-size"), .customLong("layout")],
            help: "The size of its log's records: 40, 49, 22, 16, or 8 in its two layouts 8A and 8B.")
        var recordSize = "40"

        @Option(help: "The size of its user records: 72 or 28.")
        var userSize = 72

        @Option(help: "How many bytes it puts into one packet of a transfer over TCP; without it, all of a chunk.")
        var tcpPacket: Int?

        @Option(help: "How many people it knows.")
        var users = 20

        @Option(help: "How many records its log can hold.")
        var capacity = 100_000

        @Option(help: "How many old records its log holds at the start.")
        var records = 0

        @Option(help: "Its time zone, for example Asia/Shanghai; without it, the system's.")
        var zone: String?

        func validate() throws {
            guard ZKRecordLayout(rawValue: recordSize) != nil else {
                throw ValidationError("--record-size takes 40, 49, 22, 16, 8A or 8B")
            }
            guard [28, 72].contains(userSize), (1...65_535).contains(tcpPacket ?? 1) else {
                throw ValidationError("--user-size takes 72 or 28, --tcp-packet 1 to 65535")
            }
            guard key <= 999_999, (0...60_000).contains(users), (1...1_000_000).contains(capacity),
                (0...capacity).contains(records)
            else { throw ValidationError("--key, --users, --capacity or --records is out of range") }
        }

        func run() async throws {
            var setup = SimulatedZKTeco.Setup()
            setup.serial = serial
            setup.key = key
            setup.layout = ZKRecordLayout(rawValue: recordSize) ?? .forty
            setup.userLayout = userSize == 28 ? .short : .long
            setup.bulk.tcpPacket = tcpPacket
            setup.userCount = users
            setup.capacity = capacity
            setup.zone = try Self.zone(zone)
            var clock = SimulatedZKTeco(setup: setup, seed: place.seed)
            if records > 0 { _ = clock.handle(.told(["log": .integer(records)]), at: Timekeeper().now) }
            try await place.run(clock, kind: "zkteco")
        }

        static func zone(_ name: String?) throws -> Zone {
            guard let name else { return Site.default.zone }
            guard let site = SiteReader.read(json: ["site": "simulated", "timezone": .string(name)]).site else {
                throw Failure(.usage, "\(name) is no time zone; write it like Asia/Shanghai")
            }
            return site.zone
        }
    }

    struct Scanner: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "line-scanner", abstract: "A barcode or QR scanner on a serial port or socket.",
            discussion: "Example: gatehouse simulate line-scanner --tty --link /tmp/scanner")

        enum Terminator: String, ExpressibleByArgument, CaseIterable {
            case cr, lf, crlf, tab, none

            var bytes: [UInt8] {
                switch self {
                case .cr: [0x0D]
                case .lf: [0x0A]
                case .crlf: [0x0D, 0x0A]
                case .tab: [0x09]
                case .none: []
                }
            }
        }

        @OptionGroup var place: Place

        @Option(help: "What it sends after each code: cr, lf, crlf, tab or none.")
        var terminator: Terminator = .cr

        @Option(help: "The AIM identifier that it sends before each code, for example ]Q1.")
        var aim: String?

        func run() async throws {
            let setup = SimulatedLineScanner.Setup(suffix: terminator.bytes, aim: aim)
            try await place.run(SimulatedLineScanner(setup: setup, seed: place.seed), kind: "line-scanner")
        }
    }
}
