import ArgumentParser
import Foundation
import GatehouseClient
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseRuntime
import GatehouseSite
import Glibc
import Logging

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show the gateway at work: a small plant's day in ninety seconds, without any hardware.",
        discussion: """
            Example: gatehouse demo --language en

            Nine devices of six families speak the real wire protocols over sockets and pseudo-terminals, and the \
            gateway is the real one; only its clock is quick. People come late, a checkpoint is forgotten, a blocked \
            passage is put right, a code is forged, a clock is wrong. Every line is an event, as any subscriber sees \
            it. In the evening the clock goes as usual. Nothing is left behind.
            """)

    @Option(help: "End after that long; without it, at Ctrl-C.")
    var seconds: Int?

    @Flag(help: "End when the day is over.")
    var untilEvening = false

    @Option(help: "How many seconds of the day pass in a real one, up to \(DemoDay.fastestRate).")
    var pace = DemoDay.usualRate

    @Option(help: "zh-Hans or en; without it, that of the terminal.")
    var language: String?

    @Option(help: "Keep journal and site file in this folder, which has no journal yet.")
    var data: String?

    func validate() throws {
        if let seconds, seconds < 1 { throw ValidationError("--seconds takes a number from 1") }
        guard 1...DemoDay.fastestRate ~= pace else {
            throw ValidationError("--pace takes a number from 1 to \(DemoDay.fastestRate)")
        }
        guard language == nil || Site.Language(rawValue: language ?? "") != nil else {
            throw ValidationError("--language takes zh-Hans or en")
        }
    }

    func run() async throws {
        let own = NSTemporaryDirectory() + "gatehouse-demo-\(ProcessInfo.processInfo.processIdentifier)"
        // In full, since the site file names terminals in it.
        let folder = URL(filePath: data ?? own).path(percentEncoded: false)
        guard !FileManager.default.fileExists(atPath: Journal.file(in: folder)) else {
            throw Failure(.notInOrder, "\(folder) has a journal, and the demo's day begins anew: give an empty folder")
        }
        defer { if data == nil { try? FileManager.default.removeItem(atPath: folder) } }
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        do {
            try await live(in: folder)
        } catch let problem as StartProblem {
            throw Failure(.notInOrder, "\(problem)")
        }
    }

    private func live(in folder: String) async throws {
        let zone = Site.default.zone
        let day = DemoDay(date: CalendarDay(Timekeeper().wall, in: zone), zone: zone, rate: pace)
        let language = language.flatMap(Site.Language.init(rawValue:)) ?? .ofTerminal
        let timekeeper = Timekeeper(pace: day.pace)
        let plant = DemoPlant(
            site: DemoSite(folder: folder, language: language, day: day), timekeeper: timekeeper,
            key: try CodeKeyFile.key(in: folder, secrets: [:]))
        try await plant.build()
        let options = DaemonOptions(
            site: plant.site.path, data: folder, events: "tcp://127.0.0.1:0", requests: "tcp://127.0.0.1:0",
            adms: "127.0.0.1:0", version: Gatehouse.version, families: DriverCatalogue.families,
            timekeeper: timekeeper)
        let ready = AsyncStream.makeStream(of: RunFile.self)
        let story = Task {
            for await file in ready.stream {
                do {
                    try await play(file, plant: plant, office: DemoOffice(file, timekeeper: timekeeper, day: day))
                } catch {
                    if !(error is CancellationError) { Console.error("the demo ends: \(error)") }
                    Self.end()
                }
            }
        }
        defer { story.cancel() }
        try await Daemon(options: options, logger: Logger(label: "gatehouse", level: .error)).run {
            ready.continuation.yield($0)
        }
        await plant.close()
    }

    /// Shows what happens, and lets it happen, until cancelled.
    private func play(_ file: RunFile, plant: DemoPlant, office: DemoOffice) async throws {
        introduce(file, plant.site)
        if let door = file.adms { try await plant.call(door) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await show(file, plant.site) }
            group.addTask { try await plant.live(with: office) }
            if let seconds { group.addTask { await Self.end(after: seconds) } }
            try await group.waitForAll()
        }
    }

    private func show(_ file: RunFile, _ site: DemoSite) async throws {
        let client = try GatehouseClient(events: file.events, requests: file.requests)
        var teller = DemoTeller(site.language)
        for try await event in try client.events(after: 0) {
            let (lines, isOver) = teller.tell(event)
            for line in lines { Console.line(line) }
            guard isOver else { continue }
            if untilEvening { return Self.end() }
            Console.line(Self.farewell.in(site.language))
        }
    }

    private static func end(after seconds: Int) async {
        try? await Task.sleep(for: .seconds(seconds))
        end()
    }

    /// As Ctrl-C does it.
    private static func end() {
        kill(getpid(), SIGTERM)
    }
}

// MARK: What is said by the demo itself

extension DemoCommand {
    private func introduce(_ file: RunFile, _ site: DemoSite) {
        let program = CommandLine.arguments.first ?? "gatehouse"
        let plant = DemoText(
            "一个小工厂的一天，以 \(pace) 倍速进行：四台考勤机、一条线上的两个读卡器、三把扫码枪，\n线上的每个字节都是模拟的；网关是真的。",
            "A small plant's day at \(pace) times its pace: four time clocks, two card readers on one line and three\n"
                + "scanners, simulated down to the bytes on the wire. The gateway is the real one.")
        let terminal = DemoText("在另一个终端里：", "In another terminal:")
        let end = DemoText("Ctrl-C 结束。", "Ctrl-C ends it.")
        Console.line(
            """
            \(plant.in(site.language))

              events    \(file.events)      every event, as any ZeroMQ SUB socket gets it
              requests  \(file.requests)      replay, append, devices, commands
              journal   \(site.folder)

            \(terminal.in(site.language))

              \(program) devices --data \(site.folder)
              \(program) tail --data \(site.folder) --from 1 --json
              GATEHOUSE_EVENTS=\(file.events) GATEHOUSE_REQUESTS=\(file.requests) \\
                python3 examples/python/subscribe.py /tmp/how-far

            \(end.in(site.language))

            """)
    }

    private static let farewell = DemoText(
        "\n白天结束，时钟恢复正常速度；工厂一直运行到 Ctrl-C。", "\nFrom now on the clock goes as usual; the plant stays until Ctrl-C.")
}
