import ArgumentParser
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import GatehouseRuntime

struct RollcallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcall", abstract: "Who is on site now, by place, for a muster.",
        discussion: """
            Example: gatehouse rollcall --data /var/lib/gatehouse

            Read from the journal, so it works while the gateway is down: then it says who was on site last.
            """)

    /// A presence lasts no longer than its window, and no window is longer.
    private static let longest: Duration = .seconds(4 * 86_400)

    @Option(help: "The data folder.")
    var data: String?

    @Flag(help: "Print a JSON list.")
    var json = false

    private struct Presence {
        var person: String
        var place: String?
        var since: String
    }

    func run() throws {
        let history = try JournalHistory(folder: data ?? DataFolder.standard)
        let present = try presences(history)
        if json {
            Console.json(
                .array(
                    present.map {
                        [
                            "person": .string($0.person), "place": .optional($0.place), "since": .string($0.since),
                        ]
                    }))
            return
        }
        let index = try history.site().map { SiteIndex($0) }
        let byPlace = Dictionary(grouping: present) { $0.place ?? "" }
        Console.line("\(present.count)")
        for (place, people) in byPlace.sorted(by: { $0.key < $1.key }) {
            Console.line("")
            Console.line("\(Console.shown(name(of: place, index))) (\(people.count))")
            Console.table(
                people.map { presence in
                    let person = index?.people[presence.person]
                    let department = person?.department.map { index?.departments[$0]?.name ?? $0 }
                    return [
                        presence.person, Console.shown(person?.name ?? ""), Console.shown(department ?? ""),
                        String(presence.since.prefix(16)).replacing("T", with: " "),
                    ]
                })
        }
    }

    private func name(of place: String, _ index: SiteIndex?) -> String {
        place.isEmpty ? "-" : index?.site.places.first { $0.id == place }?.name ?? place
    }

    private func presences(_ history: JournalHistory) throws -> [Presence] {
        var seen: Set<String> = []
        var present: [Presence] = []
        let oldest = Timekeeper().wall - Self.longest
        try history.walk("presence.changed") { event, json in
            guard event.recorded >= oldest else { return false }
            guard let person = json["data"]?["person"]?.text, seen.insert(person).inserted else { return true }
            guard json["data"]?["onSite"]?.bool == true else { return true }
            let since = json["data"]?["since"]?.text ?? json["time"]?.text ?? ""
            present.append(Presence(person: person, place: json["data"]?["place"]?.text, since: since))
            return true
        }
        return present.sorted { $0.person < $1.person }
    }
}
