import Foundation
import GatehouseRules

/// Turns a file's bytes into text: UTF-8 with or without a byte-order mark, and for tables GB18030, which a Chinese
/// spreadsheet saves by default.
enum TextDecoding {
    /// Bytes that are no text, with the place of the first bad one in lines and columns from 1.
    struct Refusal: Error {
        var line: Int
        var column: Int
    }

    /// The UTF-8 text of the bytes, without the byte-order mark.
    static func utf8(_ bytes: [UInt8]) throws(Refusal) -> String {
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        if let text = String(validating: body, as: UTF8.self) { return text }
        throw firstBadByte(in: body)
    }

    /// The text of a table: UTF-8 if it is that, else GB18030 if it is that.
    static func table(_ bytes: [UInt8]) throws(Refusal) -> String {
        do throws(Refusal) {
            return try utf8(bytes)
        } catch {
            guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]), let text = GB18030.text(bytes) else { throw error }
            return text
        }
    }

    private static func firstBadByte(in bytes: ArraySlice<UInt8>) -> Refusal {
        var line = 1
        var column = 1
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return Refusal(line: line, column: column)
    }
}

/// GB18030 through the C library's iconv.
enum GB18030 {
    /// Nil where the bytes are not GB18030 throughout.
    static func text(_ bytes: [UInt8]) -> String? {
        let converter = iconv_open("UTF-8", "GB18030")
        guard converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var source = bytes.map { CChar(bitPattern: $0) }
        // One byte of GB18030 becomes at most three of UTF-8.
        var target = [CChar](repeating: 0, count: bytes.count * 3 + 16)
        let capacity = target.count
        var left = capacity
        let result = source.withUnsafeMutableBufferPointer { from in
            target.withUnsafeMutableBufferPointer { to in
                var (input, output) = (from.baseAddress, to.baseAddress)
                var remaining = from.count
                return iconv(converter, &input, &remaining, &output, &left)
            }
        }
        guard result != Int(bitPattern: UInt.max) else { return nil }
        return String(validating: target[..<(capacity - left)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
