import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@Suite("Reading a scan")
struct ScanReadingTests {
    private let codes = ScanCodes(SiteIndex(.patrolled()))

    private func read(_ code: String, _ authentic: String, kind: String = "unknown", value: String? = nil)
        -> ScanReading
    {
        codes.reading(
            of: Fact.Scan(device: "wand", code: code, kind: kind, value: value, authentic: authentic))
    }

    @Test(
        "an own code says what its text says",
        arguments: [
            ("GH1.C.CP01.aaaabbbbccccdddd", ScanReading.checkpoint("CP01")),
            ("GH1.N.normal.aaaa", .condition("normal")),
            ("GH1.P.E1.aaaa", .person("E1")), ("GH1.C.CP99.aaaa", .unknown), ("GH1.X.CP01.aaaa", .unknown),
        ])
    func own(code: String, reading: ScanReading) {
        #expect(read(code, "signed") == reading)
    }

    @Test("an own code with a wrong tag is forged, one that nobody could check is unknown")
    func forged() {
        #expect(read("GH1.C.CP01.aaaa", "forged", kind: "checkpoint", value: "CP01") == .forged)
        #expect(read("GH1.C.CP01.aaaa", "unknown") == .unknown)
    }

    @Test("an id may have points of its own")
    func points() {
        var site = Site.patrolled()
        site.checkpoints.append(Checkpoint(id: "A.1", name: "A.1"))
        let codes = ScanCodes(SiteIndex(site))
        let scan = Fact.Scan(device: "wand", code: "GH1.C.A.1.aaaa", kind: "unknown", value: nil, authentic: "signed")
        #expect(codes.reading(of: scan) == .checkpoint("A.1"))
    }

    @Test("a registered code or badge is looked up in the site in force")
    func registered() {
        #expect(read("C1", "unknown") == .checkpoint("CP01"))
        #expect(read("N1", "registered", kind: "checkpoint", value: "CP01") == .condition("blocked"))
        #expect(read("P2", "unknown") == .person("E2"))
        #expect(read("C9", "unknown") == .unknown)
    }

    @Test("of a code that the site no longer has, the event's word is believed where the site has the thing")
    func believed() {
        #expect(read("old", "registered", kind: "checkpoint", value: "CP02") == .checkpoint("CP02"))
        #expect(read("old", "registered", kind: "checkpoint", value: "CP99") == .unknown)
        #expect(read("old", "unknown", kind: "checkpoint", value: "CP02") == .unknown)
    }
}

@Suite("The scans of a device")
struct ScanBookTests {
    private struct Desk {
        var book = ScanBook()
        var sequence: Int64 = 0

        init(_ site: Site = .patrolled()) { book.apply(SiteIndex(site)) }

        mutating func scan(_ code: String, at time: String, device: String = "wand", received: String? = nil)
            -> ScanBook.Heard?
        {
            sequence += 1
            let scan = Fact.Scan(device: device, code: code, kind: "unknown", value: nil, authentic: "unknown")
            let fact = Fact(
                sequence: sequence, id: "", source: "", topic: "scan.recorded", time: Moment(time),
                received: Moment(received ?? time), content: .scan(scan))
            return book.hear(fact, clock: Moment(received ?? time))
        }
    }

    @Test("a person's scan names the guard until another's, or until the session is over, its last moment included")
    func session() {
        var desk = Desk()
        #expect(desk.scan("C1", at: "02 08:00")?.answer.guardPerson == nil)
        #expect(desk.scan("P1", at: "02 08:01")?.answer.guardPerson == "E1")
        #expect(desk.scan("C1", at: "02 08:01")?.answer.guardPerson == "E1")
        #expect(desk.scan("C1", at: "02 20:01")?.answer.guardPerson == "E1")
        #expect(desk.scan("C1", at: "02 20:01:01")?.answer.guardPerson == nil)
        _ = desk.scan("P2", at: "02 20:02")
        #expect(desk.scan("C1", at: "02 20:03")?.answer.guardPerson == "E2")
        #expect(desk.scan("C1", at: "02 20:03", device: "line")?.answer.guardPerson == nil)
    }

