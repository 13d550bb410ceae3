import GatehouseModel
import Glibc

/// Standard output and error. Colour only on a terminal, and only where nobody has asked for none.
enum Console {
    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case grey = "90"
    }

    static let isTerminal = isatty(STDOUT_FILENO) == 1
    static let errorIsTerminal = isatty(STDERR_FILENO) == 1
    private static let isColourful = isTerminal && getenv("NO_COLOR") == nil

    /// Writes a line. A reader that has gone away ends the command, quietly, as it would any filter.
    static func line(_ text: some StringProtocol) {
        line(Array(text.utf8))
    }

    static func line(_ bytes: [UInt8]) {
        write(bytes + [0x0A], to: STDOUT_FILENO)
    }

    static func json(_ value: JSONValue) {
        line(value.bytes)
    }

    static func error(_ text: String) {
        guard !text.isEmpty else { return }
        write(Array("\(text)\n".utf8), to: STDERR_FILENO)
    }

    /// Overwrites one line of a terminal with how far something is; nothing where there is no terminal.
    static func progress(_ text: String) {
        guard errorIsTerminal else { return }
        write(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO)
    }

    static func coloured(_ text: String, _ colour: Colour) -> String {
        isColourful ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Text from outside as a terminal may show it: control characters, with which it could be made to lie, are
    /// replaced.
    static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
    }

    /// A table with columns as wide as what stands in them.
    static func table(_ rows: [[String]]) {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? width($0[column]) : 0 }.max() ?? 0 }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - width(cell) + 2)
            }
            line(cells.joined())
        }
    }

    /// Columns of a terminal that the text takes: CJK characters take two.
    private static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { width, scalar in
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x20000...0x3FFFD:
                width + 2
            default: width + 1
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
            || (0x2066...0x2069).contains(scalar.value)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { exit(descriptor == STDOUT_FILENO ? 0 : 1) }
            rest = rest.dropFirst(written)
        }
    }
}
