import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing
import ZKTecoPushDriver

@Suite("ZKTeco push recordings")
struct ZKTecoPushRecordingTests {
    @Test("a session from the maker's document is answered as it is written there")
    func session() throws {
        var bench = try PushBench()
        for step in try PushRecording("Recordings/session.txt").steps {
            bench.pass(.seconds(1))
            let answer = bench.ask(step.method, String(step.target.dropFirst("/iclock/".count)), step.body)
            #expect(answer?.status == step.status, "\(step.target)")
            #expect(answer?.text.hasPrefix(step.answer) == true, "\(step.target): \(answer?.text ?? "nothing")")
        }
        #expect(bench.journal.count == 9)
        #expect(bench.faults.map(\.code) == ["audit-time-changed"])
        #expect(bench.facts?.firmware == "Ver 2.0.12-20150625")
    }

    @Test(
        "whatever is posted wherever, the driver answers, keeps to its limits and takes no wrong punch",
        arguments: 1...20)
    func hostile(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var bench = try PushBench()
        let paths = [
            "cdata?SN=A1&table=ATTLOG&Stamp=1", "cdata?SN=A1&table=OPERLOG&Stamp=1", "devicecmd?SN=A1",
            "cdata?SN=A1&table=rtlog", "cdata?SN=A1&table=tabledata&tablename=transaction", "getrequest?SN=A1",
            "cdata?SN=A1&table=options", "cdata?SN=A1&options=all", "fdata?SN=A1", "exchange?SN=A1", "x?SN=A1",
        ]
        for _ in 0..<400 {
            bench.isHeld = random.oneIn(5)
            var body =
                random.oneIn(2) ? Array(ZKTecoPushUploadTests.two.utf8) : random.bytes(random.number(in: 0...400))
            if !body.isEmpty, random.oneIn(2) {
                body[random.number(in: 0...body.count - 1)] = UInt8(truncatingIfNeeded: random.next())
            }
            let target = paths[random.number(in: 0...paths.count - 1)]
            let answer = bench.ask(random.oneIn(4) ? "GET" : "POST", target, body)
            #expect(bench.isHeld || answer != nil, "\(target)")
            #expect(bench.waiting.count <= 16)
            bench.release()
            bench.pass(.seconds(random.number(in: 0...20)))
        }
        #expect(bench.readings.allSatisfy { !$0.badge.isEmpty && $0.badge.utf8.count <= 32 })
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", ZKTecoPushUploadTests.two)?.text == "OK:2")
    }
}

/// A session in plain text: a request line, its body in lines that begin with `|`, and the answer's status and
/// beginning in a line that begins with `=`. `\t`, `\n` and `\0` stand for what they stand for.
struct PushRecording {
    struct Step {
        var method: String
        var target: String
        var body: [UInt8] = []
        var status = 0
        var answer = ""
    }

    struct Malformed: Error {
        var line: String
    }

    private(set) var steps: [Step] = []

    init(_ path: String) throws {
        var step: Step?
        for line in try Fixture.text(path).split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("|") {
                step?.body += Array((Self.plain(line.dropFirst(2)) + "\n").utf8)
            } else if line.hasPrefix("=") {
                let words = line.dropFirst(2).split(separator: " ", maxSplits: 1).map(String.init)
                guard var done = step, let status = words.first.flatMap({ Int($0) }) else {
                    throw Malformed(line: String(line))
                }
                done.status = status
                done.answer = words.count > 1 ? Self.plain(words[1][...]) : ""
                steps.append(done)
                step = nil
            } else {
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                guard words.count == 2 else { throw Malformed(line: String(line)) }
                step = Step(method: words[0], target: words[1])
            }
        }
    }

    private static func plain(_ text: Substring) -> String {
        var plain = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "\\", let next = rest.popFirst() else {
                plain.append(character)
                continue
            }
            plain.append(next == "t" ? "\t" : next == "n" ? "\n" : next == "0" ? "\0" : next)
        }
        return plain
    }
}
