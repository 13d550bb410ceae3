/// The panel's side of the four frames that begin a session.
public struct OSDPHandshake: Sendable {
    /// Which key both sides are to prove that they hold.
    public enum Key: Hashable, Sendable {
        /// This one, 16 bytes.
        case own([UInt8])
        /// One made from this master key and the device's name for itself.
        case master([UInt8])
        /// The one that everybody knows. Only for giving a new reader its own.
        case installation

        /// The key byte of the security blocks.
        var number: UInt8 { self == .installation ? 0 : 1 }
    }

    /// Why a session does not come about.
    public enum Problem: Error, Hashable, Sendable {
        /// The reply is too short, or not what was asked for.
        case malformed
        /// The device wants another kind of key than it was asked for: the installation key in place of its own.
        case otherKey
        /// The device sent the panel's own challenge back.
        case echo
        /// The device does not hold the key.
        case wrongKey
    }

    /// A command of the handshake: it travels in the open, with a security block.
    public struct Step: Hashable, Sendable {
        public var security: OSDPSecurityBlock
        public var command: OSDPCommand
    }

    private let key: Key
    private let random: [UInt8]
    private let cipher: BlockCipher
    private var keys: OSDPSessionKeys?
    private var initialMAC: [UInt8] = []
    /// The key that the device proved to hold, once it has.
    public private(set) var proven: [UInt8]?
    /// What the device calls itself, 8 bytes, once it has said so.
    public private(set) var client: [UInt8]?

    /// - Parameter random: 8 bytes that nobody can foresee.
    public init(key: Key, random: [UInt8], cipher: BlockCipher) {
        precondition(random.count == 8, "a challenge has 8 bytes")
        self.key = key
        self.random = random
        self.cipher = cipher
    }

    /// The first command.
    public var challenge: Step {
        Step(
            security: OSDPSecurityBlock(type: 0x11, data: [key.number]),
            command: OSDPCommand(code: OSDPCommand.challengeCode, data: random))
    }

    /// Checks the answer to the challenge and says the second command.
    public mutating func answered(_ frame: OSDPFrame) throws(Problem) -> Step {
        guard frame.code == OSDPReply.cryptogramCode, frame.data.count >= 32, let security = frame.security,
            security.type == 0x12
        else { throw .malformed }
        guard security.data.first == key.number else { throw .otherKey }
        let client = Array(frame.data[..<8])
        let device = Array(frame.data[8..<16])
        // The formulas of both sides are each other's mirror image: an echo would prove nothing.
        guard !isSame(device, random) else { throw .echo }
        let secret = key(for: client)
        let keys = OSDPSessionKeys(key: secret, panelRandom: random, cipher: cipher)
        self.client = client
        guard isSame(frame.data[16..<32], keys.deviceCryptogram(panel: random, device: device, cipher: cipher)) else {
            throw .wrongKey
        }
        let cryptogram = keys.panelCryptogram(panel: random, device: device, cipher: cipher)
        self.keys = keys
        proven = secret
        initialMAC = keys.initialMAC(panelCryptogram: cryptogram, cipher: cipher)
        return Step(
            security: OSDPSecurityBlock(type: 0x13, data: [key.number]),
            command: OSDPCommand(code: OSDPCommand.cryptogramCode, data: cryptogram))
    }

    /// Checks the device's last word; the session stands.
    public func accepted(_ frame: OSDPFrame) throws(Problem) -> OSDPSecureChannel {
        guard let keys, frame.code == OSDPReply.initialMACCode, let security = frame.security, security.type == 0x14
        else { throw .malformed }
        guard security.data.first == 0x01, isSame(frame.data, initialMAC) else { throw .wrongKey }
        return OSDPSecureChannel(keys: keys, initialMAC: initialMAC, isDevice: false, cipher: cipher)
    }

    /// The key of a device that calls itself so.
    private func key(for client: [UInt8]) -> [UInt8] {
        switch key {
        case .own(let key): key
        case .master(let master): OSDPSessionKeys.derived(fromMaster: master, client: client, cipher: cipher)
        case .installation: OSDPSessionKeys.installationKey
        }
    }
}
