import Foundation

/// A text file, line by line.
enum Lines {
    /// More than any file of a month's punches; a larger one is something else.
    static let sizeLimit = 512 << 20

    struct Line {
        /// From 1.
        var number: Int
        var bytes: [UInt8]

        var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }
        var text: String? { String(validating: bytes, as: UTF8.self) }
    }

    /// The lines of a file, without LF or CR LF; `-` is standard input.
    static func read(_ file: String) throws -> [Line] {
        let content = try bytes(of: file)
        var lines: [Line] = []
        var rest = content[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
            var line = rest[..<end]
            if line.last == 0x0D { line = line.dropLast() }
            lines.append(Line(number: lines.count + 1, bytes: Array(line)))
            rest = rest[min(end + 1, rest.endIndex)...]
        }
        return lines
    }

    private static func bytes(of file: String) throws -> [UInt8] {
        do {
            let handle = file == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: file))
            let data = try handle.read(upToCount: sizeLimit + 1) ?? Data()
            guard data.count <= sizeLimit else {
                throw Failure(.usage, "\(file) is larger than \(sizeLimit >> 20) MiB")
            }
            return Array(data)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.usage, "\(file) cannot be read: \(error.localizedDescription)")
        }
    }
}
