import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Identification of any port, with any families")
struct IdentificationPropertyTests {
    @Test("the search is over in its time, however long every step takes", arguments: UInt64(1)...200)
    func endsInTime(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let families = drawFamilies(&random)
        var search = Identification(families: families, road: road(&random))
        var elapsed = Duration.zero
        var isOpen = false
        while let step = search.next(elapsed: elapsed) {
            elapsed += step.longest
            if case .open = step { isOpen = true } else { #expect(isOpen) }
            switch random.next() % 8 {
            case 0:
                search.failed()
                isOpen = false
            case 1: search.heard((0..<random.next() % 500).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            default: break
            }
        }
        #expect(elapsed <= Identification.limit)
    }

    @Test(
        "with time enough, each question is asked once at each of its lines, and nowhere else",
        arguments: UInt64(1)...100)
    func asksEverything(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let families = drawFamilies(&random)
        var search = Identification(families: families, road: .serial, limit: .seconds(100_000))
        var asked: [String] = []
        var line = slow
        while let step = search.next(elapsed: .zero) {
            switch step {
            case .open(let opened, _): line = opened
            case .ask(let question, _): asked.append("\(String(decoding: question, as: UTF8.self)) \(line)")
            case .listen: break
            }
        }
        let expected = families.flatMap { family in
            family.probes.filter { !$0.question.isEmpty }.flatMap { probe in
                probe.lines.map { "\(String(decoding: probe.question, as: UTF8.self)) \($0)" }
            }
        }
        #expect(asked.sorted() == expected.sorted())
    }

    @Test("a device is found at its line wherever that stands among the others", arguments: UInt64(1)...100)
    func findsTheDevice(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let families = drawFamilies(&random)
        let askers = families.filter { $0.probes.contains { !$0.question.isEmpty && !$0.lines.isEmpty } }
        guard !askers.isEmpty else { return }
        let device = askers[Int(random.next() % UInt64(askers.count))]
        let lines = device.probes.flatMap(\.lines)
        let own = lines[Int(random.next() % UInt64(lines.count))]
        var search = Identification(families: families, road: .serial, limit: .seconds(100_000))
        var line = slow
        while let step = search.next(elapsed: .zero) {
            if case .open(let opened, _) = step { line = opened }
            if case .ask(Array("\(device.name)?".utf8), _) = step, line == own {
                search.heard(Array("\(device.name)!".utf8))
            }
        }
        #expect(search.findings.map(\.family) == [device.name] && search.findings.first?.line == own)
    }

    private func drawFamilies(_ random: inout SplitMix64) -> [DriverFamily] {
        let rates = [1200, 9600, 19_200, 38_400, 57_600, 115_200]
        return (0..<random.next() % 14).map { number in
            let lines = Set(
                (0..<random.next() % 6).map { _ in
                    SerialLine(rate: rates[Int(random.next() % 6)], parity: random.next() % 4 == 0 ? .odd : .none)
                })
            guard random.next() % 3 > 0 else { return listener("l\(number)", lines: Array(lines)) }
            let patience = Duration.milliseconds(Int(random.next() % 8000))
            return asker("f\(number)", lines: Array(lines), patience: patience)
        }
    }

    private func road(_ random: inout SplitMix64) -> IdentificationRoad {
        switch random.next() % 3 {
        case 0: .network(NetworkDoor(.tcp, port: 5010))
        case 1: .network(NetworkDoor(.udp, port: 4370))
        default: .serial
        }
    }
}
