import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import LineScannerDriver

@Suite("Finding a line scanner")
struct LineScannerProbeTests {
    private func judge(_ text: String) -> Recognition? {
        LineScanner.probe.recognise(Array(text.utf8), SerialLine())
    }

    @Test("a code with its end is perhaps a scanner's", arguments: ["XF-0001\r", "XF-0001\r\n", "消防栓\n", "a\r01234\r"])
    func code(text: String) {
        #expect(judge(text) == Recognition(isCertain: false))
    }

    @Test("what is set up in the scanner goes into its settings")
    func settings() {
        #expect(judge("XF-0001\t")?.settings == ["terminator": "tab"])
        #expect(judge("]Q1XF-0001\r")?.settings == ["aim": true])
    }

    @Test(
        "half a code, noise, another wire's frame and an empty line are no scanner's",
        arguments: ["XF-0001", "", "\r\r\n", "\u{2}0C00AB12CD59\u{3}\r", "\u{1}\u{7F}ab\r", "ab\r"])
    func other(text: String) {
        #expect(judge(text) == nil)
    }

    @Test("bytes at the wrong rate are no text")
    func wrongRate() {
        #expect(LineScanner.probe.recognise([0xE6, 0xFE, 0x0C, 0xF3, 0x0D], SerialLine()) == nil)
    }

    @Test("nothing is sent to find out")
    func onlyListens() {
        #expect(LineScanner.probe.question.isEmpty && LineScanner.family.probes.count == 1)
    }
}
