import GatehouseSimulation
import OSDPWire

/// The device's side of a handshake, between its two halves.
struct SimulatedHandshake: Sendable {
    var keys: OSDPSessionKeys
    /// What the panel must answer.
    var expected: [UInt8]
    var keyNumber: UInt8
}

extension SimulatedOSDPReader {
    mutating func replyToHandshake(_ frame: OSDPFrame) -> [UInt8] {
        guard setup.hasSecureChannel else { return plain(.refused(.secureChannel), to: frame) }
        switch (frame.security?.type, frame.code) {
        case (0x11, OSDPCommand.challengeCode): return challenged(frame)
        case (0x13, OSDPCommand.cryptogramCode): return proved(frame)
        default: return plain(.refused(.secureChannel), to: frame)
        }
    }

    private mutating func challenged(_ frame: OSDPFrame) -> [UInt8] {
        guard frame.data.count == 8, let number = frame.security?.data.first else {
            return plain(.refused(.length), to: frame)
        }
        channel = nil
        // Once it has a key of its own the one that everybody knows opens it no more, nor the other way round.
        guard (number == 0) == (key == nil) else { return plain(.refused(.secureChannel), to: frame) }
        let panel = frame.data
        let device = random.bytes(8)
        let keys = OSDPSessionKeys(
            key: key ?? OSDPSessionKeys.installationKey, panelRandom: panel, cipher: cipher)
        handshake = SimulatedHandshake(
            keys: keys, expected: keys.panelCryptogram(panel: panel, device: device, cipher: cipher), keyNumber: number)
        let answer = Answer(
            code: OSDPReply.cryptogramCode,
            data: client + device + keys.deviceCryptogram(panel: panel, device: device, cipher: cipher))
        return plain(answer, to: frame, security: OSDPSecurityBlock(type: 0x12, data: [number]))
    }

    private mutating func proved(_ frame: OSDPFrame) -> [UInt8] {
        defer { handshake = nil }
        guard let handshake, frame.data == handshake.expected else {
            return plain(.refused(.secureChannel), to: frame)
        }
        let mac = handshake.keys.initialMAC(panelCryptogram: handshake.expected, cipher: cipher)
        channel = OSDPSecureChannel(keys: handshake.keys, initialMAC: mac, isDevice: true, cipher: cipher)
        sessions += 1
        let answer = Answer(code: OSDPReply.initialMACCode, data: mac)
        return plain(answer, to: frame, security: OSDPSecurityBlock(type: 0x14, data: [1]))
    }

    /// What the device calls itself.
    var client: [UInt8] {
        [0x51, 0x4D, 0x00, 7] + (0..<4).map { UInt8(truncatingIfNeeded: setup.serial >> ($0 * 8)) }
    }
}
