import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing
import ZKTecoPushDriver
import ZKTecoPushSimulator

@Suite("ZKTeco push against its simulated clock")
struct SimulatedPushClockTests {
    @Test("punches of a whole day arrive, each once, and the rounds vouch for them")
    func soundDay() throws {
        var site = try PushSite(seed: 1)
        for _ in 0..<100 {
            site.tell(["punch": ["badge": .string("\(10_001 + site.random.number(in: 0...40))")]])
            try site.run(for: .seconds(60))
        }
        try site.run(for: .seconds(4000))
        #expect(site.bench.journal.count == site.clock.recordCount)
        #expect(site.clock.settledCount == site.clock.recordCount)
        #expect(site.bench.synced.count >= 3)
        #expect(site.bench.facts?.model == "SIM-PUSH")
        #expect(site.bench.faults == [])
    }

    @Test("with every fault of the device, the line and the disk, each punch arrives once", arguments: 1...30)
    func troubledDay(seed: Int) throws {
        var site = try PushSite(seed: UInt64(seed))
        for _ in 0..<60 {
            site.misbehave()
            try site.run(for: .seconds(site.random.number(in: 1...60)))
        }
        site.mend()
        try site.run(for: .seconds(600))
        for number in 1...max(site.clock.recordCount, 1) where site.clock.recordCount > 0 {
            #expect(site.bench.journal[site.clock.identity(of: number)] != nil, "record \(number)")
        }
        #expect(site.clock.settledCount == site.clock.recordCount)
        #expect(site.bench.journal.count == Set((1...max(site.clock.recordCount, 1)).map { site.identity($0) }).count)
    }

    @Test("punches that the device never sends by itself are found by the count")
    func forgotten() throws {
        var site = try PushSite(seed: 3)
        try site.run(for: .seconds(300))
        site.tell(["punches": 5])
        try site.run(for: .seconds(300))
        #expect(site.bench.journal.count == 5)
        site.tell(["forgotten": 3])
        try site.run(for: .seconds(8000))
        #expect(site.bench.journal.count == 8)
        #expect(site.bench.faults == [])
    }

    @Test(
        "a clock that is off is set by the date of the answers where the site wants that, and else is left",
        arguments: [
            true, false,
        ])
    func clock(isSync: Bool) throws {
        var setup = SimulatedPushClock.Setup()
        setup.clockOffset = .seconds(-5400)
        var site = try PushSite(seed: 4, setup: setup, clock: isSync ? .sync : .report)
        try site.run(for: .seconds(60))
        let report = site.report()
        #expect((report["clockSet"]?.integer ?? 0) == (isSync ? 1 : 0))
    }

    @Test(
        "what the device is told amiss is answered with what would be right",
        arguments: [
            [:], ["jump": 1], ["punch": ["badge": ""]], ["punch": ["badge": "1", "state": 256]], ["punches": 0],
            ["operation": "x"], ["clock": 5], ["fault": "fire"], ["fault": "reboot", "seconds": -1],
            ["punch": ["badge": "1", "time": "noon"]],
        ] as [JSONValue])
    func amiss(command: JSONValue) {
        var clock = SimulatedPushClock()
        let effects = clock.handle(.told(command), at: Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero))
        let answers = effects.compactMap { if case .answered(let answer) = $0 { answer } else { nil } }
        #expect(answers.count == 1 && answers.first?["error"] != nil)
    }

    @Test("one for the bench is made as it is asked for, and what cannot be used is named")
    func bench() throws {
        let bench = try #require(SimulatedPushClock.family.bench)
        let device = try bench.device(SimulatedSetup(values: [("serial", "B7"), ("aspx", "on"), ("batch", "3")]))
        let setup = (device as? SimulatedPushClock)?.setup
        #expect(setup?.serial == "B7" && setup?.isASPX == true && setup?.batch == 3 && setup?.queries == true)
        for (key, value) in [("serial", "a b"), ("batch", "0"), ("queries", "maybe"), ("colour", "red")] {
            let problem = #expect(throws: SettingsProblem.self) {
                _ = try bench.device(SimulatedSetup(values: [(key, value)]))
            }
            #expect(problem?.key == key)
        }
    }

    @Test("the same seed tells the same story")
    func repeatable() throws {
        func play() throws -> JSONValue {
            var site = try PushSite(seed: 77)
            for _ in 0..<20 {
                site.misbehave()
                try site.run(for: .seconds(20))
            }
            return site.report()
        }
        #expect(try play() == play())
    }
}

/// A driver, its journal, a simulated clock and the connection between them, all from one seed.
struct PushSite {
    var bench: PushBench
    var clock: SimulatedPushClock
    var random: SplitMix64
    private var reader = HTTPRequestReader()
    private var isConnected = false
    private var isLinked = false
    private var deviceWake: Duration?
    /// Requests whose answers are not on the line yet, oldest first.
    private var unanswered: [UInt64] = []
    private var lastID: UInt64 = 1_000_000
    private var answers: [JSONValue] = []
    private var outageUntil = Duration.zero

