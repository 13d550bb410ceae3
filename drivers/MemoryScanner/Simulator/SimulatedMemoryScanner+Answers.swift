import GatehouseModel
import GatehouseSimulation
import OPN2001Wire

extension SimulatedMemoryScanner {
    mutating func answer(_ request: (opcode: UInt8, payload: [UInt8]), at now: Now) -> [SimulatedEffect] {
        switch (request.opcode, request.payload.count) {
        case (OPNRequest.interrogate.opcode, 0): return transmit(identity.bytes)
        case (OPNRequest.data.opcode, 0): return data(at: now)
        case (OPNRequest.clear.opcode, 0):
            memory.erase()
            guard fault != .dumb else {
                fault = .none
                return []
            }
            return transmit(OPNReply.done.bytes)
        case (OPNRequest.powerDown.opcode, 0):
            fallAsleep()
            return transmit(OPNReply.done.bytes)
        case (OPNRequest.time.opcode, 0): return transmit(OPNReply.time(.shown(shown(at: now))).bytes)
        case (0x09, 6): return setTime(request.payload, at: now)
        case (0x08, 1): return parameter(request.payload[0])
        case (0x03, 2): return setParameter(request.payload[0], request.payload[1])
        default: return []
        }
    }

    private var identity: OPNIdentity {
        OPNIdentity(
            serial: setup.serial, firmware: Array(setup.firmware.utf8),
            status: fault == .batteryLow ? OPNIdentity.batteryLow : 0)
    }

    private mutating func data(at now: Now) -> [SimulatedEffect] {
        var bytes = OPNDump(serial: setup.serial, scans: memory.held).bytes(check: setup.dataCheck)
        if fault == .check {
            fault = .none
            bytes[bytes.count - 1] ^= 0x10
        }
        if fault == .busy {
            fault = .none
            scan(Array("BUSY-\(memory.made.count)".utf8), symbology: 3, at: now)
        }
        if clearsItself { memory.erase() }
        return transmit(bytes)
    }

    private mutating func setTime(_ fields: [UInt8], at now: Now) -> [SimulatedEffect] {
        let fields = fields.map { Int($0) }
        guard
            let local = LocalTime(
                year: 2000 + fields[5], month: fields[4], day: fields[3], hour: fields[2], minute: fields[1],
                second: fields[0])
        else { return [] }
        setClock(to: local, at: now)
        return transmit(OPNReply.time(.shown(local)).bytes)
    }

    private mutating func parameter(_ number: UInt8) -> [SimulatedEffect] {
        guard setup.tellsParameters else { return [] }
        let value: UInt8
        switch OPNParameter(rawValue: number) {
        case .clearAfterUpload: value = clearsItself ? 1 : 0
        case .storeTime: value = storesTime ? 1 : 0
        default: value = 1
        }
        return transmit(OPNReply.parameter(OPNParameter(rawValue: number), value).bytes)
    }

    private mutating func setParameter(_ number: UInt8, _ value: UInt8) -> [SimulatedEffect] {
        switch OPNParameter(rawValue: number) {
        case .clearAfterUpload: clearsItself = value != 0
        case .storeTime: storesTime = value != 0
        default: break
        }
        return transmit(OPNReply.parameter(OPNParameter(rawValue: number), value).bytes)
    }

    /// Puts an answer on the line, as far as the fault lets it.
    private mutating func transmit(_ bytes: [UInt8]) -> [SimulatedEffect] {
        switch fault {
        case .noise:
            fault = .none
            return [.send(random.bytes(20) + bytes)]
        case .cut:
            fault = .none
            return [.send(Array(bytes.prefix(bytes.count / 2)))]
        case .reboot:
            fault = .none
            fallAsleep()
            return [.send(Array(bytes.prefix(bytes.count / 2))), .close]
        case .none, .away, .check, .busy, .dumb, .wrongClock, .batteryLow: return [.send(bytes)]
        }
    }

    /// Stores a code with the time that the clock shows; false when the memory is full.
    @discardableResult
    mutating func scan(_ code: [UInt8], symbology: UInt8, at now: Now) -> Bool {
        let time = OPNTime.shown(shown(at: now))
        let scan = OPNScan(symbology: symbology, code: code, stamp: time.stamp)
        guard memory.heldBytes + scan.bytes.count <= setup.capacity else { return false }
        memory.store(scan)
        return true
    }
}

extension OPNTime {
    /// What the clock shows of a local time; the beginning of 2000 where it cannot.
    static func shown(_ local: LocalTime) -> OPNTime {
        let beginning = OPNTime(year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0)
        guard
            let time = OPNTime(
                year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
                second: local.second) ?? beginning
        else { preconditionFailure("the year 2000 had a first day") }
        return time
    }
}
