public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

extension ModuleHouse {
    /// Everything the modules know after the event `sequence`, for a quick start. It is of use only to this version of
    /// Gatehouse: every other folds the journal from its beginning.
    public func snapshot(version: String, after sequence: Int64) -> [UInt8] {
        var packer = Packer()
        packer.add("gatehouse modules", version, sequence, names, clock, site?.json)
        for module in modules { module.pack(into: &packer) }
        return packer.bytes
    }

    /// The house as it was packed, and the sequence of the last event that it had heard. Nil where the bytes are
    /// another version's, other modules', damaged, or no snapshot at all.
    public static func resume(
        _ bytes: [UInt8], version: String, names: [String], readSite: (JSONValue) -> Site?
    ) -> (house: ModuleHouse, sequence: Int64)? {
        var unpacker = Unpacker(bytes)
        do throws(PackProblem) {
            guard let sequence = try head(of: &unpacker, version: version, names: names) else { return nil }
            let clock: Moment? = try unpacker.next()
            let json: JSONValue? = try unpacker.next()
            let site = json.flatMap(readSite)
            guard (site == nil) == (json == nil) else { return nil }
            var modules: [any Module] = []
            for kind in kinds where names.contains(kind.name) { modules.append(try kind.init(from: &unpacker)) }
            guard unpacker.isAtEnd else { return nil }
            if let site { for place in modules.indices { modules[place].resume(site) } }
            return (ModuleHouse(modules: modules, clock: clock, site: site), sequence)
        } catch {
            return nil
        }
    }

    /// The sequence of the last event that the modules had heard; nil where the bytes are no snapshot of theirs.
    public static func position(_ bytes: [UInt8], version: String, names: [String]) -> Int64? {
        var unpacker = Unpacker(bytes)
        return (try? head(of: &unpacker, version: version, names: names)) ?? nil
    }

    private static func head(
        of unpacker: inout Unpacker, version: String, names: [String]
    ) throws(PackProblem) -> Int64? {
        let (kind, packedBy): (String, String) = (try unpacker.next(), try unpacker.next())
        let sequence: Int64 = try unpacker.next()
        let packed: [String] = try unpacker.next()
        return kind == "gatehouse modules" && packedBy == version && packed == names ? sequence : nil
    }
}
