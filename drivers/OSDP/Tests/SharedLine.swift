import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import OSDPDriver
import OSDPSimulator
import OSDPWire
import Testing

/// AES for tests.
let cipher = BlockCipher(encrypt: SlowAES.encrypt, decrypt: SlowAES.decrypt)

/// A gateway's end of one RS-485 line as the shell plays it, with a simulated line at the other: one port, several
/// drivers that get turns, a cable with faults in both directions, and a disk that takes a moment.
struct SharedLine {
    /// A driver and what the gateway knows about it.
    struct Seat {
        var driver: OSDPReader
        /// When its next turn is due.
        var turnDue = Duration.zero
        var wake: Duration?
        /// When its link is opened again; nil while it is open.
        var reopens: Duration?
        var isAnnounced = false
        var turns = 0
        var observations: [Observation] = []
        var faults: [DeviceFault] = []
        var answers: [CommandID: CommandAnswer] = [:]
        var abandoned: [AbandonReason] = []
        var frames = (good: 0, bad: 0)
        var facts: DeviceFacts?
    }

    /// The longest that a driver may hold the line.
    static let turnLimit = Duration.seconds(3)

    var seats: [Seat]
    var line: SimulatedOSDPLine
    var toDevice: LineFaults
    var toGateway: LineFaults
    /// Whether a card's badge is somebody's.
    var isKnown: (Observation) -> Bool = { _ in true }
    /// Whether the disk takes anything.
    var isDiskFull = false
    /// While the cable is cut nothing passes.
    var isCut = false
    private(set) var uptime = Duration.seconds(100)
    /// What passed the line, in order.
    private(set) var sent: [[UInt8]] = []
    private var holder: Int?
    private var heldSince = Duration.zero
    private var deviceWake: Duration?
    private var records: [(due: Duration, seat: Int, receipt: Receipt, known: Bool)] = []

    init(
        _ drivers: [OSDPReader], _ line: SimulatedOSDPLine, faults: LineFaults.Plan = .clean, seed: UInt64 = 1
    ) {
        var random = SplitMix64(seed: seed)
        toDevice = LineFaults(faults, seed: random.next())
        toGateway = LineFaults(faults, seed: random.next())
        self.line = line
        seats = drivers.map { Seat(driver: $0) }
        tell(.opened(.serial))
        for index in seats.indices { play(.linkOpened(.serial), index) }
    }

    /// Wall and uptime together.
    var now: Now { Now(wall: Moment(seconds: 1_795_000_000) + uptime, uptime: uptime) }

    /// What every driver has handed over.
    var badges: [String] { seats.flatMap { $0.observations.map(badge) } }

    /// Says one thing to the simulated line, as a person or a test.
    @discardableResult
    mutating func say(_ command: JSONValue) -> JSONValue {
        tell(.told(command))
    }

    /// What the simulated readers report, by their place.
    mutating func report(_ place: Int = 0) -> JSONValue {
        say(["report": true])["readers"]?.elements?[place] ?? .null
    }

    /// Time passes.
    mutating func run(_ length: Duration) {
        let end = uptime + length
        while let due = nextDue, due <= end {
            uptime = max(uptime, due)
            step()
        }
        uptime = end
    }

    /// Time passes until it is so, at most as long as given; whether it came to that.
    mutating func run(upTo limit: Duration, until condition: (inout SharedLine) -> Bool) -> Bool {
        let end = uptime + limit
        while uptime < end {
            if condition(&self) { return true }
            run(.milliseconds(10))
        }
        return condition(&self)
    }

    /// Plays one input to a driver and carries out what follows.
    mutating func play(_ input: DriverInput, _ index: Int) {
        for effect in seats[index].driver.handle(input, at: now) { carryOut(effect, index) }
    }

    private var nextDue: Duration? {
        var due = [deviceWake, toDevice.due, toGateway.due, isDiskFull ? nil : records.first?.due] + seats.map(\.wake)
        due += seats.map(\.reopens)
        if holder == nil { due.append(seats.filter { $0.reopens == nil }.map(\.turnDue).min()) }
        return due.compactMap { $0 }.min()
    }

