import GatehouseWireKit

/// The five bytes of a 125 kHz tag: a version or customer code, and the 32-bit number that is printed on it.
public struct EM4100Tag: Hashable, Sendable {
    /// The first byte: version or customer code. It is not printed on most cards.
    public var version: UInt8
    /// The other four bytes, big-endian.
    public var number: UInt32

    public init(version: UInt8, number: UInt32) {
        self.version = version
        self.number = number
    }

    /// The tag of five bytes as they come over the air; nil for any other count.
    public init?(_ bytes: some Sequence<UInt8>) {
        var cursor = ByteCursor(bytes)
        guard let version = cursor.u8(), let number = cursor.big(UInt32.self), cursor.count == 0 else { return nil }
        self.init(version: version, number: number)
    }

    /// As they come over the air.
    public var bytes: [UInt8] {
        var bytes = [version]
        bytes.appendBig(number)
        return bytes
    }

    /// The exclusive or of the five bytes.
    public var checksum: UInt8 {
        bytes.reduce(0, ^)
    }

    /// The tag as a reader sends it: STX, ten digits, two digits of checksum, ETX; an ID-12 or ID-20 puts a line end
    /// before its ETX.
    public func frame(_ style: EM4100Style = .rdm6300) -> [UInt8] {
        let digits = Array(Hex.text(bytes + [checksum]).uppercased().utf8)
        return [0x02] + digits + (style == .id12 ? [0x0D, 0x0A] : []) + [0x03]
    }
}

/// Whose frame it is.
public enum EM4100Style: Hashable, Sendable, CaseIterable {
    /// 14 bytes, repeated while the tag is near.
    case rdm6300
    /// 16 bytes, once for each presentation.
    case id12
}
