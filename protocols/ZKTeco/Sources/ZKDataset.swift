import GatehouseWireKit

/// What a bulk read brings: a u32 byte count, then records one after the other.
public enum ZKDataset {
    /// The records' bytes; nil unless the count says exactly how many follow. An empty dataset may lack
    /// its count.
    public static func records(_ dataset: [UInt8]) -> ArraySlice<UInt8>? {
        if dataset.isEmpty { return [] }
        var cursor = ByteCursor(dataset[...])
        guard let total = cursor.little(UInt32.self), Int(total) == cursor.count else { return nil }
        return cursor.rest
    }

    /// Records as a device sends them.
    public static func bytes(_ records: some Sequence<[UInt8]>) -> [UInt8] {
        var joined: [UInt8] = []
        for record in records { joined.append(contentsOf: record) }
        var dataset: [UInt8] = []
        dataset.reserveCapacity(4 + joined.count)
        dataset.appendLittle(UInt32(joined.count))
        dataset.append(contentsOf: joined)
        return dataset
    }
}
