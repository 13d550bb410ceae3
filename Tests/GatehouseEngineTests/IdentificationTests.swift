import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Identification of an unknown port")
struct IdentificationTests {
    @Test("it listens at every listening line before anything is sent")
    func listensFirst() {
        var search = Identification(
            families: [asker("a", lines: [fast]), listener("b", lines: [slow, fast])], road: .serial)
        let steps = play(&search)
        let firstQuestion = steps.firstIndex { if case .ask = $0 { true } else { false } }
        let lastListening = steps.lastIndex { if case .listen = $0 { true } else { false } }
        #expect(firstQuestion.map { question in lastListening.map { $0 < question } ?? false } == true)
        #expect(steps.count { if case .listen = $0 { true } else { false } } == 2)
    }

    @Test("questions of one line are asked in one opening of the port")
    func groupsByLine() {
        let families = [asker("a", lines: [slow, fast]), asker("b", lines: [fast, slow]), asker("c", lines: [slow])]
        var search = Identification(families: families, road: .serial)
        #expect(openings(play(&search)) == [slow, fast])
    }

    @Test("a line that more families name in front comes first")
    func likeliestFirst() {
        let families = [asker("a", lines: [odd]), asker("b", lines: [fast]), asker("c", lines: [fast, slow])]
        var search = Identification(families: families, road: .serial)
        #expect(openings(play(&search)) == [fast, odd, slow])
    }

    @Test("of two first choices the one that others name sooner comes first")
    func weighed() {
        let families = [asker("a", lines: [slow, fast]), asker("b", lines: [slow, fast]), asker("c", lines: [fast])]
        var search = Identification(families: families, road: .serial)
        #expect(openings(play(&search)) == [slow, fast])
    }

    @Test("an answer is judged by the family that asked, though it comes in pieces")
    func answerInPieces() {
        var search = Identification(families: [asker("a", lines: [slow]), asker("b", lines: [slow])], road: .serial)
        #expect(search.next(elapsed: .zero) == .open(slow, within: .seconds(2)))
        #expect(search.next(elapsed: .zero) == .ask(Array("a?".utf8), patience: .milliseconds(300)))
        search.heard(Array("a".utf8))
        #expect(search.findings.isEmpty)
        search.heard(Array("!".utf8))
        #expect(search.findings.map(\.family) == ["a"] && search.isSettled)
        #expect(search.findings.first?.line == slow)
        #expect(search.next(elapsed: .zero) == nil)
    }

    @Test("an answer that comes during the next family's question still counts")
    func lateAnswer() {
        var search = Identification(families: [asker("a", lines: [slow]), asker("b", lines: [slow])], road: .serial)
        for _ in 0..<3 { _ = search.next(elapsed: .zero) }
        search.heard(Array("..a!".utf8))
        #expect(search.findings.map(\.family) == ["a"])
    }

    @Test("what a device says by itself is recognised while others are asked, at its line only")
    func speaksDuringQuestions() {
        let families = [asker("a", lines: [slow, fast]), listener("b", lines: [fast])]
        var search = Identification(families: families, road: .serial)
        var line: SerialLine?
        while let step = search.next(elapsed: .zero) {
            if case .open(let opened, _) = step { line = opened }
            guard case .ask = step else { continue }
            search.heard(Array("b!".utf8))
            #expect(search.isSettled == (line == fast))
        }
        #expect(search.findings.map(\.family) == ["b"] && search.findings.first?.line == fast)
    }

    @Test("a certain family stands before one that only thinks so, and ends the search")
    func certainFirst() {
        let families = [
            listener("perhaps", lines: [slow], answer: "x", isCertain: false),
            asker("surely", lines: [slow], answer: "xy"),
        ]
        var search = Identification(families: families, road: .serial)
        for _ in 0..<2 { _ = search.next(elapsed: .zero) }
        search.heard(Array("x".utf8))
        #expect(!search.isSettled)
        _ = play(&search) { if case .ask = $0 { Array("xy".utf8) } else { [] } }
        #expect(search.findings.map(\.family) == ["surely", "perhaps"])
    }

    @Test("one that listens and thinks so ends the listening, not the asking, and keeps the line where it heard")
    func listeningEnds() {
        let perhaps = listener("perhaps", lines: [slow, fast], answer: "x", isCertain: false)
        var search = Identification(families: [perhaps, asker("a", lines: [fast])], road: .serial)
        let steps = play(&search) { if case .open = $0 { [] } else { Array("x".utf8) } }
        #expect(steps.count { if case .listen = $0 { true } else { false } } == 1)
        #expect(questions(steps) == ["a?"])
        #expect(search.isOver(.listen(.seconds(1))) && !search.isOver(.ask([], patience: .seconds(1))))
        #expect(search.findings.map(\.line) == [slow])
    }

