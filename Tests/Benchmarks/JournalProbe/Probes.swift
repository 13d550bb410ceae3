import Foundation
import GatehouseJournal
import GatehouseModel
import Synchronization

/// The wall clock in whole milliseconds.
func wallClock() -> Moment {
    Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
}

/// Punches of 50 clocks, with about 550 bytes of JSON each.
func punches(_ numbers: Range<Int>) -> [Event] {
    numbers.map { number in
        let device = "clock-\(number % 50)"
        let time = 1_795_000_000_000 + Int64(number)
        let data = """
            {"device":"\(device)","badge":"\(10_000 + number % 900)","direction":"in","method":"fingerprint",\
            "deviceTime":"2026-11-22T08:30:00","native":{"record":"\(number)","verify":1,"state":0,"work":0}}
            """
        return Event(
            source: "/sites/plant/devices/\(device)", id: "0000" + String(time, radix: 16) + "-\(number)",
            topic: "punch.recorded", subject: "person-\(number % 900)",
            time: Timestamp(moment: Moment(milliseconds: time), offsetSeconds: 28_800),
            data: Array(data.utf8))
    }
}

/// An event of a topic that hardly ever comes.
func rareEvent(_ number: Int) -> Event {
    Event(
        source: "/sites/plant/clients/probe", id: "rare-\(number)", topic: "ext.rare", subject: "probe",
        time: Timestamp(moment: wallClock(), offsetSeconds: 28_800), data: Array("{}".utf8))
}

/// Appends in batches of changing size until somebody kills the process, and says what has been acknowledged.
func crash(_ file: String) throws {
    let journal = try Journal.open(file: file, clock: wallClock)
    var number = Int(journal.head.sequence)
    while true {
        let batch = punches(number..<number + 1 + number % 37)
        let appended = try journal.append(batch, recorded: Timestamp(moment: wallClock(), offsetSeconds: 0))
        number += batch.count
        // One write for each line, so that a line is there whole or not at all.
        let line = "\(appended.placements.last?.sequence ?? 0)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }
}

func measureAppend(_ file: String, count: Int, batch: Int) throws {
    let journal = try Journal.open(file: file, clock: wallClock)
    let start = Int(journal.head.sequence)
    var bytes = 0
    var spent = Duration.zero
    for first in stride(from: start, to: start + count, by: batch) {
        let events = punches(first..<min(first + batch, start + count))
        let stamp = Timestamp(moment: wallClock(), offsetSeconds: 28_800)
        let clock = ContinuousClock()
        spent += try clock.measure {
            let appended = try journal.append(events, recorded: stamp)
            bytes += appended.recorded.reduce(0) { $0 + $1.body.count }
        }
    }
    let seconds = spent / .seconds(1)
    print(
        """
        {"events":\(count),"batch":\(batch),"bytesAnEvent":\(bytes / max(1, count)),"seconds":\(seconds),\
        "eventsPerSecond":\(Int(Double(count) / seconds))}
        """)
}

func measureWriter(_ file: String, count: Int, size: Int) async throws {
    let journal = try Journal.open(file: file, clock: wallClock)
    let transactions = Atomic(0)
    let writer = JournalWriter(
        journal: journal,
        surroundings: .init(
            now: { Timestamp(moment: wallClock(), offsetSeconds: 28_800) },
            committed: { _ in transactions.add(1, ordering: .relaxed) }))
    let callers = 50
    let each = count / callers / size
    let spent = try await ContinuousClock().measure {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for round in 0..<each {
                        let first = (caller * each + round) * size
                        _ = try await writer.append(punches(first..<first + size), whenFull: .wait)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
    await writer.stop()
    let seconds = spent / .seconds(1)
    print(
        """
        {"callers":\(callers),"eventsAtOnce":\(size),"events":\(journal.head.sequence),\
        "transactions":\(transactions.load(ordering: .relaxed)),"seconds":\(seconds),\
        "eventsPerSecond":\(Int(Double(each * size * callers) / seconds))}
        """)
}

func measureOpen(_ file: String) throws {
    let clock = ContinuousClock()
    var head: Int64 = 0
    let spent = try clock.measure {
        let journal = try Journal.open(file: file, clock: wallClock)
        let number = Int(journal.head.sequence)
        _ = try journal.append(
            [rareEvent(number)], recorded: Timestamp(moment: wallClock(), offsetSeconds: 28_800))
        head = journal.head.sequence
    }
    print("{\"head\":\(head),\"openToFirstEventSeconds\":\(spent / .seconds(1))}")
}

func measureReplay(_ file: String) throws {
    let reader = try JournalReader.open(file: file)
    let head = try reader.head().sequence
    for prefix in ["", "ext.rare"] {
        var (next, events, bytes) = (Int64(1), 0, 0)
        let spent = try ContinuousClock().measure {
            while next <= head {
                let page = try reader.page(from: next, topicPrefix: prefix)
                events += page.events.count
                bytes += page.events.reduce(0) { $0 + $1.body.count }
                next = page.scannedThrough + 1
            }
        }
        let seconds = spent / .seconds(1)
        print(
            """
            {"prefix":"\(prefix)","scanned":\(head),"events":\(events),"bytes":\(bytes),"seconds":\(seconds),\
            "rowsPerSecond":\(Int(Double(head) / seconds))}
            """)
    }
}

func measureVerify(_ file: String) throws {
    let reader = try JournalReader.open(file: file)
    var finding: Verification?
    let spent = try ContinuousClock().measure { finding = try reader.verify() }
    print("\(finding.map { "\($0)" } ?? "nothing"); \(spent / .seconds(1)) s")
}
