import ArgumentParser
import GatehouseModel
import GatehouseRules
import GatehouseSite

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read a site file and everything it names, and print every problem.",
        discussion: "Example: gatehouse check /etc/gatehouse/site.yaml")

    @Argument(help: "The site file.")
    var file: String

    @Flag(help: "Print a JSON list.")
    var json = false

    func run() throws {
        let reading = SiteReader.read(file, drivers: DriverCatalogue.families)
        if json {
            Console.json(.array(reading.problems.map(\.json)))
        } else {
            for problem in reading.problems { Console.line(problem.text) }
            if reading.problems.isEmpty { Console.line("\(file) is in order") }
        }
        guard reading.problems.isEmpty else { throw Failure(.notInOrder) }
    }
}

extension SiteProblem {
    fileprivate var json: JSONValue {
        [
            "file": .string(file), "line": .integer(line), "column": .integer(column), "problem": .string(problem),
            "hint": .string(hint),
        ]
    }
}
