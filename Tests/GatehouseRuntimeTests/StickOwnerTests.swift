import GatehouseModel
import Testing

@testable import GatehouseRuntime

@Suite("Whose file it is")
struct StickOwnerTests {
    private typealias Candidate = StickOwner.Candidate

    private func decide(
        _ writer: StickFormat.Writer, _ numbers: Set<String> = [], _ candidates: Candidate...
    ) -> [String] {
        switch StickOwner.decide(writer, numbers: numbers, among: candidates) {
        case .device(let device): [device.device]
        case .open(let open): ["?"] + open.map(\.device)
        }
    }

    @Test("the serial number in its name decides")
    func bySerial() {
        let (one, two) = (Candidate(device: "a", serial: "S1"), Candidate(device: "b", serial: "S2"))
        #expect(decide(.serial("S2"), ["1"], one, two) == ["b"])
    }

    @Test("a clock that is known to be another is never taken for it, were it the only one")
    func foreign() {
        #expect(decide(.serial("S9"), ["1"], Candidate(device: "a", serial: "S1", number: "1")) == ["?"])
        #expect(decide(.number("1"), ["1"], Candidate(device: "a", number: "2")) == ["?"])
    }

    @Test("the number of the menu decides where one device only has it")
    func byNumber() {
        let (one, two) = (Candidate(device: "a", number: "1"), Candidate(device: "b", number: "2"))
        #expect(decide(.number("2"), ["2"], one, two) == ["b"])
        #expect(decide(.serial("S9"), ["1"], one, two) == ["a"])
        #expect(decide(.number("1"), ["1"], one, Candidate(device: "c", number: "1")) == ["?", "a", "c"])
    }

    @Test("lines of two clocks decide nothing")
    func mixed() {
        let (one, two) = (Candidate(device: "a", number: "1"), Candidate(device: "b", number: "2"))
        #expect(decide(.serial("S9"), ["1", "2"], one, two) == ["?", "a", "b"])
    }

    @Test("the only clock of the site is meant, among several somebody has to say which")
    func only() {
        #expect(decide(.number("1"), ["1"], Candidate(device: "a", serial: "S1")) == ["a"])
        #expect(decide(.serial("S9"), ["1"], Candidate(device: "a")) == ["a"])
        #expect(decide(.number("1"), ["1"], Candidate(device: "a"), Candidate(device: "b")) == ["?", "a", "b"])
        #expect(decide(.number("1"), ["1"]) == ["?"])
    }
}
