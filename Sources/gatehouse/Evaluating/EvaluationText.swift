import GatehouseModel
import GatehouseModules
import GatehouseRules

/// An evaluation as tables for people.
struct EvaluationText {
    let report: EvaluationReport
    let site: Site

    /// A table for each part that has rows, with the members of its rows as columns.
    func print() {
        for member in report.json.members ?? [] {
            switch member.value {
            case .array(let rows) where !rows.isEmpty: print(rows, under: member.name)
            case .object(let values): print(values, under: member.name)
            default: break
            }
        }
    }

    private func print(_ rows: [JSONValue], under name: String) {
        var columns: [String] = []
        for row in rows {
            for member in row.members ?? [] where !columns.contains(member.name) { columns.append(member.name) }
        }
        title(name, rows.count)
        Console.table([columns] + rows.map { row in columns.map { cell(row[$0]) } })
    }

    private func print(_ values: [JSONValue.Member], under name: String) {
        var rows: [[String]] = []
        for member in values {
            if let inner = member.value.members {
                rows += inner.map { [member.name, $0.name, cell($0.value)] }
            } else {
                rows.append([member.name, cell(member.value)])
            }
        }
        guard !rows.isEmpty else { return }
        title(name, rows.count)
        Console.table(rows)
    }

    private func title(_ name: String, _ count: Int) {
        Console.line("")
        Console.line(Console.coloured("\(name) (\(count))", .blue))
    }

    private func cell(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null: "-"
        case .string(let text): Console.shown(time(text) ?? text)
        case .array(let elements): elements.map { cell($0) }.joined(separator: " ")
        case .object(let members): members.map { "\($0.name): \(cell($0.value))" }.joined(separator: ", ")
        case .some(let other): other.jsonText
        }
    }

    /// Times as the site's wall clock shows them.
    private func time(_ text: String) -> String? {
        guard text.utf8.count == 29, let moment = Timestamp(text)?.moment else { return nil }
        return site.zone.local(at: moment).text.replacing("T", with: " ")
    }
}
