import GatehouseTestKit
import Testing

@Suite("A recording")
struct RecordingTests {
    @Test("holds both directions with their times")
    func bothDirections() throws {
        let recording = try Recording(
            text: """
                # A clock answers.
                @ 0
                > E803 17FC
                @ 12
                < d0 07
                < 01

                """)
        #expect(recording.steps.map(\.line) == [3, 5, 6])
        #expect(recording.steps.map(\.time) == [.zero, .milliseconds(12), .milliseconds(12)])
        #expect(recording.toDevice == [0xE8, 0x03, 0x17, 0xFC])
        #expect(recording.fromDevice == [0xD0, 0x07, 0x01])
    }

    @Test(
        "names the line that it cannot read",
        arguments: [
            ("> 00\n< 0", 2), ("@ 5\n@ 4\n> 00", 2), ("@ soon", 1), ("@ -1", 1), ("=> 00", 1), ("# nothing", 1),
            (">", 1),
        ])
    func refuses(text: String, line: Int) {
        let problem = #expect(throws: RecordingProblem.self) { try Recording(text: text) }
        #expect(problem?.line == line)
        #expect(problem?.reason.isEmpty == false)
    }
}

@Suite("A fixture")
struct FixtureTests {
    @Test("is found beside the test and above it")
    func found() throws {
        #expect(try Fixture.text("RecordingTests.swift").contains("is found beside the test"))
        #expect(try Fixture.path("Tests/GatehouseTestKitTests/RecordingTests.swift") == #filePath)
    }

    @Test("that is nowhere is named")
    func missing() {
        #expect(throws: FixtureMissing.self) { try Fixture.bytes("no/such/file.hex") }
    }
}
