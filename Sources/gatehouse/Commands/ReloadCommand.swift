import ArgumentParser
import GatehouseRules
import GatehouseRuntime
import GatehouseSite
import Glibc

struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Have the daemon read its site file again.",
        discussion: """
            Example: gatehouse reload --site /etc/gatehouse/site.yaml --data /var/lib/gatehouse

            With --site the file is checked first, and a broken one is not reloaded. A broken file never takes effect: \
            the daemon keeps the old rules and raises an alert.
            """)

    @Option(help: "The site file, to check it first.")
    var site: String?

    @Option(help: "The data folder of the daemon.")
    var data: String?

    func run() throws {
        if let site {
            let reading = SiteReader.read(site, drivers: DriverCatalogue.families)
            for problem in reading.problems { Console.error(problem.text) }
            guard reading.site != nil else { throw Failure(.notInOrder, "not reloaded") }
        }
        let folder = data ?? DataFolder.standard
        guard let file = RunFile(in: folder) else {
            throw Failure(.unreachable, "no daemon runs on \(folder): name its folder with --data")
        }
        guard kill(file.pid, SIGHUP) == 0 else {
            let reason = errno == EPERM ? "you may not signal it; run this as its user" : "it has gone without notice"
            throw Failure(errno == EPERM ? .refused : .unreachable, "process \(file.pid): \(reason)")
        }
        Console.line("the daemon reads its site file again; `gatehouse tail --topic site.` shows when it is in force")
    }
}
