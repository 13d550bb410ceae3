import GatehouseRules

/// Reads RFC 4180 tables strictly: commas, quotes doubled inside quotes, CRLF or LF, a header in the first line.
///
/// SwiftCSV is not used because it gives no line numbers, drops blanks around fields and takes rows of any length.
struct CSVTable {
    /// One field and where it begins.
    struct Field {
        var text: String
        var mark: Mark
    }

    static let rowLimit = 1_000_000
    static let columnLimit = 64
    static let fieldLimit = 4096

    var header: [Field] = []
    /// Every row has as many fields as the header.
    var rows: [[Field]] = []

    /// Reads a whole table; reports what is wrong with it and leaves out the rows concerned.
    init(_ text: String, file: Int, context: ReadingContext) {
        var text = text
        let parsed = text.withUTF8 { bytes in
            var reader = CSVReader(bytes: bytes, file: file, context: context)
            return reader.table()
        }
        guard let first = parsed.first else {
            context.report(
                at: Mark(file: file, line: 1, column: 1), "the table is empty",
                hint: "its first line names the columns, for example id,name,department,position,badges")
            return
        }
        header = first
        rows.reserveCapacity(parsed.count)
        for row in parsed.dropFirst() {
            if row.count == header.count {
                rows.append(row)
            } else {
                context.report(
                    at: row[0].mark, "this row has \(row.count) fields and the header \(header.count)",
                    hint: "give each row \(header.count) fields; a comma inside a field needs quotes around the field")
            }
        }
    }
}

private struct CSVReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let file: Int
    let context: ReadingContext
    var position = 0
    var line = 1
    var column = 1

    var mark: Mark { Mark(file: file, line: line, column: column) }

    mutating func table() -> [[CSVTable.Field]] {
        var rows: [[CSVTable.Field]] = []
        while position < bytes.count {
            guard rows.count <= CSVTable.rowLimit else {
                context.report(
                    at: mark, "the table has more than \(CSVTable.rowLimit) rows", hint: "leave out what is over")
                return rows
            }
            guard let row = row() else { return rows }
            if row.count > 1 || row.first?.text.isEmpty == false { rows.append(row) }
        }
        return rows
    }

    /// The next row; nil where reading cannot go on.
    private mutating func row() -> [CSVTable.Field]? {
        var fields: [CSVTable.Field] = []
        repeat {
            guard fields.count < CSVTable.columnLimit else {
                context.report(
                    at: mark, "this row has more than \(CSVTable.columnLimit) fields",
                    hint: "check for a quote that is never closed, or leave out columns")
                return nil
            }
            guard let field = field() else { return nil }
            fields.append(field)
        } while take(0x2C)
        takeLineEnd()
        return fields
    }

    private mutating func field() -> CSVTable.Field? {
        let start = mark
        let text = peek == 0x22 ? quoted(from: start) : plain()
        guard let text else { return nil }
        guard text.utf8.count <= CSVTable.fieldLimit else {
            context.report(
                at: start, "this field has \(text.utf8.count) bytes",
                hint: "at most \(CSVTable.fieldLimit) are taken; check for a quote that is never closed")
            return nil
        }
        return CSVTable.Field(text: text, mark: start)
    }

    private mutating func plain() -> String {
        let start = position
        while let byte = peek, byte != 0x2C, byte != 0x0A {
            if byte == 0x0D, position + 1 == bytes.count || bytes[position + 1] == 0x0A { break }
            if byte == 0x22 {
                context.report(
                    at: mark, "a quote in the middle of a field",
                    hint: "put the whole field in quotes and double the quotes inside it")
                skipToLineEnd()
                return ""
            }
            advance(byte)
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quoted(from start: Mark) -> String? {
        advance(0x22)
        var text: [UInt8] = []
        while let byte = peek {
            advance(byte)
            guard byte == 0x22 else {
                text.append(byte)
                continue
            }
            if take(0x22) {
                text.append(0x22)
                continue
            }
            if let after = peek, after != 0x2C, after != 0x0A, after != 0x0D {
                context.report(
                    at: mark, "something follows the closing quote",
                    hint: "end the field after its quote with a comma or the end of the line; double a quote inside it")
                skipToLineEnd()
            }
            return String(decoding: text, as: UTF8.self)
        }
        context.report(at: start, "this quote is never closed", hint: "close it at the end of the field")
        return nil
    }

    private var peek: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        advance(byte)
        return true
    }

    private mutating func takeLineEnd() {
        _ = take(0x0D)
        _ = take(0x0A)
    }

    private mutating func skipToLineEnd() {
        while let byte = peek, byte != 0x0A { advance(byte) }
    }

    private mutating func advance(_ byte: UInt8) {
        position += 1
        if byte == 0x0A {
            (line, column) = (line + 1, 1)
        } else if byte & 0xC0 != 0x80 || position == 1 {
            column += 1
        }
    }
}
