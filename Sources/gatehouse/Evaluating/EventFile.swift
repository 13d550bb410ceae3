import Foundation
import GatehouseModel
import GatehouseModuleKit

/// A file of CloudEvents, one JSON object a line, read in pieces: it may be larger than the memory.
struct EventFile {
    private static let pieceSize = 1 << 20
    /// An event of a module may be larger than a client's; a line longer than this is no event.
    private static let lineLimit = 16 << 20

    let path: String
    /// The whole of standard input, which cannot be read twice.
    private let buffered: Data?

    /// `-` is standard input.
    init(path: String) throws {
        self.path = path
        do {
            buffered = path == "-" ? try FileHandle.standardInput.readToEnd() ?? Data() : nil
        } catch {
            throw Failure(.usage, "standard input cannot be read: \(error.localizedDescription)")
        }
    }

    /// What stands before a problem: `events.jsonl:12`.
    func place(_ line: Int) -> String { "\(path):\(line)" }

    /// Hands each line that is not blank to `body`, with its number from 1, without its end. `body` says whether to go
    /// on.
    func forEachLine(_ body: (Int, UnsafeBufferPointer<UInt8>) throws -> Bool) throws {
        if let buffered {
            var pieces = [buffered].makeIterator()
            try split({ pieces.next() }, body)
            return
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw Failure(.usage, "\(path) cannot be read: there is no such file, or it must not be read")
        }
        defer { try? handle.close() }
        try split({ try handle.read(upToCount: Self.pieceSize) }, body)
    }

    private func split(_ next: () throws -> Data?, _ body: (Int, UnsafeBufferPointer<UInt8>) throws -> Bool) throws {
        var (number, rest) = (0, [UInt8]())
        while let piece = try next(), !piece.isEmpty {
            rest.append(contentsOf: piece)
            var start = 0
            var goesOn = true
            try rest.withUnsafeBufferPointer { bytes in
                while goesOn, let end = Self.lineEnd(bytes, from: start) {
                    number += 1
                    goesOn = try Self.hand(bytes, start..<end, number, body)
                    start = end + 1
                }
            }
            guard goesOn else { return }
            rest.removeFirst(start)
            guard rest.count <= Self.lineLimit else {
                throw Failure(.notInOrder, "\(place(number + 1)): the line is longer than any event")
            }
        }
        guard !rest.isEmpty else { return }
        _ = try rest.withUnsafeBufferPointer { try Self.hand($0, 0..<$0.count, number + 1, body) }
    }

    private static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, 0x0A, bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private static func hand(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ number: Int,
        _ body: (Int, UnsafeBufferPointer<UInt8>) throws -> Bool
    ) throws -> Bool {
        var range = range
        // A byte-order mark, and the CR of CR LF.
        if number == 1, bytes[range].starts(with: [0xEF, 0xBB, 0xBF]) { range = range.dropFirst(3) }
        if bytes[range].last == 0x0D { range = range.dropLast() }
        let isBlank = bytes[range].allSatisfy { $0 == 0x20 || $0 == 0x09 }
        return try isBlank || body(number, UnsafeBufferPointer(rebasing: bytes[range]))
    }
}

/// The ids of events by their line, in little room.
struct EventIDs {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// The id of the next line, or of the lines up to it that have none.
    mutating func note(_ id: String, at line: Int) {
        while ends.count < line - 1 { ends.append(bytes.count) }
        bytes.append(contentsOf: id.utf8)
        ends.append(bytes.count)
    }

    subscript(line: Int64) -> String {
        let place = Int(line) - 1
        guard ends.indices.contains(place) else { return "" }
        return String(decoding: bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]], as: UTF8.self)
    }
}
