import ArgumentParser
import GatehouseBus
import GatehouseClient
import GatehouseEngine
import GatehouseModel
import GatehouseModuleKit
import GatehouseModules
import GatehouseRules
import GatehouseRuntime
import GatehouseSite
import HazardsModule

struct HazardsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hazards", abstract: "The unsafe conditions and their way to being put right.",
        discussion: """
            Example: gatehouse hazards list --open
                     gatehouse hazards assign H-12 --to E1001 --by E2000
                     gatehouse hazards submit H-12 --by E1001 --note "way is clear"
                     gatehouse hazards verify H-12 --by E2000
            """,
        subcommands: [List.self, Report.self, Assign.self, Submit.self, Verify.self, Reject.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List them, from the journal.", discussion: "Example: gatehouse hazards list --open --json")

        @Option(help: "The data folder.")
        var data: String?

        @Flag(help: "Only those that are not closed.")
        var open = false

        @Flag(help: "Print a JSON list.")
        var json = false

        func run() async throws {
            let history = try JournalHistory(folder: data ?? DataFolder.standard)
            let site = try history.site()
            let zone = site?.zone ?? .utc
            let rows = try HazardList.rows(history).filter { !open || $0.state != "closed" }
            if json {
                Console.json(.array(rows.map { $0.json(in: zone) }))
                return
            }
            let language = site?.language ?? .english
            let titles: [ReportWords] = [.hazard, .state, .severity, .place, .condition, .opened, .deadline, .person]
            Console.table(
                [titles.map { $0.text(language) }]
                    + rows.map { row in
                        [
                            row.hazard, ReportWords.status(row.state, language), row.severity,
                            row.checkpoint ?? row.place ?? "-", row.condition ?? "-",
                            Self.time(row.opened, zone), Self.time(row.deadline, zone), row.assignee ?? "-",
                        ].map { Console.shown($0) }
                    })
        }

        private static func time(_ moment: Moment, _ zone: Zone) -> String {
            String(zone.local(at: moment).text.replacing("T", with: " ").prefix(16))
        }
    }

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Report one.",
            discussion: "Example: gatehouse hazards report --checkpoint CP02 --severity general --by E1001")

        @OptionGroup var connection: Connection
        @Option(help: "Its id; without one, the report's own.") var hazard: String?
        @Option(help: "Where: a checkpoint.") var checkpoint: String?
        @Option(help: "Where, if at no checkpoint: a place.") var place: String?
        @Option(help: "What, if the site file has a condition for it.") var condition: String?
        @Option(help: "How bad: general, major or another of the site file's.") var severity: String
        @Option(help: "In your own words.") var description: String?
        @Option(help: "Who reports it.") var by: String
        @Option(help: "Until when, RFC 3339; else the severity says.") var deadline: String?

        func validate() throws {
            guard checkpoint != nil || place != nil else { throw ValidationError("give --checkpoint or --place") }
        }

        func run() async throws {
            try await HazardsCommand.append(
                "hazard.reported",
                [
                    "hazard": hazard, "checkpoint": checkpoint, "place": place, "condition": condition,
                    "severity": severity, "description": description, "by": by, "deadline": deadline,
                ], over: connection)
        }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Name who puts it right, and until when.",
            discussion: "Example: gatehouse hazards assign H-12 --to E1001 --by E2000")

        @OptionGroup var connection: Connection
        @Argument(help: "The hazard.") var hazard: String
        @Option(help: "Who puts it right.") var to: String
        @Option(help: "Who says so.") var by: String
        @Option(help: "A new deadline, RFC 3339; needs --reason.") var deadline: String?
        @Option(help: "Why the deadline is moved.") var reason: String?

        func run() async throws {
            try await HazardsCommand.append(
                "hazard.assigned",
                ["hazard": hazard, "to": to, "by": by, "deadline": deadline, "reason": reason], over: connection)
        }
    }

    struct Submit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that it is put right.", discussion: "Example: gatehouse hazards submit H-12 --by E1001")

        @OptionGroup var connection: Connection
        @Argument(help: "The hazard.") var hazard: String
        @Option(help: "Who put it right.") var by: String
        @Option(help: "What was done.") var note: String?

        func run() async throws {
            try await HazardsCommand.append(
                "hazard.submitted", ["hazard": hazard, "by": by, "note": note], over: connection)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Confirm it, which closes it.", discussion: "Example: gatehouse hazards verify H-12 --by E2000")

        @OptionGroup var connection: Connection
        @Argument(help: "The hazard.") var hazard: String
        @Option(help: "Who has looked; not who put it right.") var by: String
        @Option(help: "What was seen.") var note: String?

        func run() async throws {
            try await HazardsCommand.append(
                "hazard.verified", ["hazard": hazard, "by": by, "note": note], over: connection)
        }
    }

    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send it back: it is not put right.",
            discussion: "Example: gatehouse hazards reject H-12 --by E2000 --reason \"still blocked\"")

        @OptionGroup var connection: Connection
        @Argument(help: "The hazard.") var hazard: String
        @Option(help: "Who has looked.") var by: String
        @Option(help: "What is missing.") var reason: String

        func run() async throws {
            try await HazardsCommand.append(
                "hazard.rejected", ["hazard": hazard, "by": by, "reason": reason], over: connection)
        }
    }

    /// Appends one step as the command line's client; the gateway refuses what the hazard's state does not allow.
    private static func append(_ topic: Topic, _ data: [String: String?], over connection: Connection) async throws {
        let step = data.compactMapValues { $0 }
        let client = try connection.client()
        do throws(ClientError) {
            let site = try await client.ping().site
            let event = event(topic, step, site: site)
            let results = try await client.append([event])
            Console.line("\(topic.rawValue) \(results.first?.sequence ?? 0)")
        } catch {
            throw error.failure
        }
    }

    private static func event(_ topic: Topic, _ step: [String: String], site: String) -> [UInt8] {
        let now = Timestamp(Timekeeper().wall, in: .utc)
        var generator = SystemRandomNumberGenerator()
        var identifiers = UUIDv7Source(generator: SplitMix64(seed: generator.next()))
        let members = step.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
        let event = Event(
            source: "/sites/\(site)/clients/command-line", id: identifiers.next(at: now.moment), topic: topic,
            subject: step["hazard"] ?? "", time: now, data: JSONValue.object(members).bytes)
        return event.encoded(sequence: 0, recorded: now)
    }
}