    init(
        seed: UInt64, setup: SimulatedPushClock.Setup = .init(), clock policy: DriverContext.ClockPolicy = .report
    ) throws {
        random = SplitMix64(seed: seed)
        var setup = setup
        setup.serial = "A1"
        setup.zone = PushBench.context().zone
        setup.batch = [1, 3, 50][Int(seed % 3)]
        setup.isASPX = seed % 2 == 0
        setup.hangsUp = seed % 5 == 0
        setup.errorPause = .seconds(5)
        clock = SimulatedPushClock(setup: setup, seed: seed)
        bench = try PushBench(PushBench.context(clock: policy), opened: false)
    }

    func identity(_ number: Int) -> String { clock.recordCount >= number ? clock.identity(of: number) : "" }

    mutating func report() -> JSONValue {
        answers = []
        tell(["report": true])
        return answers.last ?? .null
    }

    mutating func tell(_ command: JSONValue) {
        device(.told(command))
    }

    /// Something happens: a person, a fault, a slow disk, a cut.
    mutating func misbehave() {
        switch random.number(in: 0...12) {
        case 0...4: tell(["punch": ["badge": .string("\(10_001 + random.number(in: 0...9))")]])
        case 5: tell(["punches": .integer(random.number(in: 1...80))])
        case 6: tell(["fault": ["silence", "noise", "cut", "lost-answer"][random.number(in: 0...3)]])
        case 7: tell(["fault": "reboot", "seconds": .integer(random.number(in: 0...20))])
        case 8: bench.isHeld = true
        case 9: bench.release()
        case 10: disconnect()
        case 11:
            outageUntil = bench.now.uptime + .seconds(random.number(in: 1...200))
            disconnect()
        default: tell(["fault": "none"])
        }
    }

    mutating func mend() {
        tell(["fault": "none"])
        bench.release()
        outageUntil = .zero
    }

    /// Plays second by second; after each, what the device forgets must be on disk.
    mutating func run(for duration: Duration) throws {
        let end = bench.now.uptime + duration
        while bench.now.uptime < end {
            bench.pass(.seconds(1))
            if isLinked, !bench.abandoned.isEmpty, bench.abandonedCount > seenAbandoned { dropLink() }
            if !isConnected, bench.now.uptime >= outageUntil { connect() }
            if let due = deviceWake, due <= bench.now.uptime {
                deviceWake = nil
                device(.woke)
            }
            deliver()
            try check()
        }
    }

    private var seenAbandoned = 0
    /// How many records the device had let go of when that was looked at last.
    private var settled = 0

    private mutating func dropLink() {
        seenAbandoned = bench.abandonedCount
        isLinked = false
        unanswered = []
        bench.play(.linkClosed)
    }

    private mutating func connect() {
        isConnected = true
        reader = HTTPRequestReader()
        device(.opened(.push))
    }

    private mutating func disconnect() {
        guard isConnected else { return }
        isConnected = false
        unanswered = []
        device(.closed)
    }

    private mutating func device(_ input: SimulatedInput) {
        for effect in clock.handle(input, at: bench.now) {
            switch effect {
            case .send(let bytes): if isConnected { hear(bytes) }
            case .wake(let after): deviceWake = bench.now.uptime + after
            case .close:
                isConnected = false
                unanswered = []
            case .answered(let answer): answers.append(answer)
            }
        }
    }

    private mutating func hear(_ bytes: [UInt8]) {
        reader.receive(bytes)
        while isConnected, let outcome = reader.next() {
            guard case .request(let request) = outcome else {
                disconnect()
                return
            }
            if !isLinked {
                isLinked = true
                bench.play(.linkOpened(.push))
            }
            lastID += 1
            unanswered.append(lastID)
            bench.play(.requested(request, RequestID(lastID)))
        }
    }

    /// Puts answers on the line, cut anywhere.
    private mutating func deliver() {
        for _ in 0..<50 {
            guard isConnected, let id = unanswered.first, let response = bench.responses[id] else { return }
            unanswered.removeFirst()
            var bytes = Self.bytes(response, at: bench.now)
            while !bytes.isEmpty, isConnected {
                let count = random.oneIn(3) ? random.number(in: 1...bytes.count) : bytes.count
                let piece = Array(bytes.prefix(count))
                bytes.removeFirst(count)
                device(.received(piece))
            }
        }
    }

    private mutating func check() throws {
        guard clock.settledCount != settled else { return }
        settled = clock.settledCount
        for number in 1...clock.recordCount where clock.standing(of: number).isAcknowledged {
            try #require(bench.journal[clock.identity(of: number)] != nil, "record \(number) is lost")
        }
    }

    private static func bytes(_ response: DeviceResponse, at now: Now) -> [UInt8] {
        var head =
            "HTTP/1.1 \(response.status) X\r\nContent-Type: text/plain\r\nContent-Length: \(response.body.count)\r\n"
        if response.tellsTime { head += "Date: \(date(now.wall))\r\n" }
        return Array((head + "\r\n").utf8) + response.body
    }

    private static func date(_ moment: Moment) -> String {
        let time = LocalTime(secondsSince1970: moment.seconds)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = time.text.split(separator: "T")[1]
        return "Sun, \(time.day) \(months[time.month - 1]) \(time.year) \(clock) GMT"
    }
}

extension PushBench {
    var abandonedCount: Int { abandoned.count }
}