    @Test("a line that the adapter cannot make is passed over")
    func failedLine() {
        var search = Identification(families: [asker("a", lines: [odd, slow])], road: .serial)
        #expect(search.next(elapsed: .zero) == .open(odd, within: .seconds(2)))
        search.failed()
        #expect(search.next(elapsed: .zero) == .open(slow, within: .seconds(2)))
    }

    @Test("a flood is sampled, and the family's share of it is bounded")
    func flood() {
        var longest = 0
        let counting = DriverFamily(
            name: "c", hasMemory: false,
            probes: [
                Probe(lines: [slow]) { bytes, _ in bytes.count > Identification.judgedLimit ? Recognition() : nil }
            ],
            make: neverMade)
        var search = Identification(families: [counting, asker("a", lines: [slow])], road: .serial)
        _ = play(&search) { _ in
            longest += 1
            return Array(repeating: 0x55, count: 100_000)
        }
        #expect(longest > 1 && search.findings.isEmpty)
        #expect(search.sample == Array(repeating: 0x55, count: Identification.sampleLimit))
    }

    @Test("in the network the family whose port it is asks first, each in a connection of its own")
    func network() {
        var mine = asker("mine", lines: [])
        mine.network = [NetworkDoor(.tcp, port: 5010)]
        var search = Identification(
            families: [asker("a", lines: [slow]), mine], road: .network(.init(.tcp, port: 5010)))
        let steps = play(&search)
        #expect(questions(steps) == ["mine?", "a?"] && openings(steps).count == 2)
    }

    @Test("datagrams go only to families that speak them")
    func datagrams() {
        var mine = asker("mine", lines: [])
        mine.network = [NetworkDoor(.udp, port: 4370)]
        let families = [asker("a", lines: [slow]), listener("b", lines: [slow]), mine]
        var search = Identification(families: families, road: .network(.init(.udp, port: 4371)))
        #expect(questions(play(&search)) == ["mine?"])
    }

    @Test("a probe without lines is never tried on a serial port")
    func networkOnly() {
        var search = Identification(families: [asker("net", lines: [])], road: .serial)
        #expect(search.isHopeless && search.next(elapsed: .zero) == nil)
    }
}

// MARK: - Helpers

let slow = SerialLine(rate: 9600)
let fast = SerialLine(rate: 115_200)
let odd = SerialLine(rate: 9600, parity: .odd)

let neverMade: @Sendable (DriverContext) throws(SettingsProblem) -> any DeviceDriver = {
    _ throws(SettingsProblem) in throw SettingsProblem(key: "", reason: "no device is driven here")
}

/// A family that asks "name?" and knows its device by the answer.
func asker(
    _ name: String, lines: [SerialLine], answer: String? = nil, patience: Duration = .milliseconds(300)
) -> DriverFamily {
    let answer = answer ?? "\(name)!"
    return DriverFamily(
        name: name, hasMemory: false,
        probes: [
            Probe(lines: lines, question: Array("\(name)?".utf8), patience: patience) { bytes, _ in
                String(decoding: bytes, as: UTF8.self).contains(answer) ? Recognition() : nil
            }
        ], make: neverMade)
}

/// A family whose devices speak by themselves.
func listener(_ name: String, lines: [SerialLine], answer: String? = nil, isCertain: Bool = true) -> DriverFamily {
    let answer = answer ?? "\(name)!"
    return DriverFamily(
        name: name, hasMemory: false,
        probes: [
            Probe(lines: lines) { bytes, _ in
                String(decoding: bytes, as: UTF8.self).contains(answer) ? Recognition(isCertain: isCertain) : nil
            }
        ], make: neverMade)
}

/// Carries the search out to its end in no time; `say` is what the port says to a step.
func play(_ search: inout Identification, say: (Identification.Step) -> [UInt8] = { _ in [] }) -> [Identification.Step]
{
    var steps: [Identification.Step] = []
    while let step = search.next(elapsed: .zero) {
        steps.append(step)
        let said = say(step)
        if !said.isEmpty { search.heard(said) }
    }
    return steps
}

func openings(_ steps: [Identification.Step]) -> [SerialLine] {
    steps.compactMap { if case .open(let line, _) = $0 { line } else { nil } }
}

func questions(_ steps: [Identification.Step]) -> [String] {
    steps.compactMap { if case .ask(let question, _) = $0 { String(decoding: question, as: UTF8.self) } else { nil } }
}
