import Foundation

/// A snapshot's file as it is written, piece by piece, with a sum over all of it at the end.
final class SnapshotDraft {
    private let path: String
    private let draft: String
    private let handle: FileHandle
    private var sum = ByteSum()
    private var problem: (any Error)?

    init(of path: String) throws {
        self.path = path
        draft = path + ".new"
        let isMade = FileManager.default.createFile(
            atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600])
        guard isMade else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: draft]) }
        handle = try FileHandle(forWritingTo: URL(filePath: draft))
    }

    /// Whatever goes wrong is told at the end.
    func write(_ bytes: [UInt8]) {
        guard problem == nil else { return }
        sum.add(bytes)
        do { try handle.write(contentsOf: Data(bytes)) } catch { problem = error }
    }

    /// Gives the file its name once everything is on the disk. What could not be written whole takes no room there.
    func publish() throws {
        write(sum.value.littleEndianBytes)
        do {
            if let problem { throw problem }
            try handle.synchronize()
            try handle.close()
            guard rename(draft, path) == 0 else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
            }
        } catch {
            unlink(draft)
            throw error
        }
    }
}

/// A sum over bytes (FNV-1a, 64 bits): no single byte can be another without its being another.
struct ByteSum {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var sum = ByteSum()
        sum.add(bytes)
        return sum.value
    }
}

extension UInt64 {
    var littleEndianBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64($0 * 8)) } }

    init(littleEndianBytes bytes: some BidirectionalCollection<UInt8>) {
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
