public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

/// Why modules cannot go on from a snapshot. Nothing is lost: they read the journal from its beginning.
public enum SnapshotProblem: Error, Hashable, Sendable {
    /// Another build of Gatehouse wrote it, or it is of other modules.
    case ofAnotherBuild
    /// It does not say what was written.
    case damaged
    /// Its last event stands in another journal.
    case ofAnotherJournal
}

extension SnapshotProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ofAnotherBuild: "the modules' snapshot is of another build of Gatehouse"
        case .damaged: "the modules' snapshot is damaged"
        case .ofAnotherJournal: "the modules' snapshot is of another journal"
        }
    }
}

extension ModuleHouse {
    /// Packs everything the modules know after the event `sequence`, for a quick start. It is of use only to this
    /// version of Gatehouse: every other folds the journal from its beginning.
    public func pack(version: String, after sequence: Int64, into packer: inout Packer) {
        packer.add("gatehouse modules", version, names, sequence, clock, site?.json)
        for module in modules { module.pack(into: &packer) }
    }

    /// The house as it was packed, and the sequence of the last event that it had heard.
    public static func resume(
        _ bytes: [UInt8], version: String, names: [String], readSite: (JSONValue) -> Site?
    ) throws(SnapshotProblem) -> (house: ModuleHouse, sequence: Int64) {
        let found: (house: ModuleHouse, sequence: Int64)?
        do throws(PackProblem) {
            found = try unpack(bytes, version: version, names: names, readSite: readSite)
        } catch {
            throw .damaged
        }
        guard let found else { throw .ofAnotherBuild }
        return found
    }

    /// Nil where another version packed it, or it is of other modules.
    private static func unpack(
        _ bytes: [UInt8], version: String, names: [String], readSite: (JSONValue) -> Site?
    ) throws(PackProblem) -> (house: ModuleHouse, sequence: Int64)? {
        var unpacker = Unpacker(bytes)
        let (kind, packedBy, packed): (String, String, [String]) = try unpacker.values()
        guard kind == "gatehouse modules" else { throw .unreadable("a snapshot") }
        guard packedBy == version, packed == names else { return nil }
        let (sequence, clock, json): (Int64, Moment?, JSONValue?) = try unpacker.values()
        let site = json.flatMap(readSite)
        guard (site == nil) == (json == nil) else { throw .unreadable("a site") }
        var modules: [any Module] = []
        for kind in kinds where names.contains(kind.name) { modules.append(try kind.init(from: &unpacker)) }
        guard unpacker.isAtEnd else { throw .unreadable("the end") }
        if let site { for place in modules.indices { modules[place].resume(site) } }
        return (ModuleHouse(modules: modules, clock: clock, site: site), sequence)
    }
}
