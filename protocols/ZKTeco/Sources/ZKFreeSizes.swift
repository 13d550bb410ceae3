import GatehouseWireKit

/// How full the device's memory is: the answer to `freeSizes`, signed 32-bit counters at fixed offsets.
public struct ZKFreeSizes: Hashable, Sendable {
    /// The shortest answer read; 80, 92 and 112 bytes are known.
    public static let leastSize = 80

    public var users: Int
    public var fingerprints: Int
    /// Punches in the attendance log.
    public var records: Int
    /// Entries of the operation log: menu actions, door openings, and every punch of a unit in
    /// access-control mode.
    public var operations: Int
    public var userCapacity: Int
    /// Punches that the attendance log can hold; 0 where the device does not say.
    public var recordCapacity: Int

    public init(
        users: Int, fingerprints: Int = 0, records: Int, operations: Int = 0, userCapacity: Int = 0,
        recordCapacity: Int = 0
    ) {
        self.users = users
        self.fingerprints = fingerprints
        self.records = records
        self.operations = operations
        self.userCapacity = userCapacity
        self.recordCapacity = recordCapacity
    }

    /// Nil for fewer than 80 bytes and for a negative count.
    public init?(_ data: [UInt8]) {
        guard data.count >= Self.leastSize else { return nil }
        var cursor = ByteCursor(data)
        var fields: [Int] = []
        while fields.count < 20, let field = cursor.little(Int32.self) { fields.append(Int(field)) }
        self.init(
            users: fields[4], fingerprints: fields[6], records: fields[8], operations: fields[10],
            userCapacity: fields[15], recordCapacity: fields[16])
        guard users >= 0, records >= 0, recordCapacity >= 0 else { return nil }
    }

    /// The answer as a device sends it, `size` bytes long.
    public func bytes(size: Int = leastSize) -> [UInt8] {
        precondition(size >= Self.leastSize && size % 4 == 0, "an answer holds twenty counters or more")
        var fields = [Int32](repeating: 0, count: size / 4)
        let known = [
            (4, users), (6, fingerprints), (8, records), (10, operations), (15, userCapacity), (16, recordCapacity),
            (18, max(userCapacity - users, 0)), (19, max(recordCapacity - records, 0)),
        ]
        for (index, value) in known { fields[index] = Int32(clamping: value) }
        return fields.reduce(into: []) { $0.appendLittle($1) }
    }
}
