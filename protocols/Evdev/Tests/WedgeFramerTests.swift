import EvdevWire
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing

@Suite("Wedge framer")
struct WedgeFramerTests {
    @Test(
        "keeps every framer's promises with every terminator", arguments: WedgeFormat.Terminator.allCases, [4096, 12])
    func verified(terminator: WedgeFormat.Terminator, longest: Int) {
        let format = WedgeFormat(terminator: terminator, shortest: 1, longest: longest)
        let verifier = WireVerifier(
            make: { WedgeFramer(format: format) }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .scan = $0 { true } else { false } },
            pending: { ($0.pendingCount, longest + InputEvent.size) })
        #expect(verifier.failures(in: samples(terminator), seed: 20_261_124) == [])
    }

    @Test("a scan cut anywhere between two reads is still one scan", arguments: 1...13)
    func cutAnywhere(at cut: Int) throws {
        let bytes = try typed("XF-0001\r")
        var framer = WedgeFramer()
        framer.receive(Array(bytes[..<(cut * 25)]))
        let early = framer.next()
        framer.receive(Array(bytes[(cut * 25)...]))
        #expect((early ?? framer.next()) == .scan(Array("XF-0001".utf8)))
        #expect(!framer.isUnfinished)
    }

    @Test("silence ends or drops what is under way, as told, and says nothing where there is nothing")
    func silence() throws {
        var framer = WedgeFramer()
        #expect(framer.expire(.ends) == nil)
        framer.receive(try typed("ABC"))
        #expect(framer.next() == nil)
        #expect(framer.isUnfinished)
        #expect(framer.expire(.ends) == .scan(Array("ABC".utf8)))
        #expect(!framer.isUnfinished)
        framer.receive(try typed("DEF"))
        #expect(framer.next() == nil)
        #expect(framer.expire(.drops) == .unfinished(Array("DEF".utf8)))
    }

    @Test("a clock that is set back in the middle of a scan tears nothing")
    func clockSetBack() throws {
        var framer = WedgeFramer()
        framer.receive(try typed("XF-", from: 9_000_000_000))
        framer.receive(try typed("0001\r", from: 5))
        #expect(framer.next() == .scan(Array("XF-0001".utf8)))
    }

    @Test("a minute of lost events costs one scan")
    func longLoss() throws {
        var framer = WedgeFramer()
        framer.receive(try typed("XF-0001"))
        framer.receive(InputEvent.dropped(at: 60_000_000).bytes + InputEvent.report(at: 60_000_000).bytes)
        framer.receive(try typed("tail\r", from: 60_001_000) + typed("next\r", from: 61_000_000))
        #expect(framer.next() == .lost(pending: 7))
        #expect(framer.next() == .scan(Array("next".utf8)))
        #expect(framer.next() == nil)
    }

    @Test("what waits stays small, however long somebody types without an end")
    func bounded() throws {
        var framer = WedgeFramer(format: WedgeFormat(longest: 100))
        var overlong = 0
        for number in 0..<200 {
            framer.receive(try typed("0123456789", from: Int64(number) * 80_000))
            while let outcome = framer.next() {
                if case .overlong(let beginning) = outcome { overlong += beginning.count == 64 ? 1 : 0 }
            }
            #expect(framer.pendingCount <= 100)
        }
        #expect(overlong == 1)
    }

    @Test("any events in any order trap nothing, and the code after them is whole", arguments: 0..<40)
    func hostile(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let layouts = KeyboardLayout.allCases
        let manner = KeyboardManner(
            layout: layouts[random.number(in: 0...layouts.count - 1)], altCodes: random.oneIn(2) ? .gbk : .unicode)
        var framer = WedgeFramer(manner: manner, format: WedgeFormat(shortest: 1, longest: 64))
        for _ in 0..<2500 {
            framer.receive(wildEvent(&random).bytes)
            while let outcome = framer.next() {
                if case .scan(let code) = outcome { #expect((1...64).contains(code.count)) }
            }
            #expect(framer.pendingCount <= 64)
            if random.oneIn(50) { _ = framer.expire(random.oneIn(2) ? .ends : .drops) }
        }
        framer.receive(InputEvent.dropped(at: 0).bytes + InputEvent.report(at: 0).bytes)
        while framer.next() != nil {}
        _ = framer.expire(.drops)
        framer.receive(KeyTypist.events(of: [2, 3, 28].map { .init([$0]) }, from: 0).flatMap(\.bytes))
        let expected = manner.layout == .fr ? "&é" : "12"
        #expect(framer.next() == .scan(Array(expected.utf8)))
    }

    /// Mostly keys, some of them modifiers and keypad digits; times that jump; now and then anything at all.
    private func wildEvent(_ random: inout SplitMix64) -> InputEvent {
        if random.oneIn(20) {
            var framer = InputEventFramer()
            framer.receive(random.bytes(InputEvent.size))
            if let event = framer.next() { return event }
        }
        let favourites: [UInt16] = [42, 56, 100, 29, 58, 28, 15, 82, 79, 41, 13, 26]
        let code =
            random.oneIn(2)
            ? favourites[random.number(in: 0...favourites.count - 1)] : UInt16(random.number(in: 0...130))
        let time = random.oneIn(30) ? Int64(truncatingIfNeeded: random.next()) : Int64(random.number(in: 0...90_000))
        if random.oneIn(40) { return .dropped(at: time) }
        if random.oneIn(3) { return .report(at: time) }
        return InputEvent(time: time, kind: 1, code: code, value: Int32(random.number(in: 0...2)))
    }

    private func typed(_ text: String, from start: Int64 = 0) throws -> [UInt8] {
        let strokes = try #require(KeyTypist().strokes(for: Array(text.utf8)))
        return KeyTypist.events(of: strokes, from: start).flatMap(\.bytes)
    }

    /// Key presses alone, as short as they can be: the verifier plays each of them many thousand times.
    private func samples(_ terminator: WedgeFormat.Terminator) -> [WireSample<WedgeFramer.Outcome>] {
        let end: UInt16 = terminator == .tab ? KeyCode.tab : KeyCode.enter
        func sample(_ name: String, _ keys: [UInt16], _ codes: [String]) -> WireSample<WedgeFramer.Outcome> {
            let events = keys.map { InputEvent(time: 4000, kind: InputEvent.Kind.key, code: $0, value: 1) }
            return WireSample(
                name, bytes: events.flatMap(\.bytes),
                frames: terminator == .none ? [] : codes.map { .scan(Array($0.utf8)) })
        }
        return [sample("a code", [2, 3, end], ["12"]), sample("two codes", [30, end, 48, end], ["a", "b"])]
    }
}
