import Foundation
import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("The files that a site is made of")
struct FileTests {
    let bench = Workbench()

    private func people(_ csv: String, head: String = "") throws -> [String] {
        try bench.write("people.csv", csv)
        return try bench.problems(after: head + "people: people.csv\n")
    }

    @Test("a table's problems stand at its own lines and columns")
    func table() throws {
        let csv = "id,name,department\nE1,张三,offce\nE1,\"李, 四\",office\noff,王五,\n"
        let problems = try people(csv, head: "departments: [{ id: office }]\n")
        #expect(
            problems == [
                "people.csv:2:7: there is no department \"offce\"; did you mean \"office\"?",
                "people.csv:3:1: the person \"E1\" comes twice; it stands already at people.csv:2: "
                    + "give one of them another id, or take it out",
                "people.csv:4:1: \"off\" is not an id; write 1 to 64 letters, digits, dots, underscores or hyphens, "
                    + "and no word such as on, off, yes, no, true, null",
            ])
    }

    @Test(
        "a table's header names only what there is",
        arguments: [
            ("id,badge\nE1,7\n", "people.csv:1:4: unknown column \"badge\"; did you mean \"badges\"?"),
            ("id,id\nE1,E2\n", "people.csv:1:4: the column id comes twice; keep one of them"),
            (
                "name\n张三\n",
                "people.csv:1:1: there is no column id; add it to the header: "
                    + "id,name,department,position,badges,base_pay"
            ),
            (
                "",
                "people.csv:1:1: the table is empty; its first line names the columns, "
                    + "for example id,name,department,position,badges"
            ),
        ])
    func header(_ csv: String, _ problem: String) throws {
        let problems = try people(csv)
        #expect(problems.first == problem)
    }

    @Test(
        "a table that is no CSV",
        arguments: [
            (
                "id,name\nE1\n",
                "people.csv:2:1: this row has 1 fields and the header 2; give each row 2 fields; "
                    + "a comma inside a field needs quotes around the field"
            ),
            ("id,name\nE1,\"a\nb\n", "people.csv:2:4: this quote is never closed; close it at the end of the field"),
            (
                "id,name\nE1,a\"b\n",
                "people.csv:2:5: a quote in the middle of a field; "
                    + "put the whole field in quotes and double the quotes inside it"
            ),
            (
                "id,name\nE1,\"a\"b\n",
                "people.csv:2:7: something follows the closing quote; "
                    + "end the field after its quote with a comma or the end of the line; double a quote inside it"
            ),
        ])
    func noTable(_ csv: String, _ problem: String) throws {
        let problems = try people(csv)
        #expect(problems == [problem])
    }

    @Test("UTF-8, with or without a byte-order mark, and GB18030 are the same table")
    func encodings() throws {
        let utf8 = Array("id,name\r\nE1,张三\r\nE2,\"㐀\"\r\n".utf8)
        let gb18030: [UInt8] =
            Array("id,name\r\nE1,".utf8) + [0xD5, 0xC5, 0xC8, 0xFD] + Array("\r\nE2,\"".utf8) + [
                0x81, 0x39, 0xEE, 0x39,
            ]
            + Array("\"\r\n".utf8)
        try bench.write("site.yaml", Workbench.head + "people: people.csv\n")
        for bytes in [utf8, [0xEF, 0xBB, 0xBF] + utf8, gb18030] {
            try bench.write("people.csv", bytes: bytes)
            let reading = bench.read()
            #expect(reading.problems.map(\.text) == [])
            #expect(reading.site?.people.map(\.name) == ["张三", "㐀"])
        }
    }

    @Test("bytes that are no text are told with their place")
    func noText() throws {
        try bench.write("people.csv", bytes: Array("id,name\nE1,".utf8) + [0xFF, 0xFF, 0x0A])
        let table = try bench.problems(after: "people: people.csv\n")
        #expect(table == ["people.csv:2:4: this is neither UTF-8 nor GB18030; save the table as CSV UTF-8"])
        try bench.write("site.yaml", bytes: Array("site: a\nname: ".utf8) + [0xD5, 0xC5])
        #expect(bench.problems() == ["site.yaml:2:7: this is not UTF-8; save the file as UTF-8"])
    }

    @Test("what is no readable file is a problem where it is named")
    func unreadable() throws {
        try FileManager.default.createDirectory(atPath: bench.path("people.csv"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: bench.path("leave.csv"), withDestinationPath: "nowhere")
        try FileManager.default.createSymbolicLink(atPath: bench.path("kpis.yaml"), withDestinationPath: "kpis.yaml")
        #expect(mkfifo(bench.path("schedule.csv"), 0o600) == 0)
        let text = "people: people.csv\nleave: leave.csv\nkpis: kpis.yaml\nschedule: schedule.csv\n"
        let problems = try bench.problems(after: text)
        #expect(
            problems == [
                "site.yaml:3:9: people.csv: this is a folder; name a file that holds text",
                "site.yaml:4:8: leave.csv: there is no such file; check the name, and that a link leads somewhere",
                "site.yaml:5:7: kpis.yaml: this link leads in a circle; name the file itself",
                "site.yaml:6:11: schedule.csv: this is no ordinary file; name a file that holds text",
            ])
        #expect(
            bench.problems("absent.yaml") == [
                "absent.yaml:1:1: there is no such file; check the name, and that a link leads somewhere"
            ])
    }

    @Test("files over their limit are refused unread")
    func large() throws {
        for (name, size) in [("people.csv", (100 << 20) + 1), ("kpis.yaml", (16 << 20) + 1)] {
            try bench.write(name, "")
            // A hole takes no room on the disk.
            #expect(truncate(bench.path(name), size) == 0)
        }
        let problems = try bench.problems(after: "people: people.csv\nkpis: kpis.yaml\n")
        #expect(
            problems == [
                "site.yaml:3:9: people.csv: the file has 104857601 bytes; at most 104857600 are "
                    + "taken: leave out what is over",
                "site.yaml:4:7: kpis.yaml: the file has 16777217 bytes; at most 16777216 are taken: "
                    + "leave out what is over",
            ])
    }

    @Test("the problems of several files come in the order in which they are read")
    func severalFiles() throws {
        try bench.write("kpis.yaml", "- { id: a, measure: m }\n")
        try bench.write("people.csv", "id,nam\nE 1,a\n")
        let problems = try bench.problems(after: "people: people.csv\nkpis: kpis.yaml\nplaces: [{ id: a b }]\n")
        #expect(
            problems.map { String($0.prefix { $0 != " " }) } == [
                "site.yaml:5:16:", "people.csv:1:4:", "people.csv:2:1:", "kpis.yaml:1:3:",
            ])
    }

    @Test("a section of its own may repeat its name, and may not name further files")
    func sections() throws {
        try bench.write("places.yaml", "places:\n  - { id: gate }\n")
        try bench.write("calendar.yaml", "other.yaml\n")
        let problems = try bench.problems(after: "places: places.yaml\ncalendar: calendar.yaml\n")
        #expect(
            problems == [
                "calendar.yaml:1:1: \"other.yaml\" stands where the calendar belongs; write a map, "
                    + "each line of it as key: value"
            ])
    }

    @Test("a schedule table gives persons, dates and shifts")
    func schedule() throws {
        try bench.write("schedule.csv", "shift,person,date\nday,E1,2026-11-01\noff,E1,2026-11-02\nlate,E1,2026-11-01\n")
        let text = """
            people: [{ id: E1 }]
            shifts: [{ id: day, start: "08:00", end: "12:00" }, { id: late, start: "16:00", end: "24:00" }]
            schedule: schedule.csv

            """
        let problems = try bench.problems(after: text)
        #expect(problems == [])
        guard case .rows(let rows)? = bench.read().site?.schedule else {
            Issue.record("the schedule is no table")
            return
        }
        #expect(rows.map(\.shift) == ["day", nil, "late"])
        #expect(rows.map(\.date.text) == ["2026-11-01", "2026-11-02", "2026-11-01"])
        try bench.write("schedule.csv", "person,date,shift\nE2,2026-11-31,dy\nE1,2026-11-01,day\nE1,2026-11-01,day\n")
        #expect(
            bench.problems() == [
                "schedule.csv:2:1: there is no person \"E2\"; did you mean \"E1\"?",
                "schedule.csv:2:4: \"2026-11-31\" is not a date; write year-month-day, for example 2026-11-01",
                "schedule.csv:2:15: there is no shift \"dy\"; did you mean \"day\"?",
                "schedule.csv:4:1: this row comes twice; take one of them out",
            ])
        try bench.write("schedule.csv", "person,day\nE1,2026-11-01\n")
        #expect(
            bench.problems() == [
                "schedule.csv:1:1: there is no column date; add it to the header: person,date,shift",
                "schedule.csv:1:1: there is no column shift; add it to the header: person,date,shift",
                "schedule.csv:1:8: unknown column \"day\"; the columns are date, person, shift",
            ])
    }

    @Test("secrets must be for their owner only, and named ones must be there")
    func secrets() throws {
        let device = "devices: [{ id: d, driver: zkteco, secret: comm }]\n"
        try bench.write("secrets.yaml", bytes: Array("comm: \"1234\"\n".utf8), permissions: 0o640)
        let problems = try bench.problems(after: device)
        #expect(
            problems == ["secrets.yaml:1:1: others can read the secrets: the mode is 0640; run chmod 600 secrets.yaml"])
        try bench.write("secrets.yaml", "com: \"1234\"\nbad: [top, secret]\n")
        #expect(
            bench.problems() == [
                "site.yaml:3:44: there is no secret \"comm\"; did you mean \"com\"?",
                "secrets.yaml:2:1: \"bad\" is no secret; write each line as name: \"secret\"",
            ])
        try bench.write("secrets.yaml", "comm: \"1234\"\n")
        #expect(bench.problems() == [])
        #expect(bench.read().secrets == ["comm": "1234"])
    }

    @Test("more problems than anybody reads are counted, not listed")
    func many() throws {
        let rows = (0..<3000).map { "E \($0),a\n" }.joined()
        let problems = try people("id,name\n" + rows)
        #expect(problems.count == ReadingContext.problemLimit + 1)
        #expect(
            problems.last == "site.yaml:1:1: 2000 more problems are not listed; put these right first, then check again"
        )
    }
}
