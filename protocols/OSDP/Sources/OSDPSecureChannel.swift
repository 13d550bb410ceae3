/// One end of a session: what it sends is sealed, and what it receives is opened. Both ends are alike, for each
/// frame's MAC and encryption go on from the last MAC of the other direction.
public struct OSDPSecureChannel: Sendable {
    private let keys: OSDPSessionKeys
    private let cipher: BlockCipher
    private let isDevice: Bool
    private var sent: [UInt8]
    private var received: [UInt8]

    /// The session after a handshake that ended with this MAC (`RMAC_I`), at the device's end or the panel's.
    public init(keys: OSDPSessionKeys, initialMAC: [UInt8], isDevice: Bool, cipher: BlockCipher) {
        precondition(initialMAC.count == BlockCipher.size, "a MAC has 16 bytes")
        self.keys = keys
        self.cipher = cipher
        self.isDevice = isDevice
        sent = initialMAC
        received = initialMAC
    }

    /// A command or reply as a sealed frame. Each is sealed once: a repetition is the same frame again.
    public mutating func seal(
        code: UInt8, data: [UInt8], address: UInt8, sequence: UInt8, check: OSDPCheck = .crc16
    ) -> OSDPFrame {
        let type: UInt8 = (data.isEmpty ? 0x15 : 0x17) + (isDevice ? 1 : 0)
        var frame = OSDPFrame(
            address: address, isReply: isDevice, sequence: sequence, check: check,
            security: OSDPSecurityBlock(type: type), code: code)
        if !data.isEmpty {
            frame.data = cipher.chain(Self.padded(data + [0x80]), key: keys.encryption, from: received.map { ~$0 })
        }
        sent = mac(over: frame.authenticated, from: received)
        frame.mac = Array(sent.prefix(OSDPSecurityBlock.macSize))
        return frame
    }

    /// The data of a sealed frame of the other end; nil where its MAC or padding is wrong, and nothing changes then.
    public mutating func open(_ frame: OSDPFrame) -> [UInt8]? {
        guard let security = frame.security, security.isSealed, frame.isReply != isDevice else { return nil }
        let mac = mac(over: frame.authenticated, from: sent)
        guard isSame(mac.prefix(OSDPSecurityBlock.macSize), frame.mac) else { return nil }
        guard security.isEncrypted else {
            guard frame.data.isEmpty else { return nil }
            received = mac
            return []
        }
        guard !frame.data.isEmpty, frame.data.count.isMultiple(of: BlockCipher.size) else { return nil }
        let plain = cipher.unchain(frame.data, key: keys.encryption, from: sent.map { ~$0 })
        guard let mark = plain.lastIndex(where: { $0 != 0 }), plain[mark] == 0x80 else { return nil }
        received = mac
        return Array(plain[..<mark])
    }

    private func mac(over bytes: [UInt8], from vector: [UInt8]) -> [UInt8] {
        let whole = bytes.count.isMultiple(of: BlockCipher.size) ? bytes : Self.padded(bytes + [0x80])
        let early = cipher.chain(Array(whole.dropLast(BlockCipher.size)), key: keys.mac1, from: vector)
        let last = early.isEmpty ? vector : Array(early.suffix(BlockCipher.size))
        return cipher.chain(Array(whole.suffix(BlockCipher.size)), key: keys.mac2, from: last)
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        let rest = bytes.count % BlockCipher.size
        return rest == 0 ? bytes : bytes + [UInt8](repeating: 0, count: BlockCipher.size - rest)
    }
}
