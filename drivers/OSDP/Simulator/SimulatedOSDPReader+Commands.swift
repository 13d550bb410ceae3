import GatehouseWireKit
import OSDPWire

/// What a simulated reader does.
extension SimulatedOSDPReader {
    mutating func carryOut(_ code: UInt8, _ data: [UInt8]) -> Answer {
        switch code {
        case OSDPCommand.poll.code: return polled()
        case OSDPCommand.identify.code: return data.count == 1 ? identity : .refused(.length)
        case OSDPCommand.capabilities.code: return data.count == 1 ? capabilities : .refused(.length)
        case OSDPCommand.localStatus.code: return localStatus
        case OSDPCommand.readerStatus.code: return Answer(code: 0x4B, data: [isTampered ? 2 : 0])
        case 0x69: return lit(data)
        case 0x6A: return beeped(data)
        case 0x6B where setup.hasDisplay: return shown(data)
        case 0x6D where setup.hasClock && data.count == 7:
            time = data
            return .acknowledged
        case OSDPCommand.keySetCode: return keySet(data)
        default: return .refused(.unknownCommand)
        }
    }

    private mutating func polled() -> Answer {
        polls += 1
        guard !events.isEmpty else { return .acknowledged }
        let event = events.removeFirst()
        if setup.repeats { unconfirmed = event } else { fetched += 1 }
        return event
    }

    var localStatus: Answer {
        Answer(code: 0x48, data: [isTampered ? 1 : 0, hasPowerFailure ? 1 : 0])
    }

    private var identity: Answer {
        var data: [UInt8] = [0x51, 0x4D, 0x00, 7, 1]
        data.appendLittle(setup.serial)
        return Answer(code: 0x45, data: data + [1, 2, 3])
    }

    private var capabilities: Answer {
        var data: [UInt8] = [3, 1, 1, 4, 4, 1, 5, 1, 1, 8, 1, 0, 9, setup.hasSecureChannel ? 1 : 0, 1, 10, 0, 1]
        if setup.hasDisplay { data += [6, 1, 1] }
        if setup.hasClock { data += [7, 1, 0] }
        return Answer(code: 0x46, data: data)
    }

    private mutating func lit(_ data: [UInt8]) -> Answer {
        guard data.count == 14 else { return .refused(.length) }
        guard data[2] != 2 || data[3] > 0 || data[4] > 0 else { return .refused(.cannotProcess) }
        led = data
        return .acknowledged
    }

    private mutating func beeped(_ data: [UInt8]) -> Answer {
        guard data.count == 5 else { return .refused(.length) }
        guard data[2] > 0 || data[1] == 1 else { return .refused(.cannotProcess) }
        beeps += Int(data[4])
        return .acknowledged
    }

    private mutating func shown(_ data: [UInt8]) -> Answer {
        guard data.count >= 6, data.count == 6 + Int(data[5]) else { return .refused(.length) }
        text = String(decoding: data.dropFirst(6), as: UTF8.self)
        return .acknowledged
    }

    private mutating func keySet(_ data: [UInt8]) -> Answer {
        guard channel != nil else { return .refused(.securityConditions) }
        guard data.count == 18, data[0] == 1, data[1] == 16 else { return .refused(.length) }
        key = Array(data.dropFirst(2))
        return .acknowledged
    }
}
