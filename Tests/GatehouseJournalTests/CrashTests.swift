import Foundation
import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("A journal whose process is killed", .timeLimit(.minutes(2)))
struct CrashTests {
    @Test("everything acknowledged before each of 20 kills is there, without a gap, and the chain holds")
    func kills() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 4711)
        for _ in 0..<20 {
            let acknowledged = try acknowledgedBeforeKill(
                of: folder.file, after: Int.random(in: 1...40, using: &random))
            let journal = try folder.open()
            #expect(journal.head.sequence >= acknowledged)
            #expect(try journal.reader.verify() == .intact(events: journal.head.sequence, head: journal.head))
        }
    }

    /// Lets the child append until it has acknowledged so many batches, kills it in whatever it does then, and
    /// gives the last sequence that it acknowledged.
    private func acknowledgedBeforeKill(of file: String, after batches: Int) throws -> Int64 {
        let probe = try #require(Self.probe, "the program JournalProbe is built beside the tests")
        let (child, output) = (Process(), Pipe())
        child.executableURL = URL(fileURLWithPath: probe)
        child.arguments = ["crash", file]
        child.standardOutput = output
        try child.run()
        var (lines, text) = (0, Data())
        while lines < batches, case let chunk = output.fileHandleForReading.availableData, !chunk.isEmpty {
            lines += chunk.count { $0 == UInt8(ascii: "\n") }
            text.append(chunk)
        }
        kill(child.processIdentifier, SIGKILL)
        text.append(output.fileHandleForReading.readDataToEndOfFile())
        child.waitUntilExit()
        #expect(lines >= batches)
        let whole = String(decoding: text, as: UTF8.self).split(separator: "\n")
        return try #require(whole.last.flatMap { Int64($0) })
    }

    private static var probe: String? {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        let bundle = Bundle(for: TemporaryFolder.self).bundleURL.deletingLastPathComponent().path
        return [folder, bundle, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path]
            .map { $0 + "/JournalProbe" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
