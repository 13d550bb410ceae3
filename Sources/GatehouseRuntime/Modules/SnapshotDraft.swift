import Foundation

/// A snapshot's file as it is written, piece by piece, with a sum over all of it at the end.
final class SnapshotDraft {
    private let handle: FileHandle
    private var sum = ByteSum()
    private var problem: (any Error)?

    init(_ path: String) throws {
        let isMade = FileManager.default.createFile(
            atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard isMade else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        handle = try FileHandle(forWritingTo: URL(filePath: path))
    }

    /// Whatever goes wrong is told at the end.
    func write(_ bytes: [UInt8]) {
        guard problem == nil else { return }
        sum.add(bytes)
        do { try handle.write(contentsOf: Data(bytes)) } catch { problem = error }
    }

    /// Returns once everything is on the disk.
    func close() throws {
        write(sum.value.littleEndianBytes)
        try handle.synchronize()
        try handle.close()
        if let problem { throw problem }
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
