import GatehouseWireKit

/// What a reader can do, function by function; the first entry of a function counts.
public struct OSDPCapabilities: Hashable, Sendable {
    /// How well a function is supported, and how often it is there; functions 10 and 11 pack a size into both.
    public struct Entry: Hashable, Sendable {
        public var compliance: UInt8
        public var count: UInt8
    }

    private var entries: [UInt8: Entry] = [:]

    /// Reads the triples; an unfinished last one is passed over.
    init(_ data: inout ByteCursor) {
        while let function = data.u8(), let compliance = data.u8(), let count = data.u8() {
            if entries[function] == nil { entries[function] = Entry(compliance: compliance, count: count) }
        }
    }

    /// What is said of a function; nil where nothing is.
    public subscript(function: UInt8) -> Entry? { entries[function] }

    /// Whether a LED can be lit.
    public var hasLED: Bool { has(4) }
    public var hasBuzzer: Bool { has(5) }
    /// Whether a text can be shown.
    public var hasDisplay: Bool { has(6) }
    /// Whether it has a clock that can be set.
    public var keepsTime: Bool { has(7) }
    /// Whether it offers a secure channel with AES-128.
    public var offersSecureChannel: Bool { (entries[9]?.compliance ?? 0) & 1 != 0 }
    /// The longest frame that it takes, in bytes; nil where it does not say.
    public var receiveLimit: Int? {
        guard let size = entries[10] else { return nil }
        return Int(size.compliance) | Int(size.count) << 8
    }

    private func has(_ function: UInt8) -> Bool {
        guard let entry = entries[function] else { return false }
        return entry.compliance > 0
    }
}