/// The hazards of a journal, worked out by the module from the events that concern it.
enum HazardList {
    static func rows(_ history: JournalHistory) throws -> [HazardRow] {
        let topics: [Topic] = [
            "site.updated", "scan.recorded", "hazard.reported", "hazard.assigned", "hazard.submitted",
            "hazard.verified", "hazard.rejected",
        ]
        let events = try history.newest(topics, since: Moment(milliseconds: .min))
        var fold = ModuleFold(["hazards"])
        for (event, _) in events.reversed() { _ = fold.take(event) }
        return fold.hazards(at: Timekeeper().wall)
    }
}

extension HazardRow {
    fileprivate func json(in zone: Zone) -> JSONValue {
        func time(_ moment: Moment?) -> JSONValue { .optional(moment.map { Timestamp($0, in: zone).text }) }
        return [
            "hazard": .string(hazard), "state": .string(state), "severity": .string(severity),
            "checkpoint": .optional(checkpoint), "place": .optional(place), "condition": .optional(condition),
            "description": .optional(description), "opened": time(opened), "deadline": time(deadline),
            "firstDeadline": time(firstDeadline), "timesMoved": .integer(timesMoved),
            "assignee": .optional(assignee), "submitter": .optional(submitter), "closed": time(closed),
            "repeats": .optional(repeats), "sightings": .integer(sightings),
        ]
    }
}
