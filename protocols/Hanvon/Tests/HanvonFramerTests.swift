import GatehouseTestKit
import GatehouseWireKit
import HanvonWire
import Testing

@Suite("Hanvon framer")
struct HanvonFramerTests {
    static func outcomes(_ bytes: [UInt8], key: HanvonKey? = nil) -> [HanvonFramer.Outcome] {
        var framer = HanvonFramer(key: key)
        framer.receive(bytes)
        var outcomes: [HanvonFramer.Outcome] = []
        while let outcome = framer.next() { outcomes.append(outcome) }
        return outcomes
    }

    static func item(_ key: String, _ value: String) -> HanvonFramer.Outcome {
        .item(HanvonMessage.Item(key, value), isCut: false)
    }

    static func isFrame(_ outcome: HanvonFramer.Outcome) -> Bool {
        switch outcome {
        case .began, .item, .ended: true
        case .broken, .noise: false
        }
    }

    static let texts = [
        "GetDeviceInfo()", HanvonVectors.text("record_query"), HanvonVectors.text("record_reply"),
        "Return ( result = \"failed\"\treason=\"no (such) person\" )", "Wait()",
        "Record(time=\"2026-1-2 3:4:5\" id=\"7\" name=\"\" card_src=\"a\" card_src=\"b\")",
    ]

    @Test(
        "messages come out however they are cut and glued, and garbage is endured", arguments: [1, 77], [true, false])
    func verified(seed: UInt64, isHidden: Bool) {
        let key = isHidden ? HanvonKey(digits: "1234") : nil
        let samples = Self.texts.map { text in
            let bytes = Array(text.utf8)
            return WireSample(text, bytes: key?.applied(to: bytes) ?? bytes, frames: Self.outcomes(bytes))
        }
        let verifier = WireVerifier(
            make: { HanvonFramer(key: key) }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: Self.isFrame, pending: { ($0.pendingCount, 1024) })
        #expect(verifier.failures(in: samples, seed: seed).map(\.description) == [])
    }

    @Test("the vector's reply is its header and two records")
    func recordReply() {
        let outcomes = Self.outcomes(Array(HanvonVectors.text("record_reply").utf8))
        #expect(outcomes.first == .began(word: "Return") && outcomes.last == .ended && outcomes.count == 17)
        #expect(outcomes.contains(Self.item("time", "2026-11-22 08:31:15")))
        #expect(outcomes.contains(Self.item("card_src", "from_door&from_check")))
    }

    @Test("a bracket inside quotation marks ends nothing, nor does a name in GBK")
    func brackets() {
        let bytes = Array("Record(name=\"".utf8) + [0xD5, 0xC5] + Array(" (A) )\" id=\"1\")".utf8)
        let name = HanvonMessage.Item("name", bytes: [0xD5, 0xC5] + Array(" (A) )".utf8))
        #expect(
            Self.outcomes(bytes) == [.began(word: "Record"), .item(name, isCut: false), Self.item("id", "1"), .ended])
    }

    @Test(
        "what breaks the rules is broken, and the next message is whole",
        arguments: ["Return(result=success)", "Return(result=\"a\" \"b\")", "Ret.urn()", "Return(a b=\"1\")"])
    func broken(text: String) {
        let outcomes = Self.outcomes(Array((text + " Wait()").utf8))
        #expect(outcomes.contains { if case .broken = $0 { true } else { false } })
        #expect(Array(outcomes.suffix(2)) == [.began(word: "Wait"), .ended])
    }

    @Test("a photograph is cut, and its end is still found")
    func photograph() {
        let photo = [UInt8](repeating: 0x41, count: 200_000)
        var framer = HanvonFramer()
        framer.receive(Array("Record(photo=\"".utf8))
        for start in stride(from: 0, to: photo.count, by: 1000) {
            framer.receive(photo[start..<start + 1000])
            while case .began? = framer.next() {}
            #expect(framer.pendingCount <= HanvonFramer.valueLimit + 2 * HanvonFramer.nameLimit)
        }
        framer.receive(Array("\" id=\"1\")".utf8))
        let cut = HanvonMessage.Item("photo", bytes: Array(photo.prefix(HanvonFramer.valueLimit)))
        #expect(framer.next() == .item(cut, isCut: true))
        #expect(framer.next() == Self.item("id", "1"))
        #expect(framer.next() == .ended)
    }

    @Test("names longer than 32 characters are broken, not kept")
    func longNames() {
        let name = String(repeating: "a", count: 33)
        #expect(Self.outcomes(Array("\(name)()".utf8)).contains { if case .broken = $0 { true } else { false } })
        #expect(Self.outcomes(Array("W(\(name)=\"1\")".utf8)).contains { if case .broken = $0 { true } else { false } })
    }

    @Test(
        "line ends behind a hidden message, hidden with it, are passed over", arguments: ["1", "1234", "99999999"],
        ["GetDeviceInfo()", "Wait()", "Return(result=\"success\")"])
    func hiddenLineEnds(digits: String, text: String) throws {
        let key = try #require(HanvonKey(digits: digits))
        let once = key.applied(to: Array((text + "\r\n").utf8))
        let next = key.applied(to: Array("PostRecord()".utf8))
        let expected = Self.outcomes(Array(text.utf8)) + [.began(word: "PostRecord"), .ended]
        #expect(Self.outcomes(once + next, key: key) == expected)
    }

    @Test("a command whose first letter looks like a hidden line end is read where none are expected")
    func commandLikeLineEnd() throws {
        // Behind GetDeviceInfo(), the G of the next command is hidden as 7E, which the key's next byte turns into CR.
        let key = try #require(HanvonKey(digits: "90000003"))
        var framer = HanvonFramer(key: key, passesLineEnds: false)
        framer.receive(key.applied(to: Array("GetDeviceInfo()".utf8)) + key.applied(to: Array("GetRecord()".utf8)))
        var words: [String] = []
        while let outcome = framer.next() { if case .began(let word) = outcome { words.append(word) } }
        #expect(words == ["GetDeviceInfo", "GetRecord"])
    }

    @Test("no word that a device begins with looks like a hidden line end", arguments: "PQRSTUVWXYZ".utf8.map { $0 })
    func lettersOfDevices(letter: UInt8) throws {
        for first in 0...9 {
            for last in ["", "0", "5", "9"] {
                let digits = "\(first)" + String(repeating: last, count: 7)
                let key = try #require(HanvonKey(digits: digits))
                let hidden = key.applied(to: letter, at: 0)
                for place in 0...7 { #expect(![10, 13].contains(key.applied(to: hidden, at: place))) }
            }
        }
    }

    @Test("with a key, a stream that breaks is lost for good")
    func lost() throws {
        let key = try #require(HanvonKey(digits: "12345678"))
        var framer = HanvonFramer(key: key)
        framer.receive(Array("Return()".utf8))
        while framer.next() != nil {}
        #expect(framer.isLost)
        framer.receive(key.applied(to: Array("Wait()".utf8)))
        #expect(framer.next() == nil && framer.pendingCount == 0)
    }
}
