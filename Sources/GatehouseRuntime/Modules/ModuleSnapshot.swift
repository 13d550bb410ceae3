import Foundation
import GatehouseModel
import GatehouseModules
import GatehouseSite

/// The file from which modules start quickly: what they knew after one event of one journal.
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

    /// The last event that the modules of the file had heard; nil where there is no snapshot of this program.
    public var position: Int64? {
        guard let content = FileManager.default.contents(atPath: path), content.count > 8 else { return nil }
        return ModuleHouse.position(Array(content.dropFirst(8)), version: version, names: names)
    }

    /// The modules as they were, and the last event they had heard; nil where there is no snapshot of this program for
    /// this journal. `body` gives the event with a sequence, to recognise the journal by.
    public func read(body: (Int64) -> [UInt8]?) -> ModuleFold? {
        guard let content = FileManager.default.contents(atPath: path), content.count > 8 else { return nil }
        let bytes = Array(content.dropFirst(8))
        guard
            let (house, sequence) = ModuleHouse.resume(
                bytes, version: version, names: names, readSite: { SiteReader.read(json: $0).site }),
            let event = body(sequence), Self.mark(of: event) == Array(content.prefix(8))
        else { return nil }
        return ModuleFold(house: house, sequence: sequence)
    }

    /// Writes what the modules know; `body` is the last event they have heard.
    public func write(_ fold: ModuleFold, body: [UInt8]) throws {
        let bytes = Self.mark(of: body) + fold.house.snapshot(version: version, after: fold.sequence)
        try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    /// FNV-1a over an event.
    private static func mark(of body: [UInt8]) -> [UInt8] {
        let hash = body.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64($0 * 8)) }
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
