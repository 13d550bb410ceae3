import ArgumentParser
import GatehouseJournal
import GatehouseModel
import GatehouseRuntime

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that every event is as it was written.",
        discussion: """
            Example: gatehouse verify --data /var/lib/gatehouse

            Reads the whole journal, also beside a running daemon. Names the first event that was changed, removed or \
            inserted behind the gateway's back, and exits 1.
            """)

    @Option(help: "The data folder.")
    var data: String?

    @Flag(help: "Also fold the journal through the modules once more, and compare what they find with what is in it.")
    var modules = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let result: Verification
        var folded: ModuleVerification?
        do throws(JournalError) {
            let reader = try JournalReader.open(file: Journal.file(in: data ?? DataFolder.standard))
            result = try reader.verify { done, last in Console.progress("\(done) of \(last)") }
            if modules, case .intact = result {
                folded = try ModuleVerification.run(reader) { done, last in
                    Console.progress("modules: \(done) of \(last)")
                }
            }
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
        Console.progress("")
        try report(result, folded)
    }

    private func report(_ result: Verification, _ folded: ModuleVerification?) throws {
        switch result {
        case .intact(let events, let head):
            if json {
                Console.json([
                    "events": .integer(events), "head": .integer(head.sequence), "hash": .string(head.hash.text),
                    "chain": "intact", "modules": folded?.json ?? .null,
                ])
            } else {
                Console.line("intact: \(events) events, the newest \(head.sequence) with hash \(head.hash.text)")
                if modules { report(folded) }
            }
            if let folded, folded.unequal > 0 { throw Failure(.notInOrder) }
        case .broken(let sequence, let reason):
            if json {
                Console.json([
                    "events": .null, "head": .null,
                    "chain": ["brokenAt": .integer(sequence), "reason": .string(reason)], "modules": .null,
                ])
            } else {
                Console.line("broken at event \(sequence): \(reason)")
                Console.line("keep the file as it is, and compare it with the latest backup from before")
            }
            throw Failure(.notInOrder)
        }
    }

    private func report(_ folded: ModuleVerification?) {
        guard let folded else {
            Console.line("modules: the beginning of the journal is gone (retention), so nothing can be compared")
            return
        }
        Console.line("modules: \(folded.equal) derived events come out the same, \(folded.unequal) do not")
        if folded.awaited > 0 { Console.line("\(folded.awaited) of the last events are still to be appended") }
        for difference in folded.differences {
            let what = "\(difference.kind.rawValue): \(difference.module) \(Console.shown(difference.id))"
            Console.line("\(what) at \(difference.sequence)")
        }
    }
}
