import GatehouseModel
import GatehouseRules

extension Form where Value == Schedule {
    /// A list of entries; or a table, which is a CSV file in the site file and `{"rows": …}` in the site's JSON.
    static var schedule: Form {
        Form(what: "a schedule") { node, context in
            switch node.value {
            case .scalar(let name, _) where name.hasSuffix(".csv"):
                return table(name, at: node.mark, context)
            case .map(let entries) where entries.count == 1 && entries[0].key == "rows":
                return Form<[ScheduleRow]>.list(of: .scheduleRow).read(entries[0].node, context)
                    .map { (.rows($0.value), ["rows": $0.json]) }
            case .scalar, .map, .nothing:
                context.report(
                    at: node.mark, "\(node.description) stands where a schedule belongs",
                    hint: "write a list of entries, or the name of a CSV file with the columns person,date,shift")
                return nil
            case .list:
                return Form<[ScheduleEntry]>.list(of: .scheduleEntry).read(node, context).map {
                    (.entries($0.value), $0.json)
                }
            }
        }
    }

    /// Rows are read without a map for each: a plant has a hundred thousand.
    private static func table(_ name: String, at mark: Mark, _ context: ReadingContext) -> (Schedule, JSONValue)? {
        let files = SiteFiles(context: context)
        guard let table = files.csv(name, at: mark) else { return nil }
        let columns = ["person", "date", "shift"]
        files.check(table.header, columns: columns, required: ["date", "shift"], at: mark)
        let places = columns.compactMap { column in table.header.firstIndex { $0.text == column } }
        guard places.count == 3 else { return nil }
        var rows: [ScheduleRow] = []
        var json: [JSONValue] = []
        var known: Set<ScheduleRow> = []
        let form = Form<ScheduleRow>.scheduleRow
        rows.reserveCapacity(table.rows.count)
        json.reserveCapacity(table.rows.count)
        for fields in table.rows {
            let cells = places.map { SourceNode(mark: fields[$0].mark, value: .scalar(fields[$0].text, isPlain: true)) }
            let line = SourceNode(mark: fields[0].mark, value: .list(cells))
            guard let read = form.read(line, context) else { continue }
            if !known.insert(read.value).inserted {
                context.report(at: line.mark, "this row comes twice", hint: "take one of them out")
            }
            rows.append(read.value)
            json.append(read.json)
        }
        return (.rows(rows), ["rows": .array(json)])
    }
}

extension Form where Value == ScheduleRow {
    /// Person, date and shift. Made once for a table: its parts serve all rows.
    static var scheduleRow: Form {
        let (knownPerson, day, shiftOrOff) = (
            Form<String>.known(.person), Form<CalendarDay>.date, Form<String?>.shiftOrOff
        )
        return Form(what: "a row of person, date and shift") { node, context in
            guard case .list(let cells) = node.value, cells.count == 3 else {
                context.report(at: node.mark, "\(node.description) is no row", hint: "write person, date and shift")
                return nil
            }
            let person = knownPerson.read(cells[0], context)
            let date = day.read(cells[1], context)
            let shift = shiftOrOff.read(cells[2], context)
            guard let person, let date, let shift else { return nil }
            let row = ScheduleRow(person: person.value, date: date.value, shift: shift.value)
            return (row, .array([person.json, date.json, shift.json]))
        }
    }
}