    private mutating func step() {
        if let due = deviceWake, due <= uptime {
            deviceWake = nil
            tell(.woke)
        }
        for case .bytes(let bytes) in toDevice.deliver(at: uptime) where !isCut { tell(.received(bytes)) }
        for case .bytes(let bytes) in toGateway.deliver(at: uptime) where !isCut {
            if let holder { play(.received(bytes), holder) }
        }
        for index in seats.indices {
            if let due = seats[index].wake, due <= uptime {
                seats[index].wake = nil
                play(.woke, index)
            }
            if let due = seats[index].reopens, due <= uptime {
                seats[index].reopens = nil
                seats[index].turnDue = uptime
                play(.linkOpened(.serial), index)
            }
        }
        record()
        grant()
    }

    private mutating func record() {
        while !isDiskFull, let first = records.first, first.due <= uptime {
            records.removeFirst()
            play(.recorded(first.receipt, known: first.known), first.seat)
        }
    }

    private mutating func grant() {
        guard holder == nil else {
            #expect(uptime - heldSince < Self.turnLimit, "a driver does not pass the line on")
            return
        }
        let waiting = seats.indices.filter { seats[$0].reopens == nil && seats[$0].turnDue <= uptime }
        guard let next = waiting.min(by: { seats[$0].turnDue < seats[$1].turnDue }) else { return }
        holder = next
        heldSince = uptime
        seats[next].turns += 1
        play(.lineGranted, next)
    }

    private mutating func carryOut(_ effect: DriverEffect, _ index: Int) {
        switch effect {
        case .send(let bytes):
            #expect(holder == index, "a driver speaks out of turn")
            sent.append(bytes)
            toDevice.carry(bytes, at: uptime)
        case .passLine(let again):
            #expect(holder == index, "a driver passes on what it does not have")
            holder = nil
            seats[index].turnDue = uptime + again
        case .wantLine: seats[index].turnDue = min(seats[index].turnDue, uptime)
        case .wake(let after): seats[index].wake = uptime + after
        case .observed(let observations, let receipt):
            seats[index].observations += observations
            records.append((uptime + .milliseconds(5), index, receipt, observations.allSatisfy(isKnown)))
        case .identified(let facts):
            seats[index].isAnnounced = true
            seats[index].facts = facts
        case .faulted(let fault): seats[index].faults.append(fault)
        case .answered(let id, let answer):
            #expect(seats[index].answers[id] == nil, "a command is answered twice")
            seats[index].answers[id] = answer
        case .frames(let good, let bad):
            seats[index].frames = (seats[index].frames.good + good, seats[index].frames.bad + bad)
        case .abandonLink(let reason): close(index, reason)
        case .clock, .synced, .status, .feature, .respond: Issue.record("no business of a reader: \(effect)")
        }
    }

    private mutating func close(_ index: Int, _ reason: AbandonReason) {
        seats[index].abandoned.append(reason)
        seats[index].isAnnounced = false
        seats[index].wake = nil
        seats[index].reopens = uptime + (reason == .refused ? .seconds(300) : .seconds(1))
        records.removeAll { $0.seat == index }
        play(.linkClosed, index)
    }

    @discardableResult
    private mutating func tell(_ input: SimulatedInput) -> JSONValue {
        var answer = JSONValue.null
        for effect in line.handle(input, at: now) {
            switch effect {
            case .send(let bytes): toGateway.carry(bytes, at: uptime)
            case .wake(let after): deviceWake = uptime + after
            case .close: Issue.record("a line does not hang up")
            case .answered(let json): answer = json
            }
        }
        #expect(answer["error"] == nil, "\(answer)")
        return answer
    }
}

/// The badge or code of a reading.
func badge(_ observation: Observation) -> String {
    switch observation {
    case .punch(let punch): punch.badge
    case .scan(let scan): String(decoding: scan.payload, as: UTF8.self)
    }
}

/// A driver with these settings.
func reader(
    _ settings: JSONValue = .object([]), secret: String? = nil, role: DriverContext.Role = .both,
    clock: DriverContext.ClockPolicy = .report, serial: String? = nil
) throws -> OSDPReader {
    let context = DriverContext(
        zone: .utc, role: role, clock: clock, secret: secret, expectedSerial: serial, settings: settings)
    return try OSDPReader(context, cipher: cipher, random: { Array((0..<$0).map { UInt8(0xB0 + $0) }) })
}

/// A key of nobody's, and its digits as a site file has them.
let ownKey: [UInt8] = Array(1...16)
let ownSecret = "0102030405060708090a0b0c0d0e0f10"
