import GatehouseModel
import GatehouseSimulation
import OSDPWire
import Testing

@Suite("Wiegand layouts")
struct OSDPWiegandTests {
    @Test("the published card of 26 bits")
    func published() throws {
        let card = OSDPWiegand.h10301.card(facility: 123, card: 4567)
        #expect(card.text == "10111101100010001110101110")
        let content = try #require(OSDPWiegand.h10301.content(of: card))
        #expect((content.facility, content.card, content.number) == (123, 4567, 123 << 16 | 4567))
        #expect(content.hasRightParity)
    }

    @Test("parity over halves, of 37 bits with the middle one in both")
    func parity() {
        // Card 1 sets the last bit before the parity: odd parity is 0, and nothing makes the even parity 0.
        #expect(OSDPWiegand.h10302.card(card: 1).text == String(repeating: "0", count: 35) + "10")
        // The middle bit of 37 is guarded by both.
        let middle = OSDPWiegand.h10302.card(card: 1 << 17).text
        #expect(middle == "1" + String(repeating: "0", count: 17) + "1" + String(repeating: "0", count: 18))
        #expect(
            OSDPWiegand.bits34.card(facility: 1, card: 0).text == "1" + String(repeating: "0", count: 15) + "1"
                + String(repeating: "0", count: 16) + "1")
    }

    @Test("what is written is read, and any wrong bit is noticed", arguments: OSDPWiegand.allCases)
    func roundTrip(layout: OSDPWiegand) throws {
        var random = SplitMix64(seed: 26)
        for _ in 0..<200 {
            let facility = layout == .h10302 ? 0 : UInt64(random.number(in: 0...255))
            let number = UInt64(random.number(in: 0...65_535))
            let card = layout.card(facility: facility, card: number, reader: 1)
            let content = try #require(layout.content(of: card))
            #expect(content.facility == (layout == .h10302 ? nil : facility))
            #expect(content.card == number)
            #expect(content.hasRightParity)
            #expect(card.reader == 1)
            let bit = random.number(in: 0...layout.bitCount - 1)
            var wrong = card
            wrong.bits[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(layout.content(of: wrong)?.hasRightParity == false)
        }
    }

    @Test("another count of bits is another layout")
    func otherCounts() {
        let card = OSDPCard(reader: 0, format: 1, bitCount: 27, bits: [1, 2, 3, 0])
        for layout in OSDPWiegand.allCases { #expect(layout.content(of: card) == nil) }
    }
}
