/// One frame of the line, in either direction, as it stands on the wire.
public struct OSDPFrame: Hashable, Sendable {
    /// Every frame begins with it; it may also occur within one.
    public static let startByte: UInt8 = 0x53
    /// May be sent before a frame to settle the line, and belongs to no frame.
    public static let idleByte: UInt8 = 0xFF
    /// The address that every reader hears; only of use while one reader hangs on the line.
    public static let broadcast: UInt8 = 0x7F
    /// No frame is longer than this, in bytes.
    public static let lengthLimit = 1440
    /// Start, address, length, control, code and the smaller check.
    static let shortest = 7

    /// The reader meant or speaking, 0 to 126, or `broadcast`.
    public var address: UInt8
    /// Whether the reader speaks. On the wire the address then has its top bit set.
    public var isReply: Bool
    /// 0 begins a conversation, then 1, 2, 3, 1, …; a reply has that of its command.
    public var sequence: UInt8
    public var check: OSDPCheck
    /// What a frame of the secure channel says about itself; nil on a plain one.
    public var security: OSDPSecurityBlock?
    /// The command's or the reply's code.
    public var code: UInt8
    /// What follows the code, encrypted in the block types 17 and 18.
    public var data: [UInt8]
    /// The first four bytes of the MAC in block types 15 to 18; else empty.
    public var mac: [UInt8]

    public init(
        address: UInt8, isReply: Bool, sequence: UInt8, check: OSDPCheck = .crc16, security: OSDPSecurityBlock? = nil,
        code: UInt8, data: [UInt8] = [], mac: [UInt8] = []
    ) {
        precondition(address <= Self.broadcast, "an address has seven bits")
        precondition(sequence <= 3, "a sequence number has two bits")
        self.address = address
        self.isReply = isReply
        self.sequence = sequence
        self.check = check
        self.security = security
        self.code = code
        self.data = data
        self.mac = mac
    }

    /// Reads exactly one frame; nil where the bytes are none, or its check is wrong.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.shortest, bytes.first == Self.startByte else { return nil }
        let header = Array(bytes.prefix(5))
        let control = header[4]
        check = control & 0x04 == 0 ? .checksum : .crc16
        guard Self.length(header) == bytes.count else { return nil }
        let body = bytes.dropLast(check.size)
        guard check.bytes(over: body) == Array(bytes.suffix(check.size)) else { return nil }
        address = header[1] & 0x7F
        isReply = header[1] & 0x80 != 0
        sequence = control & 0x03
        var rest = body.dropFirst(5)
        security = nil
        if control & 0x08 != 0 {
            guard let block = OSDPSecurityBlock(&rest) else { return nil }
            security = block
        }
        guard let code = rest.popFirst() else { return nil }
        self.code = code
        let macSize = security?.isSealed == true ? OSDPSecurityBlock.macSize : 0
        guard rest.count >= macSize else { return nil }
        data = Array(rest.dropLast(macSize))
        mac = Array(rest.suffix(macSize))
    }

    /// The frame as it is sent, without an idle byte.
    public var bytes: [UInt8] {
        let body = authenticated + mac
        return body + check.bytes(over: body)
    }

    /// Everything before the MAC, the length already counting what follows: what the MAC is made over.
    public var authenticated: [UInt8] {
        let block = security?.bytes ?? []
        let macSize = security?.isSealed == true ? OSDPSecurityBlock.macSize : 0
        let length = 5 + block.count + 1 + data.count + macSize + check.size
        let control = sequence | (check == .crc16 ? 0x04 : 0) | (security == nil ? 0 : 0x08)
        let low = UInt8(truncatingIfNeeded: length)
        let high = UInt8(truncatingIfNeeded: length >> 8)
        return [Self.startByte, address | (isReply ? 0x80 : 0), low, high, control] + block + [code] + data
    }

    /// The length that a header claims; it has at least four bytes.
    static func length(_ header: some Collection<UInt8>) -> Int {
        var field = header.dropFirst(2)
        let low = field.popFirst() ?? 0
        return Int(low) | Int(field.popFirst() ?? 0) << 8
    }
}

/// What a frame of the secure channel says about itself.
public struct OSDPSecurityBlock: Hashable, Sendable {
    /// How much of a MAC travels, in bytes.
    public static let macSize = 4
    /// A block's own length is at most this, with its length byte.
    private static let longest = 16

    /// 11 to 14: the handshake. 15 and 17: commands, 16 and 18: replies; the latter of each with encrypted data.
    public var type: UInt8
    /// In the handshake one byte: which key, or whether the key was right.
    public var data: [UInt8]

    public init(type: UInt8, data: [UInt8] = []) {
        self.type = type
        self.data = data
    }

    /// Whether the frame carries a MAC.
    public var isSealed: Bool { (0x15...0x18).contains(type) }

    /// Whether the frame's data is encrypted.
    public var isEncrypted: Bool { type == 0x17 || type == 0x18 }

    var bytes: [UInt8] { [UInt8(truncatingIfNeeded: data.count + 2), type] + data }

    init?(_ rest: inout ArraySlice<UInt8>) {
        guard let length = rest.first, (2...Self.longest).contains(Int(length)), rest.count >= Int(length) else {
            return nil
        }
        let block = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        type = block[block.startIndex + 1]
        data = Array(block.dropFirst(2))
    }
}
