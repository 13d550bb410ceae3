import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// Connecting, and what each answered request leads to.
extension ZKTeco {
    /// Takes the reply to a request that has one reply.
    mutating func answered(_ exchange: Exchange, _ reply: ZKPacket) {
        switch exchange.job {
        case .connect: connected(reply)
        case .authenticate: authenticated(reply)
        case .serial: gotSerial(reply)
        case .platform:
            if let value = option(reply) { link?.facts.model = value }
        case .deviceName:
            if let value = option(reply) { link?.facts.model = value }
        case .version: gotVersion(reply)
        case .getTime: gotTime(reply, sent: exchange.sent)
        case .setTime(let offset): timeSet(reply, offset: offset)
        case .refreshTime(let offset): timeRefreshed(offset: offset)
        case .sizes(let purpose): gotSizes(reply, for: purpose, sent: exchange.sent)
        case .read: preconditionFailure("a bulk read takes its replies itself")
        case .register: registered(reply)
        case .disable: locked(reply)
        case .clear: cleared(reply)
        case .refreshCleared: break
        case .enable: enabled(reply)
        }
    }

    private mutating func connected(_ reply: ZKPacket) {
        switch reply.command {
        case .ok:
            link?.session = reply.session
            establish()
        case .unauthorised:
            // Some firmware asks for a key even where none is set: then the key is 0.
            link?.session = reply.session
            link?.jobs = [.authenticate]
        default: refused(reply)
        }
    }

    private mutating func authenticated(_ reply: ZKPacket) {
        switch reply.command {
        case .ok: establish()
        case .unauthorised:
            fault(
                "wrong-key",
                "the terminal refused the comm key; compare the device's secret with its menu (Comm → Comm Key)"
            )
            abandon(.refused)
        default: refused(reply)
        }
    }

    private mutating func refused(_ reply: ZKPacket) {
        if [.encryptedOnly, .sessionLocked].contains(reply.command) { return refuseEncrypted(reply.bytes) }
        fault(
            "connect-refused",
            "the terminal answered \(reply.command.rawValue) to the connection; the gateway tries again",
            raw: reply.bytes)
        abandon(.silent)
    }

    /// Firmware that speaks only the encrypted dialect will do so next time too.
    mutating func refuseEncrypted(_ raw: [UInt8]) {
        fault(
            "encrypted-firmware",
            "the firmware requires the maker's encrypted protocol; set the terminal to ADMS push (driver zkteco-push)",
            raw: raw)
        abandon(.refused)
    }

    /// The connection stands. A terminal that may have been left locked is opened before anything else.
    private mutating func establish() {
        link?.established = true
        link?.jobs = (memory.mayBeLocked ? [.enable] : []) + [.serial, .platform, .deviceName, .version, .getTime]
    }

    /// The value of an option; nil where the terminal does not know it.
    private func option(_ reply: ZKPacket) -> String? {
        guard reply.command == .ok, let option = ZKOption(reply.data), !option.value.isEmpty else { return nil }
        return option.value
    }

    /// Terminals are known by their serial number, not by their address, which may be given to another.
    private mutating func gotSerial(_ reply: ZKPacket) {
        let serial = option(reply)
        if let expected = context.expectedSerial {
            guard let serial else {
                return faultOnce("serial-unknown", "the terminal does not tell its serial number; it is taken on trust")
            }
            guard serial == expected else {
                fault(
                    "wrong-serial",
                    "the terminal at this address is \(serial), not \(expected); correct the address or the site file")
                return abandon(.refused)
            }
        }
        if let serial, let known = memory.serial, serial != known {
            fault(
                "serial-changed", "the terminal at this address was \(known) and is now \(serial); its log is read anew"
            )
            memory = TerminalMemory(mayBeLocked: memory.mayBeLocked)
        }
        memory.serial = serial ?? memory.serial
        link?.facts.serial = serial
    }

    private mutating func gotVersion(_ reply: ZKPacket) {
        if reply.command == .ok, !reply.data.isEmpty { link?.facts.firmware = ZKText.shown(reply.data[...]) }
        if let facts = link?.facts { effects.append(.identified(facts)) }
    }

    /// Live events are a convenience: a terminal that refuses them is still read.
    private mutating func registered(_ reply: ZKPacket) {
        if reply.command != .ok {
            faultOnce(
                "no-live-events", "the terminal refused live events; its log is read every 15 minutes", raw: reply.bytes
            )
        }
    }
}
