import GatehouseDriverKit
import GatehouseModel
import GatehouseRuntime
import Testing

@testable import gatehouse

@Suite("attlog.dat on a stick")
struct AttlogStickTests {
    @Test(
        "the file's name says whose it is",
        arguments: [
            ("1_attlog.dat", .number("1")), ("007_ATTLOG.DAT", .number("7")), ("255_attlog.dat", .number("255")),
            ("AF4C211360651_attlog.dat", .serial("AF4C211360651")),
            ("3392171800012_attlog.dat", .serial("3392171800012")),
        ] as [(String, StickFormat.Writer)])
    func named(name: String, writer: StickFormat.Writer) {
        #expect(AttlogStick.writer(name) == writer)
    }

    @Test(
        "other files are none",
        arguments: [
            "_attlog.dat", "attlog.dat", "1_attlog.dat.bak", "user.dat", "a b_attlog.dat", "\u{1B}[2J_attlog.dat",
        ])
    func others(name: String) {
        #expect(AttlogStick.writer(name) == nil)
    }

    @Test("a name of any length is no serial number")
    func longName() {
        #expect(AttlogStick.writer(String(repeating: "A", count: 65) + "_attlog.dat") == nil)
    }

    @Test("an encrypted export is told from text")
    func encrypted() {
        #expect(AttlogStick.format.problem([0x00, 0xFF, 0x03]) != nil)
        #expect(AttlogStick.format.problem(Array("    10001\t2026-11-02 07:58:11\t1\r\n".utf8)) == nil)
    }

    @Test("lines become the punches that the clock itself would have delivered, in the words of its settings")
    func lines() {
        let text = "    10001\t2026-11-02 07:58:11\t3\t1\t1\t0\r\n\r\nSN=7\n10002\t2026-11-02 08:00:00\t4\n"
        let content = AttlogStick.read(Array(text.utf8), ["direction": "device"])
        #expect(content.punches.map(\.identity) == ["10001/2026-11-02T07:58:11/1/1", "10002/2026-11-02T08:00:00/-/-"])
        #expect(content.punches.map(\.direction) == [.out, .unknown])
        #expect(content.refused == 1 && content.numbers == ["3", "4"])
        #expect(AttlogStick.read(Array(text.utf8), .object([])).punches.first?.direction == .unknown)
    }
}
