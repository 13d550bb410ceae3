import Glibc

/// Legacy text encodings, decoded by the C library.
enum TextDecoding {
    /// The text of GB18030 bytes; nil where they are none.
    static func gb18030(_ bytes: [UInt8]) -> String? {
        let converter = iconv_open("UTF-8", "GB18030")
        guard converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        // One byte becomes at most one character of three bytes, and four bytes one of four.
        var output = [CChar](repeating: 0, count: bytes.count * 3 + 4)
        let capacity = output.count
        let written = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int? in
                var source = input.baseAddress
                var target = output.baseAddress
                var (sourceLeft, targetLeft) = (input.count, capacity)
                guard iconv(converter, &source, &sourceLeft, &target, &targetLeft) != -1, sourceLeft == 0 else {
                    return nil
                }
                return capacity - targetLeft
            }
        }
        guard let written else { return nil }
        return String(validating: output[..<written].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
