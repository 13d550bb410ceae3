import GatehouseDriverKit
import Testing

@testable import gatehouse

@Suite("A file of punches")
struct PunchFileTests {
    @Test("an attlog.dat gives the identity that the clock's own records have")
    func attlog() throws {
        let file = try PunchFile(lines("      200\t2020-08-26 23:08:49\t7\t0\t1\t53"), kind: .attlog)
        #expect(file.punches.map(\.identity) == ["200/2020-08-26T23:08:49/0/1"])
        #expect(file.punches.map(\.badge) == ["200"])
        #expect((file.read, file.refused.count) == (1, 0))
    }

    @Test("lines that are no punch are refused by their number, and the rest is taken")
    func trailer() throws {
        let file = try PunchFile(
            lines(
                "1\t2020-08-26 23:08:49\t7\t0\t1\t0", "SN=A8N5", "2\t2020-02-30 23:08:49\t7\t0\t1\t0", "", "CheckSum=12"
            ),
            kind: .attlog)
        #expect(file.punches.count == 1)
        #expect(file.read == 4)
        #expect(file.refused.map(\.line) == [2, 3, 5])
    }

    @Test("an encrypted export is told from text, with what to do about it")
    func encrypted() {
        let line = Lines.Line(number: 1, bytes: [0x01, 0x80, 0x02, 0x1B])
        #expect(throws: Failure.self) { try PunchFile([line], kind: .attlog) }
    }

    @Test("a table with state and verification has the clock's identity; one with words its own")
    func csv() throws {
        let coded = try PunchFile(lines("badge,time,state,verify", "10023,2026-11-22 08:30:00,0,1"), kind: .csv)
        #expect(coded.punches.map(\.identity) == ["10023/2026-11-22T08:30:00/0/1"])
        let worded = try PunchFile(lines("time,badge,direction", "2026-11-22 08:30:00,\"10,023\",in"), kind: .csv)
        #expect(worded.punches.map(\.identity) == ["10,023/2026-11-22T08:30:00/in/unknown"])
        #expect(worded.punches.map(\.direction) == [.in])
    }

    @Test(
        "a row that is incomplete is refused with the reason",
        arguments: ["10023", ",2026-11-22 08:30:00,", "10023,noon,", "10023,2026-11-22 08:30:00,sideways"])
    func badRows(row: String) throws {
        let file = try PunchFile(lines("badge,time,direction", row), kind: .csv)
        #expect(file.punches.isEmpty)
        #expect(file.refused.map(\.line) == [2])
    }

    @Test("a table without its header says what a header looks like")
    func noHeader() {
        #expect(throws: Failure.self) { try PunchFile(lines("10023,2026-11-22 08:30:00"), kind: .csv) }
    }

    @Test("JSON lines are objects or exported events; an exported punch keeps its identity")
    func jsonLines() throws {
        let event =
            #"{"specversion":"1.0","id":"7/2026-11-22T08:30:00/0/1","type":"gatehouse.punch.recorded","source":"/x","#
            + #""data":{"badge":"7","deviceTime":"2026-11-22T08:30:00","direction":"in","method":"card"}}"#
        let file = try PunchFile(
            lines(#"{"badge":7,"time":"2026-11-22 08:30:00","state":0,"verify":1}"#, event, "{", "[]"), kind: .jsonl)
        #expect(file.punches.map(\.identity) == ["7/2026-11-22T08:30:00/0/1", "7/2026-11-22T08:30:00/0/1"])
        #expect(file.refused.map(\.line) == [3, 4])
    }

    @Test(
        "a file is what its name says",
        arguments: [("1_attlog.dat", PunchFile.Kind.attlog), ("a.CSV", .csv), ("a.jsonl", .jsonl)])
    func kinds(name: String, kind: PunchFile.Kind) {
        #expect(PunchFile.Kind(name: name) == kind)
        #expect(PunchFile.Kind(name: "punches") == nil)
    }

    private func lines(_ texts: String...) -> [Lines.Line] {
        texts.enumerated().map { Lines.Line(number: $0 + 1, bytes: Array($1.utf8)) }
    }
}

@Suite("A cell of a spreadsheet")
struct EventRowTests {
    @Test(
        "is quoted where it must be, and never a formula",
        arguments: [
            ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=1+1", "\"'=1+1\""),
            ("@cmd", "\"'@cmd\""), ("", ""),
        ])
    func cells(text: String, cell: String) {
        #expect(EventRow.cell(text) == cell)
    }
}

@Suite("Text on a terminal")
struct ConsoleTests {
    @Test("control and direction characters from outside are replaced")
    func controls() {
        #expect(Console.shown("a\u{1B}[2Jb\u{202E}c\u{7}") == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}")
        #expect(Console.shown("一号门") == "一号门")
    }
}
