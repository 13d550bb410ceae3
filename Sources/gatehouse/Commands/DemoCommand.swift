import ArgumentParser
import Foundation
import GatehouseBus
import GatehouseClient
import GatehouseModel
import GatehouseRuntime
import Glibc
import Logging

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show the gateway at work with simulated clocks and scanners, without any hardware.",
        discussion: """
            Example: gatehouse demo --seconds 60

            Nine devices of six families, which speak the real wire protocols over sockets and pseudo-terminals, come \
            and go; their events are printed as any subscriber sees them. Nothing is left behind.
            """)

    @Option(help: "End after that long; without it, at Ctrl-C.")
    var seconds: Int?

    @Option(help: "Keep journal and site file in this folder.")
    var data: String?

    func validate() throws {
        if let seconds, seconds < 1 { throw ValidationError("--seconds takes a number from 1") }
    }

    func run() async throws {
        let own = NSTemporaryDirectory() + "gatehouse-demo-\(ProcessInfo.processInfo.processIdentifier)"
        // In full, since the site file names terminals in it.
        let folder = URL(filePath: data ?? own).path(percentEncoded: false)
        defer { if data == nil { try? FileManager.default.removeItem(atPath: folder) } }
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Logger(label: "gatehouse", level: .error)
        let plant = DemoPlant(folder: folder)
        do {
            try await plant.build()
            let options = DaemonOptions(
                site: plant.site.path, data: folder, events: "tcp://127.0.0.1:0", requests: "tcp://127.0.0.1:0",
                adms: "127.0.0.1:0", version: Gatehouse.version, families: DriverCatalogue.families)
            let ready = AsyncStream.makeStream(of: RunFile.self)
            let story = Task {
                for await file in ready.stream { try await play(file, plant: plant) }
            }
            defer { story.cancel() }
            try await Daemon(options: options, logger: logger).run { ready.continuation.yield($0) }
        } catch let problem as StartProblem {
            throw Failure(.notInOrder, "\(problem)")
        }
        await plant.close()
    }

    /// Shows what happens, and lets it happen, until cancelled.
    private func play(_ file: RunFile, plant: DemoPlant) async throws {
        Self.introduce(file, folder: plant.site.folder)
        if let door = file.adms { try await plant.call(door) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.show(file) }
            group.addTask { await plant.live() }
            if let seconds { group.addTask { await Self.end(after: seconds) } }
            try await group.waitForAll()
        }
    }

    private static func introduce(_ file: RunFile, folder: String) {
        let program = CommandLine.arguments.first ?? "gatehouse"
        Console.line(
            """
            A small plant is running: four time clocks, two card readers on one line and three scanners, simulated
            down to the bytes on the wire.

              events    \(file.events)      every event, as any ZeroMQ SUB socket gets it
              requests  \(file.requests)      replay, append, devices, commands
              journal   \(folder)

            In another terminal:

              \(program) devices --data \(folder)
              \(program) tail --data \(folder) --from 1 --json
              GATEHOUSE_EVENTS=\(file.events) GATEHOUSE_REQUESTS=\(file.requests) \\
                python3 examples/python/subscribe.py /tmp/how-far

            Ctrl-C ends it.

            """)
    }

    private static func show(_ file: RunFile) async throws {
        let client = try GatehouseClient(events: file.events, requests: file.requests)
        for try await event in try client.events(after: 0) {
            if event.topic != "site.updated" { Console.line(EventLine.text(of: event)) }
        }
    }

    private static func end(after seconds: Int) async {
        try? await Task.sleep(for: .seconds(seconds))
        kill(getpid(), SIGTERM)
    }
}
