import Foundation
import GatehouseJournal
import GatehouseModel
import GatehouseModuleKit
public import GatehouseModules
import GatehouseSite

/// The file from which modules start quickly: what they knew after one event of one journal.
///
/// The mark of that event, what the modules know, and a sum over both: not a byte may be another than was written,
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
        let bytes = [UInt8](content)
        guard ByteSum.of(bytes.dropLast(8)) == UInt64(littleEndianBytes: bytes.suffix(8)) else { throw .damaged }
        let (house, sequence) = try ModuleHouse.resume(
            Array(bytes.dropFirst(8).dropLast(8)), version: version, names: names,
            readSite: { SiteReader.read(json: $0).site })
        return Found(
            fold: ModuleFold(house: house, sequence: sequence), mark: UInt64(littleEndianBytes: bytes.prefix(8)))
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
        let draft = path + ".new"
        let file = try SnapshotDraft(draft)
        file.write(ByteSum.of(body).littleEndianBytes)
        var packer = Packer(draining: file.write)
        fold.house.pack(version: version, after: fold.sequence, into: &packer)
        packer.flush()
        try file.close()
        guard rename(draft, path) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
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
