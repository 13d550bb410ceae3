import Foundation
import GatehouseJournal
import GatehouseModel
import Testing

@testable import GatehouseRuntime

@Suite("Run file")
struct RunFileTests {
    @Test("is read back as it was written, and gone once removed")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let file = RunFile(
            pid: ProcessInfo.processInfo.processIdentifier, version: "1", events: "tcp://127.0.0.1:1",
            requests: "tcp://127.0.0.1:2")
        try file.write(in: folder.path)
        #expect(RunFile(in: folder.path) == file)
        RunFile.remove(from: folder.path)
        #expect(RunFile(in: folder.path) == nil)
    }

    @Test("half a file, or another one, is none", arguments: ["", "{", #"{"pid":"x"}"#, "[]"])
    func damaged(content: String) throws {
        let folder = try TemporaryFolder()
        try Data(content.utf8).write(to: URL(filePath: RunFile.path(in: folder.path)))
        #expect(RunFile(in: folder.path) == nil)
    }
}

@Suite("GB18030")
struct TextDecodingTests {
    @Test(
        "Chinese text is decoded",
        arguments: [
            ([0xD6, 0xD0, 0xCE, 0xC4], "中文"), ([0xD5, 0xC5, 0xC8, 0xFD], "张三"), ([0x41], "A"),
            ([0x81, 0x30, 0x81, 0x30], "\u{80}"),
        ] as [([UInt8], String)])
    func decoded(bytes: [UInt8], text: String) {
        #expect(TextDecoding.gb18030(bytes) == text)
    }

    @Test("what is none, is none", arguments: [[0xFF, 0xFF], [0xD6], [0x81, 0x30]] as [[UInt8]])
    func refused(bytes: [UInt8]) {
        #expect(TextDecoding.gb18030(bytes) == nil)
    }
}

@Suite("Links that the last run left open")
struct OpenLinkTests {
    @Test("are those of devices whose newest word is that they connected")
    func openLinks() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(file: Journal.file(in: folder.path)) { Moment(seconds: 0) }
        let story = [
            ("a", "connected"), ("b", "connected"), ("a", "disconnected"), ("c", "connected"), ("a", "connected"),
            ("c", "disconnected"), ("c", "connected"), ("c", "disconnected"),
        ]
        let events = story.enumerated().map { index, step in
            Event(
                source: "/sites/sh1/devices/\(step.0)", id: "\(index)", topic: Topic(rawValue: "device.\(step.1)"),
                subject: step.0, time: Timestamp(Moment(seconds: 0), in: .utc), data: Array("{}".utf8))
        }
        _ = try journal.append(events, recorded: Timestamp(Moment(seconds: 0), in: .utc))
        let open = try journal.reader.openLinks(ofSourcesUnder: "/sites/sh1/devices/")
        #expect(open.map(\.sequence) == [2, 5])
        #expect(try journal.reader.openLinks(ofSourcesUnder: "/sites/other/devices/").isEmpty)
    }

    @Test("an empty journal has none")
    func empty() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(file: Journal.file(in: folder.path)) { Moment(seconds: 0) }
        #expect(try journal.reader.openLinks(ofSourcesUnder: "/").isEmpty)
    }
}

/// A folder that goes with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "gatehouse-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
