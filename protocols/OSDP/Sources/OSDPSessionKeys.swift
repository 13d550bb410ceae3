/// The keys of one session, and the two cryptograms by which both sides prove that they hold the reader's key.
public struct OSDPSessionKeys: Hashable, Sendable {
    /// For data.
    public let encryption: [UInt8]
    /// For all blocks of a MAC but the last.
    public let mac1: [UInt8]
    /// For the last block of a MAC.
    public let mac2: [UInt8]

    /// The key with which readers leave the factory: everybody knows it.
    public static let installationKey: [UInt8] = Array(0x30...0x3F)

    /// - Parameters:
    ///   - key: The reader's key, 16 bytes.
    ///   - panelRandom: The 8 bytes of the challenge.
    public init(key: [UInt8], panelRandom: [UInt8], cipher: BlockCipher) {
        precondition(key.count == BlockCipher.size, "a key has 16 bytes")
        precondition(panelRandom.count == 8, "a challenge has 8 bytes")
        func derived(_ number: UInt8) -> [UInt8] {
            let block = [0x01, number] + panelRandom.prefix(6)
            return cipher.encrypt(block + [UInt8](repeating: 0, count: 8), key)
        }
        encryption = derived(0x82)
        mac1 = derived(0x01)
        mac2 = derived(0x02)
    }

    /// A reader's own key, made from a master key and the 8 bytes that the reader calls itself by.
    public static func derived(fromMaster master: [UInt8], client: [UInt8], cipher: BlockCipher) -> [UInt8] {
        cipher.encrypt(client + client.map { ~$0 }, master)
    }

    /// What only a device with the key can answer to the challenge.
    public func deviceCryptogram(panel: [UInt8], device: [UInt8], cipher: BlockCipher) -> [UInt8] {
        cipher.encrypt(panel + device, encryption)
    }

    /// What only a panel with the key can answer to the device.
    public func panelCryptogram(panel: [UInt8], device: [UInt8], cipher: BlockCipher) -> [UInt8] {
        cipher.encrypt(device + panel, encryption)
    }

    /// The MAC from which the first command's goes on.
    public func initialMAC(panelCryptogram: [UInt8], cipher: BlockCipher) -> [UInt8] {
        cipher.encrypt(cipher.encrypt(panelCryptogram, mac1), mac2)
    }
}
