import GatehouseDriverKit
import GatehouseModel
import OSDPWire

/// From the first question to polling.
extension OSDPReader {
    /// Handshakes in a row that may fail before the key counts as wrong; with the installation key each kind twice.
    private var handshakeLimit: Int { settings.installs ? 4 : 2 }

    mutating func identified(_ reply: OSDPReply) {
        guard case .identity(let identity) = reply else { return identityUnknown() }
        if let expected = context.expectedSerial, expected != "\(identity.serial)" {
            fault(
                "wrong-serial",
                "the reader at address \(settings.address) is \(identity.serial), not \(expected); "
                    + "correct the address or the site file")
            return abandon(.refused)
        }
        if let known = memory.serial, known != identity.serial {
            fault(
                "serial-changed", "the reader at address \(settings.address) was \(known) and is now \(identity.serial)"
            )
            memory = OSDPMemory()
        }
        memory.serial = identity.serial
        link?.identity = identity
        link?.stage = .capabilities
    }

    /// A reader that does not say who it is reads cards all the same, unless the site file wants to know.
    mutating func identityUnknown() {
        if context.expectedSerial != nil {
            faultOnce("serial-unknown", "the reader does not tell its serial number; it is taken on trust")
        }
        link?.stage = .capabilities
    }

    mutating func toldCapabilities(_ reply: OSDPReply) {
        if case .capabilities(let capabilities) = reply { link?.capabilities = capabilities }
        if settings.key == nil { startPolling() } else { link?.stage = .challenge }
    }

    /// The next command of the handshake.
    mutating func handshakeStep() -> OSDPHandshake.Step {
        if case .cryptogram(let step) = link?.stage { return step }
        let own = settings.key ?? .installation
        let handshake = OSDPHandshake(
            key: link?.usesInstallationKey == true ? .installation : own, random: challenge(), cipher: cipher)
        link?.handshake = handshake
        return handshake.challenge
    }

    private func challenge() -> [UInt8] {
        let bytes = random(8)
        precondition(bytes.count == 8, "the source of randomness gives as many bytes as asked for")
        return bytes
    }

    mutating func answeredChallenge(_ frame: OSDPFrame) {
        do throws(OSDPHandshake.Problem) {
            guard let step = try link?.handshake?.answered(frame) else { return }
            link?.stage = .cryptogram(step)
        } catch {
            handshakeFailed(error.explanation)
        }
    }

    mutating func answeredCryptogram(_ frame: OSDPFrame) {
        do throws(OSDPHandshake.Problem) {
            guard let channel = try link?.handshake?.accepted(frame) else { return }
            link?.channel = channel
            link?.failedHandshakes = 0
            if link?.usesInstallationKey == true {
                link?.stage = .setKey
            } else {
                if settings.installs {
                    faultOnce("install-mode", "the reader has its own key; take install out of its settings now")
                }
                startPolling()
            }
        } catch {
            handshakeFailed(error.explanation)
        }
    }

    /// The key that the reader is given; only asked for in a session on the installation key.
    var installedKey: [UInt8] {
        switch settings.key {
        case .own(let key): key
        case .master(let master):
            OSDPSessionKeys.derived(fromMaster: master, client: link?.handshake?.client ?? [], cipher: cipher)
        case .installation, nil: preconditionFailure("a site file without a key installs none")
        }
    }

    /// The reader has its own key: the session on the other one is over, and a new one begins at once.
    mutating func keySet() {
        link?.channel = nil
        link?.usesInstallationKey = false
        link?.stage = .challenge
    }

    /// In install mode the other key is tried next: a reader may or may not have kept the one that it was given.
    mutating func handshakeFailed(_ reason: String) {
        guard let link else { return }
        let failures = link.failedHandshakes + 1
        self.link?.failedHandshakes = failures
        if settings.installs { self.link?.usesInstallationKey.toggle() }
        guard failures >= handshakeLimit else { return restart() }
        let advice = settings.installs ? "reset the reader to its installation key" : "compare the device's secret"
        fault("wrong-key", "\(reason); \(advice). The reader is not used without its secure channel")
        abandon(.refused)
    }

    /// All is ready: the reader is announced, and asked for ever.
    private mutating func startPolling() {
        if let last = memory.lastHeard, now.uptime - last >= Self.offlineLimit { memory.gap = now.uptime - last }
        link?.stage = .polling
        link?.lastHeard = now.uptime
        memory.lastHeard = now.uptime
        // The first questions are for what has happened; how the housing is can wait a moment.
        link?.statusDue = now.uptime + .seconds(1)
        announce()
        setClockByPolicy()
    }

    private mutating func announce() {
        guard link?.isAnnounced == false else { return }
        link?.isAnnounced = true
        effects.append(.identified(link?.identity.map(Self.facts) ?? DeviceFacts()))
    }
}

extension OSDPHandshake.Problem {
    fileprivate var explanation: String {
        switch self {
        case .malformed: "the reader's part of the handshake is malformed"
        case .otherKey: "the reader asks for another kind of key than its own, as a new or a forged one would"
        case .echo: "the reader sends the gateway's own challenge back"
        case .wrongKey: "the reader does not hold this key"
        }
    }
}
