import CXlsxwriter

/// Tables as an XLSX file, a sheet each, through libxlsxwriter.
enum Spreadsheet {
    /// Writes the file; throws what the library says where it cannot.
    static func write(_ tables: [ReportTable], to path: String) throws {
        guard let workbook = workbook_new(path) else {
            throw Failure(.usage, "\(path) cannot be made; name another file with --out")
        }
        let heading = workbook_add_format(workbook)
        format_set_bold(heading)
        format_set_bottom(heading, UInt8(LXW_BORDER_THIN.rawValue))
        for table in tables {
            guard let sheet = workbook_add_worksheet(workbook, table.title) else { continue }
            fill(sheet, with: table, heading)
        }
        let result = workbook_close(workbook)
        guard result == LXW_NO_ERROR else {
            throw Failure(.notInOrder, "\(path): \(String(cString: lxw_strerror(result)))")
        }
    }

    private static func fill(
        _ sheet: UnsafeMutablePointer<lxw_worksheet>, with table: ReportTable,
        _ heading: UnsafeMutablePointer<lxw_format>?
    ) {
        for (column, title) in table.columns.enumerated() {
            worksheet_write_string(sheet, 0, UInt16(column), title, heading)
            let widest = table.rows.lazy.map { $0[column].text.count }.max() ?? 0
            let width = Double(min(max(widest, title.count * 2) + 2, 48))
            worksheet_set_column(sheet, UInt16(column), UInt16(column), width, nil)
        }
        worksheet_freeze_panes(sheet, 1, 0)
        for (row, cells) in table.rows.enumerated() {
            for (column, cell) in cells.enumerated() {
                write(cell, to: sheet, UInt32(row + 1), UInt16(column))
            }
        }
    }

    private static func write(
        _ cell: ReportTable.Cell, to sheet: UnsafeMutablePointer<lxw_worksheet>, _ row: UInt32, _ column: UInt16
    ) {
        switch cell {
        // Minutes, counts and rates rounded to four decimals: a spreadsheet's numbers hold them.
        case .number(let text):
            if let number = Double(text) { worksheet_write_number(sheet, row, column, number, nil) }
        case .text(let text):
            // Text stays text, whatever it begins with.
            if !text.isEmpty { worksheet_write_string(sheet, row, column, text, nil) }
        }
    }
}