    @Test("a device with a guard belongs to that guard, and persons' scans there change nothing")
    func owner() {
        var desk = Desk()
        _ = desk.scan("P1", at: "02 08:00", device: "own")
        #expect(desk.scan("C1", at: "02 08:01", device: "own")?.answer.guardPerson == "E3")
        #expect(desk.scan("P2", at: "02 08:00:30", device: "own")?.changed.isEmpty == true)
    }

    @Test("a condition speaks of the last checkpoint scanned there within two minutes; with none it is stray")
    func condition() {
        var desk = Desk()
        #expect(desk.scan("N1", at: "02 08:00")?.answer.checkpoint == nil)
        _ = desk.scan("C1", at: "02 08:01")
        _ = desk.scan("C2", at: "02 08:02")
        #expect(desk.scan("N1", at: "02 08:04")?.answer.checkpoint == "CP02")
        #expect(desk.scan("N1", at: "02 08:04:01")?.answer.checkpoint == nil)
        #expect(desk.scan("N1", at: "02 08:02:30", device: "line")?.answer.checkpoint == nil)
        #expect(desk.scan("N1", at: "02 08:01:30")?.answer.checkpoint == "CP01")
    }

    @Test("a person's scan that comes late changes those after it, up to the next person")
    func latePerson() {
        var desk = Desk()
        _ = desk.scan("P1", at: "02 08:00")
        for (code, time) in [("C1", "02 08:10"), ("C2", "02 08:20"), ("N1", "02 08:21")] {
            _ = desk.scan(code, at: time)
        }
        _ = desk.scan("P3", at: "02 08:30")
        _ = desk.scan("C3", at: "02 08:40")
        let changed = desk.scan("P2", at: "02 08:15", received: "02 09:00")?.changed ?? []
        #expect(changed.map(\.reading) == [.checkpoint("CP02"), .condition("blocked")])
        #expect(changed.map(\.guardPerson) == ["E2", "E2"])
        #expect(changed.map(\.checkpoint) == ["CP02", "CP02"])
        #expect(desk.scan("P2", at: "02 08:16", received: "02 09:01")?.changed.isEmpty == true)
    }

    @Test("a checkpoint that comes late changes the conditions after it")
    func lateCheckpoint() {
        var desk = Desk()
        _ = desk.scan("C1", at: "02 08:00")
        _ = desk.scan("N1", at: "02 08:01:30")
        let changed = desk.scan("C2", at: "02 08:01", received: "02 09:00")?.changed ?? []
        #expect(changed.map(\.checkpoint) == ["CP02"])
        #expect(desk.scan("C3", at: "02 08:00:30", received: "02 09:01")?.changed.isEmpty == true)
    }

    @Test("whatever the order of arrival, the last answers are the same", arguments: 1...20)
    func order(seed: UInt64) {
        let history = PatrolHistory(seed: seed)
        func answers(_ facts: [Fact]) -> [Int64: ScanAnswer] {
            var book = ScanBook()
            book.apply(SiteIndex(history.site))
            var last: [Int64: ScanAnswer] = [:]
            for fact in facts {
                guard let heard = book.hear(fact, clock: fact.received) else { continue }
                for answer in [heard.answer] + heard.changed { last[answer.sequence] = answer }
            }
            return last
        }
        #expect(answers(history.facts) == answers(history.delayed(seed: seed)))
    }

    @Test("a scan heard twice is heard once")
    func twice() {
        var desk = Desk()
        _ = desk.scan("C1", at: "02 08:00")
        desk.sequence -= 1
        #expect(desk.scan("C1", at: "02 08:00") == nil)
    }

    @Test("what was received long ago is forgotten, but not who scanned last")
    func forgets() throws {
        var desk = Desk()
        _ = desk.scan("P1", at: "02 08:00")
        for minute in 0..<3000 {
            let time = Moment("02 08:01") + .seconds(Int64(minute) * 600)
            _ = desk.scan("C1", at: Timestamp(time, in: .shanghai).text)
        }
        var packer = Packer()
        desk.book.pack(into: &packer)
        #expect(packer.bytes.count < 60_000)
    }
}
