import Foundation
import GRDB
import GatehouseModel

@testable import GatehouseJournal

/// A folder of its own for one test, gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/journal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var file: String { Journal.file(in: path) }

    func open() throws(JournalError) -> Journal {
        try Journal.open(file: file, clock: { .noon })
    }

    /// Does to the file what no journal ever does.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}

extension Moment {
    static let noon = Moment(milliseconds: 1_795_000_000_000)
}

extension Timestamp {
    static let noon = Timestamp(moment: .noon, offsetSeconds: 28_800)
}

extension Event {
    /// The n-th record of a device; another n is another event.
    static func punch(
        _ number: Int, device: String = "gate", topic: Topic = "punch.recorded", padding: Int = 0
    ) -> Event {
        let data = #"{"device":"\#(device)","badge":"\#(number)","note":"\#(String(repeating: "x", count: padding))"}"#
        return Event(
            source: "/sites/plant/devices/\(device)", id: "record-\(number)", topic: topic, subject: "person-\(number)",
            time: Timestamp(moment: .noon, offsetSeconds: 28_800), data: Array(data.utf8))
    }

    static func punches(_ numbers: some Sequence<Int>, padding: Int = 0) -> [Event] {
        numbers.map { .punch($0, padding: padding) }
    }
}

extension Journal {
    @discardableResult
    func append(_ events: [Event], at moment: Moment = .noon) throws(JournalError) -> Appended {
        try append(events, recorded: Timestamp(moment: moment, offsetSeconds: 28_800))
    }
}
