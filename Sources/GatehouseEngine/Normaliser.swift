public import GatehouseDriverKit
public import GatehouseModel

/// Turns what one device claims into events, the same whatever the maker.
public struct Normaliser: Sendable {
    public let profile: DeviceProfile
    private let source: String
    var scans: ScanReader
    private var identifiers: UUIDv7Source
    /// Device minus gateway, as last measured; used where the site file says that events are to be corrected by it.
    private var clockOffset: Duration = .zero

    /// The seed is for the identifiers of events that the device does not number itself.
    public init(profile: DeviceProfile, scans: ScanReader, seed: UInt64) {
        self.profile = profile
        self.scans = scans
        source = profile.source
        identifiers = UUIDv7Source(generator: SplitMix64(seed: seed))
    }

    /// One reading as an event.
    public mutating func event(for observation: Observation, at now: Now) -> Event {
        switch observation {
        case .punch(let punch): event(for: punch, at: now)
        case .scan(let scan): event(for: scan, at: now)
        }
    }

    private mutating func event(for punch: PunchReading, at now: Now) -> Event {
        let (time, reading) = time(of: punch.deviceTime, at: now)
        var data = start()
        data.appendMember("badge", punch.badge)
        data.appendMember("direction", punch.direction.rawValue)
        data.appendMember("method", punch.method.rawValue)
        data.appendMember("deviceTime", punch.deviceTime?.text)
        data.appendMember("native", json: Self.native(punch.native, flagging: reading))
        data.append(UInt8(ascii: "}"))
        return Event(
            source: source, id: punch.identity ?? identifiers.next(at: now.wall), topic: "punch.recorded",
            subject: punch.badge, time: time, data: data)
    }

    private mutating func event(for scan: ScanReading, at now: Now) -> Event {
        let (time, reading) = time(of: scan.deviceTime, at: now)
        let (text, encoding) = scans.text(of: scan.payload)
        let (code, authenticity) = scans.meaning(of: text)
        var data = start()
        data.appendMember("code", text)
        data.appendMember("kind", code?.kind.rawValue ?? "unknown")
        data.appendMember("value", code?.value)
        data.appendMember("authentic", authenticity.rawValue)
        data.append(contentsOf: #","native":{"hex":""#.utf8)
        for byte in scan.payload { data.appendHexDigits(of: byte) }
        data.append(contentsOf: #"","encoding":""#.utf8)
        data.append(contentsOf: encoding.rawValue.utf8)
        data.append(UInt8(ascii: "\""))
        if let symbology = scan.symbology { data.appendMember("symbology", symbology) }
        if scan.native != .null { data.appendMember("device", json: scan.native) }
        if let flag = reading?.flag { data.appendMember("localTime", flag) }
        data.append(contentsOf: "}}".utf8)
        return Event(
            source: source, id: scan.identity ?? identifiers.next(at: now.wall), topic: "scan.recorded",
            // A forged code is a matter of the device at which it was shown, not of what it claims to be.
            subject: authenticity == .forged ? profile.device : code?.value ?? profile.device, time: time, data: data)
    }

    /// The device answers: who it is, and where.
    public mutating func connected(_ facts: DeviceFacts, address: String, at now: Now) -> Event {
        let driver = profile.driver
        return about("device.connected", at: now) { data in
            data.appendLink(driver: driver, address: address, facts: facts)
        }
    }

    /// The device is gone.
    public mutating func disconnected(_ facts: DeviceFacts, address: String, reason: String, at now: Now) -> Event {
        let driver = profile.driver
        return about("device.disconnected", at: now) { data in
            data.appendLink(driver: driver, address: address, facts: facts)
            data.appendMember("reason", reason)
        }
    }

    public mutating func faulted(_ fault: DeviceFault, at now: Now) -> Event {
        about("device.faulted", at: now) { data in
            data.appendMember("code", fault.code)
            data.appendMember("message", fault.message)
            guard !fault.raw.isEmpty else { return }
            data.append(contentsOf: #","raw":""#.utf8)
            for byte in fault.raw.prefix(1024) { data.appendHexDigits(of: byte) }
            data.append(UInt8(ascii: "\""))
        }
    }

    /// The device's clock was compared; from now on events are corrected by it where the site file says so.
    public mutating func clock(_ clock: DeviceClock, at now: Now) -> Event {
        clockOffset = clock.corrected ? .zero : clock.offset
        return about("device.clock", at: now) { data in
            data.appendMember("offsetMilliseconds", json: .integer(clock.offset.wholeMilliseconds))
            data.appendMember("corrected", json: .bool(clock.corrected))
        }
    }

    public mutating func synced(through moment: Moment, at now: Now) -> Event {
        let through = Timestamp(moment, in: profile.zone).text
        return about("device.synced", at: now) { data in
            data.appendMember("through", through)
        }
    }

    /// An event about the device itself.
    private mutating func about(_ topic: Topic, at now: Now, _ fill: (inout [UInt8]) -> Void) -> Event {
        var data = start()
        fill(&data)
        data.append(UInt8(ascii: "}"))
        return Event(
            source: source, id: identifiers.next(at: now.wall), topic: topic, subject: profile.device,
            time: Timestamp(now.wall, in: profile.zone), data: data)
    }

    private func start() -> [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(256)
        data.append(contentsOf: #"{"device":"#.utf8)
        data.appendJSONString(profile.device)
        return data
    }

    /// When a reading happened: by the device's clock where it has one, corrected where that is asked for, else now.
    private func time(of deviceTime: LocalTime?, at now: Now) -> (Timestamp, Zone.Reading?) {
        guard let deviceTime else { return (Timestamp(now.wall, in: profile.zone), nil) }
        let reading = profile.zone.moment(of: deviceTime)
        let moment = profile.clock == .correct ? reading.moment - clockOffset : reading.moment
        return (Timestamp(moment, in: profile.zone), reading)
    }

    private static func native(_ native: JSONValue, flagging reading: Zone.Reading?) -> JSONValue {
        guard let flag = reading?.flag, case .object(let members) = native else { return native }
        return .object(members + [.init("localTime", .string(flag))])
    }
}

extension Zone.Reading {
    /// A word for a local time that daylight saving makes doubtful.
    fileprivate var flag: String? {
        switch self {
        case .once: nil
        case .skipped: "skipped"
        case .twice: "twice"
        }
    }
}

extension [UInt8] {
    fileprivate mutating func appendMember(_ name: StaticString, _ text: String?) {
        appendName(name)
        if let text { appendJSONString(text) } else { append(contentsOf: "null".utf8) }
    }

    fileprivate mutating func appendMember(_ name: StaticString, json: JSONValue) {
        appendName(name)
        appendJSON(json)
    }

    fileprivate mutating func appendLink(driver: String, address: String, facts: DeviceFacts) {
        appendMember("driver", driver)
        appendMember("address", address)
        appendMember("vendor", facts.vendor)
        appendMember("model", facts.model)
        appendMember("serial", facts.serial)
    }

    private mutating func appendName(_ name: StaticString) {
        append(contentsOf: ",\"".utf8)
        name.withUTF8Buffer { append(contentsOf: $0) }
        append(contentsOf: "\":".utf8)
    }

    fileprivate mutating func appendHexDigits(of byte: UInt8) {
        let (high, low) = (byte >> 4, byte & 15)
        append(high < 10 ? 0x30 + high : 0x57 + high)
        append(low < 10 ? 0x30 + low : 0x57 + low)
    }
}
