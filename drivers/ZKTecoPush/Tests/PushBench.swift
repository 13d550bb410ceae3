import GatehouseDriverKit
import GatehouseModel
import Testing
import ZKTecoPushDriver

/// A driver whose device calls in, and a journal that a test can hold up.
struct PushBench {
    var driver: ZKTecoPush
    var now = Now(wall: Moment(seconds: 1_795_334_400), uptime: .seconds(100))
    /// Punches on disk, the first of each identity.
    private(set) var journal: [String: PunchReading] = [:]
    private(set) var readings: [PunchReading] = []
    private(set) var responses: [UInt64: DeviceResponse] = [:]
    private(set) var faults: [DeviceFault] = []
    private(set) var synced: [Moment] = []
    private(set) var answers: [CommandAnswer] = []
    private(set) var facts: DeviceFacts?
    private(set) var status: DeviceStatus?
    private(set) var clocks: [DeviceClock] = []
    private(set) var abandoned: [AbandonReason] = []
    private(set) var wakeAt: Duration?
    /// While set, nothing handed over comes to disk.
    var isHeld = false
    private(set) var waiting: [(Receipt, [Observation])] = []
    private var lastRequest: UInt64 = 0

    /// A terminal with serial number A1 in Shanghai unless told otherwise.
    init(_ context: DriverContext = PushBench.context(), opened: Bool = true) throws {
        driver = try ZKTecoPush(context)
        if opened { play(.linkOpened(.push)) }
    }

    static func context(
        clock: DriverContext.ClockPolicy = .report, settings: JSONValue = .object([]), secret: String? = nil,
        serial: String? = nil, offset: Int = 28_800, last: JSONValue = .null
    ) -> DriverContext {
        let zone = Zone(name: "Test/Zone", spans: [.init(start: Moment(milliseconds: 0), offsetSeconds: offset)])
        return DriverContext(
            zone: zone, clock: clock, secret: secret, expectedSerial: serial, settings: settings, lastReading: last)
    }

    /// Asks as the device does and gives the answer, if there is one yet.
    @discardableResult
    mutating func get(_ target: String) -> DeviceResponse? { ask("GET", target, []) }

    @discardableResult
    mutating func post(_ target: String, _ body: String) -> DeviceResponse? { ask("POST", target, Array(body.utf8)) }

    mutating func ask(_ method: String, _ target: String, _ body: [UInt8]) -> DeviceResponse? {
        lastRequest += 1
        play(.requested(Self.request(method, "/iclock/" + target, body), RequestID(lastRequest)))
        return responses[lastRequest]
    }

    /// The answer to the last request.
    var answer: DeviceResponse? { responses[lastRequest] }

    static func request(_ method: String, _ target: String, _ body: [UInt8]) -> DeviceRequest {
        let halves = target.split(separator: "?", maxSplits: 1)
        let query = (halves.count > 1 ? halves[1].split(separator: "&") : []).map { field in
            let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
            return DeviceRequest.QueryField(parts[0], parts.count > 1 ? parts[1] : "")
        }
        return DeviceRequest(method: method, path: String(halves[0]), query: query, body: body)
    }

    /// Lets time pass, with the timers that fall due in it.
    mutating func pass(_ duration: Duration) {
        let end = now.uptime + duration
        while let due = wakeAt, due <= end {
            advance(to: due)
            wakeAt = nil
            play(.woke)
        }
        advance(to: end)
    }

    private mutating func advance(to uptime: Duration) {
        now.wall = now.wall + (uptime - now.uptime)
        now.uptime = uptime
    }

    mutating func play(_ input: DriverInput) {
        carryOut(driver.handle(input, at: now))
    }

    /// The journal catches up.
    mutating func release() {
        isHeld = false
        while !waiting.isEmpty { commit() }
    }

    /// One store comes to disk.
    mutating func commit() {
        guard !waiting.isEmpty else { return }
        let (receipt, observations) = waiting.removeFirst()
        for case .punch(let reading) in observations {
            readings.append(reading)
            let identity = reading.identity ?? ""
            if journal[identity] == nil { journal[identity] = reading }
        }
        play(.recorded(receipt))
    }

    private mutating func carryOut(_ effects: [DriverEffect]) {
        for effect in effects {
            switch effect {
            case .respond(let id, let response):
                #expect(responses[id.number] == nil, "a request is answered once")
                responses[id.number] = response
            case .observed(let observations, let receipt): waiting.append((receipt, observations))
            case .wake(let after): wakeAt = now.uptime + after
            case .identified(let facts): self.facts = facts
            case .clock(let clock): clocks.append(clock)
            case .synced(let moment): synced.append(moment)
            case .status(let status): self.status = status
            case .faulted(let fault): faults.append(fault)
            case .answered(_, let answer): answers.append(answer)
            case .abandonLink(let reason): abandoned.append(reason)
            case .send, .feature, .passLine, .wantLine, .frames: Issue.record("\(effect) has no place here")
            }
        }
        if !isHeld { while !waiting.isEmpty { commit() } }
    }
}

extension DeviceResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The commands of an answer to a question, by their ids.
    var commands: [(id: String, text: String)] {
        text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 2).map(String.init)
            return parts.count == 3 && parts[0] == "C" ? (parts[1], parts[2]) : nil
        }
    }
}
