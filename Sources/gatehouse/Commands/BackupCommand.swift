import ArgumentParser
import GatehouseJournal
import GatehouseModel
import GatehouseRuntime

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the journal while the daemon runs.",
        discussion: """
            Example: gatehouse backup /mnt/backup/2026-11-22.journal --data /var/lib/gatehouse

            The copy takes its name only when it is whole. An existing file is never overwritten.
            """)

    @Argument(help: "The file to write.")
    var file: String

    @Option(help: "The data folder.")
    var data: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        do throws(JournalError) {
            let reader = try JournalReader.open(file: Journal.file(in: data ?? DataFolder.standard))
            try reader.backup(to: file) { copied, pages in Console.progress("\(copied) of \(pages) pages") }
            Console.progress("")
            let head = try JournalReader.open(file: file).head().sequence
            if json {
                Console.json(["file": .string(file), "head": .integer(head)])
            } else {
                Console.line("\(file) holds everything up to event \(head); check it with `gatehouse verify`")
            }
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
    }
}
