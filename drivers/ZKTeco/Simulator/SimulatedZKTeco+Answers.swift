import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit
import ZKTecoWire

/// Requests that vendor software sends and the gateway does not.
extension ZKCommand {
    static let writeOption = ZKCommand(rawValue: 12)
    static let refreshOption = ZKCommand(rawValue: 1014)
    static let startVerify = ZKCommand(rawValue: 60)
    static let cancelCapture = ZKCommand(rawValue: 62)
    static let pinWidth = ZKCommand(rawValue: 69)
}

extension SimulatedZKTeco {
    /// The packets that answer one request, in order. No answer at all to a stranger's session.
    mutating func answers(to request: ZKPacket, at now: Now) -> [ZKPacket] {
        if request.command == .connect { return [connect(request)] }
        guard let session, request.session == session.id else { return [] }
        if request.command == .authenticate { return [authenticate(request)] }
        guard session.isAuthorised || request.command == .exit else { return [reply(.unauthorised, to: request)] }
        switch request.command {
        case .ok:
            acknowledged()
            return []
        case .exit: return exit(request)
        case .prepareRead: return prepareRead(request)
        case .readChunk: return readChunk(request)
        case .readLog: return plainRead(.attendance, request)
        case .readUsers: return plainRead(.users, request)
        default: return [simpleAnswer(to: request, at: now)]
        }
    }

    private mutating func simpleAnswer(to request: ZKPacket, at now: Now) -> ZKPacket {
        switch request.command {
        case .version: return reply(.ok, to: request, Array(setup.firmware.utf8) + [0])
        case .readOption: return readOption(request)
        case .getTime:
            var data: [UInt8] = []
            data.appendLittle(ZKTime.shown(shown(at: now)).code)
            return reply(.ok, to: request, data)
        case .setTime: return setTime(request, at: now)
        case .freeSizes: return reply(.ok, to: request, sizes.bytes(size: 92))
        case .event: return register(request)
        case .clearLog:
            memory.erase()
            return reply(.ok, to: request)
        case .freeData:
            session?.prepared = nil
            return reply(.ok, to: request)
        case .disable, .enable:
            isDisabled = request.command == .disable
            return reply(.ok, to: request)
        case .pinWidth: return reply(.ok, to: request, [9])
        case .refresh, .refreshOption, .writeOption, .startVerify, .cancelCapture: return reply(.ok, to: request)
        default: return reply(.unknownCommand, to: request)
        }
    }

    func reply(_ command: ZKCommand, to request: ZKPacket, _ data: [UInt8] = []) -> ZKPacket {
        ZKPacket(command, session: session?.id ?? 0, replyID: request.replyID, data: data)
    }

    private mutating func connect(_ request: ZKPacket) -> ZKPacket {
        if session == nil {
            let asks = setup.key != 0 || setup.alwaysAsksForKey
            session = Session(id: UInt16(random.number(in: 1...65_534)), isAuthorised: !asks)
        }
        return reply(session?.isAuthorised == true ? .ok : .unauthorised, to: request)
    }

    private mutating func authenticate(_ request: ZKPacket) -> ZKPacket {
        guard let id = session?.id, request.data.count == 4 else { return reply(.unauthorised, to: request) }
        let expected = ZKCommKey.scrambled(setup.key, session: id, ticks: request.data[2])
        session?.isAuthorised = request.data == expected
        return reply(request.data == expected ? .ok : .unauthorised, to: request)
    }

    private mutating func exit(_ request: ZKPacket) -> [ZKPacket] {
        defer {
            session = nil
            isDisabled = false
        }
        return [reply(.ok, to: request)]
    }

    private func readOption(_ request: ZKPacket) -> ZKPacket {
        let name = ZKText.shown(request.data[...])
        guard let value = options[name] else { return reply(.failed, to: request) }
        return reply(.ok, to: request, ZKOption(name: name, value: value).bytes)
    }

    private var options: [String: String] {
        [
            "~SerialNumber": setup.serial, "~DeviceName": setup.name, "~Platform": setup.platform,
            "Language": "\(setup.language)", "MAC": "00:17:61:00:00:01", "~OS": "1", "~ZKFPVersion": "10",
            "ZKFaceVersion": "0", "FaceFunOn": "0", "~PIN2Width": "9", "~SSR": setup.layout.hasText ? "1" : "0",
            "~ExtendFmt": "0", "~UserExtFmt": "0", "ExtendOPLog": "0", "CompatOldFirmware": "0", "WorkCode": "0",
            "DeviceID": "1", "IPAddress": "127.0.0.1", "NetMask": "255.0.0.0", "GATEIPAddress": "127.0.0.1",
        ]
    }

    private mutating func setTime(_ request: ZKPacket, at now: Now) -> ZKPacket {
        var cursor = ByteCursor(request.data)
        guard let local = cursor.little(UInt32.self).flatMap({ ZKTime(code: $0) })?.local else {
            return reply(.failed, to: request)
        }
        setClock(to: local, at: now)
        return reply(.ok, to: request)
    }

    private var sizes: ZKFreeSizes {
        ZKFreeSizes(
            users: memory.users.count, records: memory.log.count, operations: 3, userCapacity: 65_535,
            recordCapacity: memory.capacity)
    }

    private mutating func register(_ request: ZKPacket) -> ZKPacket {
        var cursor = ByteCursor(request.data)
        guard let mask = cursor.little(UInt32.self) else { return reply(.failed, to: request) }
        session?.events = ZKEventMask(rawValue: mask)
        return reply(.ok, to: request)
    }

    private mutating func acknowledged() {
        guard let number = session?.unacknowledged.popFirst() else { return }
        memory.markAcknowledged(number: number)
    }
}
