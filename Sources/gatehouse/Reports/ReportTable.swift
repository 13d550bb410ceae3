/// One table of a report: a heading, its columns, and rows with a cell for each.
struct ReportTable {
    enum Cell: Hashable {
        case text(String)
        /// A number as it is written: spreadsheets get it as a number.
        case number(String)

        var text: String {
            switch self {
            case .text(let text), .number(let text): text
            }
        }
    }

    /// The table's name for `--table` and for files: `attendance`.
    var name: String
    var title: String
    var columns: [String]
    var rows: [[Cell]]

    /// RFC 4180, with a byte-order mark where spreadsheets need one to read Chinese.
    var csv: String {
        ([columns.map(Cell.text)] + rows)
            .map { row in row.map(Self.field).joined(separator: ",") }
            .joined(separator: "\r\n") + "\r\n"
    }

    private static func field(_ cell: Cell) -> String {
        switch cell {
        case .number(let text): text
        case .text(let text): EventRow.cell(text)
        }
    }
}

extension ReportTable.Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    init(stringLiteral value: String) {
        self = .text(value)
    }

    init(_ number: Int?) {
        self = .number(number.map(String.init) ?? "")
    }
}
