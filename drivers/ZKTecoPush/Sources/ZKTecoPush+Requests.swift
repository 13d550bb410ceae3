import GatehouseDriverKit
import GatehouseModel
import IClockWire
import ZKTecoWire

/// What the device asks, and what it hears.
extension ZKTecoPush {
    mutating func take(_ request: DeviceRequest, _ id: RequestID) {
        guard let link, !link.isAbandoned else { return respond(id, "", status: 503) }
        guard let asked = IClockRequest(request) else { return respond(id, "", status: 404) }
        self.link?.lastHeard = now.uptime
        guard isExpected(asked.serial) else { return respond(id, "", status: asked.isQuestion ? 200 : 503) }
        if link.facts == nil { identify(DeviceFacts(vendor: "ZKTeco", serial: asked.serial)) }
        switch asked.call {
        case .handshake(let greeting): greet(greeting, asked.serial, id)
        case .upload(let table, let stamp): take(table, stamp, request.body, id)
        case .queried(let table): take(.rows(table, count: nil), nil, request.body, id)
        case .poll(let info): answerPoll(info, id)
        case .results:
            respond(id, "OK")
            for result in IClockResult.read(request.body) { take(result) }
        case .ping, .lookup, .other: respond(id, "OK")
        case .exchange: refuseEncryption(id)
        case .registry: respond(id, "RegistryCode=\(IClockOptions.registryCode(asked.serial))")
        case .options: respond(id, options(asked.serial).accessText(isKnown: false, session: "1"))
        case .time: tellTime(id)
        case .file: respond(id, "", status: 404)
        }
    }

    /// The site file may name another serial number than the one that calls.
    private mutating func isExpected(_ serial: String) -> Bool {
        guard let expected = context.expectedSerial, expected != serial else { return true }
        faultOnce(
            "wrong-serial",
            "terminal \(serial) called, but the site file expects \(expected): correct match: { serial } there")
        return false
    }

    /// Tells who the device is, when that is new.
    mutating func identify(_ facts: DeviceFacts) {
        guard facts != link?.facts else { return }
        link?.facts = facts
        effects.append(.identified(facts))
    }

    private mutating func greet(_ greeting: IClockRequest.Greeting, _ serial: String, _ id: RequestID) {
        link?.isBarred = settings.key != nil && greeting.key != settings.key
        if link?.isBarred == true {
            faultOnce(
                "wrong-key",
                "the terminal's handshake carries another key than the site file: compare the secret with its settings")
        }
        link?.isAccessControl = greeting.isAccessControl
        memory.offsetGiven = context.zone.offsetSeconds(at: now.wall)
        if greeting.isAccessControl {
            faultOnce(
                "access-mode",
                "the terminal pushes door events, whose log cannot be counted: set it to T&A PUSH where its menu can")
            respond(id, options(serial).accessText(isKnown: true, session: "1"))
        } else {
            respond(id, options(serial).text)
        }
        let told = tellsTime
        answerClock(told ? .done([:]) : .refused("the gateway's own clock is not set, or settings.date is never"))
    }

    private func options(_ serial: String) -> IClockOptions {
        var options = IClockOptions(serial: serial)
        options.attendanceStamp = memory.attendanceStamp
        options.operationStamp = memory.operationStamp
        options.delay = Int(settings.poll.components.seconds)
        options.offsetSeconds = context.zone.offsetSeconds(at: now.wall)
        return options
    }

    private mutating func answerPoll(_ info: IClockInfo?, _ id: RequestID) {
        if let info { take(info) }
        plan()
        let lines = dueOrders()
        respond(id, lines.isEmpty ? "OK" : lines.joined())
    }

    private mutating func take(_ info: IClockInfo) {
        if !info.firmware.isEmpty, var facts = link?.facts {
            facts.firmware = info.firmware
            identify(facts)
        }
        guard let punches = info.punches else { return }
        let status = DeviceStatus(logUsed: punches, logCapacity: nil)
        guard status != link?.status else { return }
        link?.status = status
        effects.append(.status(status))
    }

    /// The device's settings, from an upload or as the result of a command.
    mutating func take(settings fields: IClockFields) {
        guard var facts = link?.facts else { return }
        if let model = fields.first(of: "~DeviceName", "DeviceName"), !model.isEmpty { facts.model = model }
        if let firmware = fields.first(of: "FWVersion", "FirmVer"), !firmware.isEmpty { facts.firmware = firmware }
        if let vendor = fields.first(of: "~OEMVendor"), !vendor.isEmpty { facts.vendor = vendor }
        identify(facts)
    }

    private mutating func refuseEncryption(_ id: RequestID) {
        faultOnce(
            "encryption-refused",
            "the terminal wants the maker's encryption, which is unpublished: turn it off in its cloud settings"
        )
        respond(id, "", status: 501)
    }

    private mutating func tellTime(_ id: RequestID) {
        guard tellsTime, let time = ZKTime(text: Self.text(context.zone.local(at: now.wall))[...]) else {
            return respond(id, "OK")
        }
        respond(
            id,
            IClockOptions.timeAnswer(
                code: time.code, offsetSeconds: context.zone.offsetSeconds(at: now.wall)))
    }

    /// A local time as commands write it.
    static func text(_ time: LocalTime) -> String {
        time.text.split(separator: "T").joined(separator: " ")
    }
}

extension IClockRequest {
    /// Whether the answer takes nothing from the device.
    fileprivate var isQuestion: Bool {
        switch call {
        case .upload, .queried: false
        default: true
        }
    }
}
