import Glibc

/// The vectors of a wire as they lie beside it, whatever their files look like: every run of hexadecimal digits is
/// taken for bytes, and every quoted text for its characters.
enum Vectors {
    /// The longest file that is read, in bytes.
    private static let fileLimit = 1 << 20
    private static let longest = 2048

    static func pieces(of wire: String, near file: String = #filePath) -> [[UInt8]] {
        let root = file.split(separator: "/").dropLast(4).joined(separator: "/")
        let folder = "/\(root)/protocols/\(wire)/Vectors"
        var pieces: Set<[UInt8]> = []
        for name in names(in: folder) {
            let bytes = content("\(folder)/\(name)")
            pieces.formUnion(runs(bytes))
            pieces.formUnion(quoted(bytes))
        }
        // A set has no order that would be the same twice.
        return pieces.filter { !$0.isEmpty && $0.count <= longest }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func names(in folder: String) -> [String] {
        guard let open = opendir(folder) else { preconditionFailure("\(folder) cannot be read") }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func content(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { preconditionFailure("\(path) cannot be read") }
        defer { fclose(file) }
        return Array(unsafeUninitializedCapacity: fileLimit) { $1 = fread($0.baseAddress, 1, $0.count, file) }
    }

    /// Runs of three bytes or more; blanks between the bytes are passed over.
    private static func runs(_ text: [UInt8]) -> [[UInt8]] {
        text.split { !isDigit($0) && $0 != 0x20 }.compactMap { run in
            let digits = run.filter { $0 != 0x20 }
            guard digits.count >= 6, digits.count.isMultiple(of: 2) else { return nil }
            return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
        }
    }

    /// What stands between quotation marks, escapes resolved.
    private static func quoted(_ text: [UInt8]) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var current: [UInt8]?
        var isEscaped = false
        for byte in text {
            switch byte {
            case _ where isEscaped:
                isEscaped = false
                current?.append([0x6E: 0x0A, 0x74: 0x09, 0x72: 0x0D][byte] ?? byte)
            case 0x5C where current != nil: isEscaped = true
            case 0x22:
                if let whole = current { texts.append(whole) }
                current = current == nil ? [] : nil
            default: current?.append(byte)
            }
        }
        return texts
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func value(_ digit: UInt8) -> UInt8 {
        digit < 0x3A ? digit - 0x30 : (digit & 0xDF) - 0x37
    }
}
