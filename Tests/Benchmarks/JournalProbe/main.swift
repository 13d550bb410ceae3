import Foundation
import GatehouseJournal
import GatehouseModel

/// A program of its own around the journal, for what a test cannot do inside itself: be killed, and be timed.
///
///     JournalProbe crash FILE            appends until killed; prints each sequence once it is on disk
///     JournalProbe append FILE N BATCH   appends N events of about 550 bytes; prints JSON
///     JournalProbe write FILE N SIZE     50 callers append through the writer, SIZE events each time; prints JSON
///     JournalProbe open FILE             opens and appends one event; prints JSON
///     JournalProbe replay FILE           reads all pages; prints JSON
///     JournalProbe verify FILE           checks the chain; prints JSON
///     JournalProbe year FOLDER PEOPLE ROUTES DAYS   writes a site and what its devices have said; prints JSON
let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    print("usage: JournalProbe crash|append|write|open|replay|verify|year FILE …")
    exit(2)
}
let file = arguments[2]
switch arguments[1] {
case "crash": try crash(file)
case "append": try measureAppend(file, count: Int(arguments[3]) ?? 0, batch: Int(arguments[4]) ?? 1)
case "write": try await measureWriter(file, count: Int(arguments[3]) ?? 0, size: Int(arguments[4]) ?? 1)
case "open": try measureOpen(file)
case "replay": try measureReplay(file)
case "verify": try measureVerify(file)
case "year" where arguments.count == 6:
    var year = Year(
        people: Int(arguments[3]) ?? 0, routes: Int(arguments[4]) ?? 0, days: Int(arguments[5]) ?? 0, now: wallClock())
    print("{\"head\":\(try year.write(into: file, clock: wallClock))}")
default: exit(2)
}
