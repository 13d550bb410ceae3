import ArgumentParser
import GatehouseModules
import GatehouseRuntime
import Logging

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the gateway.",
        discussion: """
            Example: gatehouse run --site /etc/gatehouse/site.yaml --data /var/lib/gatehouse

            Works without a site file: devices that a driver is certain of are found, stored and published. SIGTERM \
            and SIGINT stop it in order, SIGHUP reads the site file again.
            """)

    @Option(help: "The site file.")
    var site: String?

    @Option(help: "The folder of journal and keys.")
    var data: String?

    @Option(help: "Where events are published; port 0 takes a free one.")
    var events: String?

    @Option(help: "Where requests are answered; port 0 takes a free one.")
    var requests: String?

    @Option(help: "Where the page and the API listen. This version has none yet: whatever is given, it stays off.")
    var http: String?

    @Option(help: "Where ZKTeco devices push to, for example 0.0.0.0:8081; port 0 takes a free one, off turns it off.")
    var adms: String?

    @Option(
        name: .customLong("apart"),
        help: "A module that runs in a process of its own (`gatehouse module NAME`) and not here; may be given again.")
    var apart: [String] = []

    @Option(help: "How much is logged: trace, debug, info, notice, warning, error.")
    var log: String = "info"

    func validate() throws {
        for name in apart where !ModuleHouse.names.contains(name) {
            throw ValidationError("--apart takes \(ModuleHouse.names.joined(separator: ", "))")
        }
    }

    func run() async throws {
        guard let level = Logger.Level(rawValue: log) else {
            throw ValidationError("--log takes trace, debug, info, notice, warning or error")
        }
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Logger(label: "gatehouse", level: level)
        if let http, http != "off" {
            logger.warning("--http is not part of this version; nothing listens there")
        }
        let options = DaemonOptions(
            site: site, data: data, events: events, requests: requests, adms: adms,
            version: Gatehouse.version, families: DriverCatalogue.families, sticks: [AttlogStick.format],
            modulesApart: Set(apart))
        do {
            try await Daemon(options: options, logger: logger).run { file in
                logger.notice("ready", metadata: ["events": "\(file.events)", "requests": "\(file.requests)"])
            }
        } catch let problem as StartProblem {
            throw Failure(.notInOrder, "\(problem)")
        }
    }
}

extension Logger {
    init(label: String, level: Logger.Level) {
        self.init(label: label)
        logLevel = level
    }
}
