import Foundation
import GatehouseJournal
import GatehouseModel
import GatehouseModuleKit
public import GatehouseModules
import GatehouseSite

/// The file from which modules start quickly: what they knew after one event of one journal.
///
/// What the modules know, the mark of that event, and a sum over both: not a byte may be another than was written,
/// because a number that was turned about would be believed for ever.
public struct ModuleSnapshot: Sendable {
    let path: String
    /// Only the program that wrote it reads it.
    let version: String
    let names: [String]

    /// In that folder, of that version of Gatehouse, for these modules.
    public init(folder: String, version: String, names: [String]) {
        path = names.count == 1 ? "\(folder)/modules-\(names[0]).snapshot" : "\(folder)/modules.snapshot"
        self.version = version + Self.program
        self.names = names
    }

    /// What was found in the file.
    public struct Found: Sendable {
        /// The modules as they were.
        public let fold: ModuleFold
        fileprivate let mark: UInt64

        /// Whether the event with the fold's sequence is the one that the modules had heard last: a snapshot and a
        /// journal may come from different backups.
        public func isOf(journalWith body: [UInt8]) -> Bool { ByteSum.of(body) == mark }
    }

    /// The modules as they were; nil where there is no file.
    public func read() throws(SnapshotProblem) -> Found? {
        guard let content = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else { return nil }
        guard content.count > 16 else { throw .damaged }
        // Of a large site that is some tens of megabytes: they are taken apart where they are.
        var bytes = [UInt8](content)
        guard ByteSum.of(bytes.dropLast(8)) == UInt64(littleEndianBytes: bytes.suffix(8)) else { throw .damaged }
        let mark = UInt64(littleEndianBytes: bytes.dropLast(8).suffix(8))
        bytes.removeLast(16)
        let (house, sequence) = try ModuleHouse.resume(
            bytes, version: version, names: names, readSite: { SiteReader.read(json: $0).site })
        return Found(fold: ModuleFold(house: house, sequence: sequence), mark: mark)
    }

    /// The modules as they were; nil where there is no file. The journal is looked at for whether it is theirs.
    func read(for journal: JournalReader) throws(SnapshotProblem) -> ModuleFold? {
        guard let found = try read() else { return nil }
        let last = found.fold.sequence
        let event = try? journal.page(from: last, through: last).events.first
        guard let event, found.isOf(journalWith: event.body) else { throw .ofAnotherJournal }
        return found.fold
    }

    /// Writes what the modules know; `body` is the last event they have heard. The file before stays until the new one
    /// is on the disk.
    public func write(_ fold: ModuleFold, body: [UInt8]) throws {
        let file = try SnapshotDraft(of: path)
        var packer = Packer(draining: file.write)
        fold.house.pack(version: version, after: fold.sequence, into: &packer)
        packer.flush()
        file.write(ByteSum.of(body).littleEndianBytes)
        try file.publish()
    }

    /// Tells one build from another: a snapshot has no format of its own.
    private static let program: String = {
        let file = try? FileManager.default.attributesOfItem(
            atPath: FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let size = (file?[.size] as? NSNumber)?.int64Value ?? 0
        let changed = (file?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return " \(size) \(changed)"
    }()
}
