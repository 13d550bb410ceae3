import GatehouseSimulationPorts
import Glibc
import NIOPosix
import Testing

@Suite("Lines of standard input", .timeLimit(.minutes(1)))
struct StandardInputLinesTests {
    @Test(
        "come one by one, the last also without its end",
        arguments: [("", []), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]), ("\n", [""])] as [(String, [String])])
    func lines(text: String, expected: [String]) async throws {
        #expect(try await read(text) == expected)
    }

    @Test("end at one that is too long")
    func tooLong() async throws {
        let endless = String(repeating: "x", count: StandardInputLines.lineLimit + 100_000)
        #expect(try await read("a\n" + endless) == ["a"])
    }

    /// What a file of that text reads as.
    private func read(_ text: String) async throws -> [String] {
        var path = Array("/tmp/gatehouse-lines-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        defer {
            close(descriptor)
            unlink(path)
        }
        let bytes = Array(text.utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        lseek(descriptor, 0, SEEK_SET)
        var lines: [String] = []
        for try await line in StandardInputLines(descriptor: descriptor, on: NIOThreadPool.singleton) {
            lines.append(line)
        }
        return lines
    }
}
