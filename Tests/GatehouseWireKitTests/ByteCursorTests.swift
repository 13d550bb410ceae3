import GatehouseWireKit
import Testing

@Suite("Byte cursor")
struct ByteCursorTests {
    @Test("fields are read in order, either way round")
    func fields() {
        var cursor = ByteCursor([0x01, 0x34, 0x12, 0x12, 0x34, 0xFE, 0xFF, 0xFF, 0xFF, 0xAA])
        #expect(cursor.u8() == 1)
        #expect(cursor.little(UInt16.self) == 0x1234)
        #expect(cursor.big(UInt16.self) == 0x1234)
        #expect(cursor.little(Int32.self) == -2)
        #expect(cursor.count == 1)
        #expect(cursor.rest.elementsEqual([0xAA]))
    }

    @Test("a field that is not all there is nil, and nothing is read")
    func short() {
        var cursor = ByteCursor([1, 2, 3])
        #expect(cursor.little(UInt32.self) == nil)
        #expect(cursor.bytes(-1) == nil)
        let passed = cursor.skip(4)
        #expect(!passed)
        #expect(cursor.count == 3)
        #expect(cursor.bytes(3)?.elementsEqual([1, 2, 3]) == true)
        #expect(cursor.u8() == nil)
    }

    @Test("what is appended is read back", arguments: [0, 1, 0x7F, 0x1234, 0x7FFF_FFFF] as [UInt32])
    func roundTrip(value: UInt32) {
        var bytes: [UInt8] = []
        bytes.appendLittle(value)
        bytes.appendBig(value)
        var cursor = ByteCursor(bytes)
        #expect(cursor.little(UInt32.self) == value)
        #expect(cursor.big(UInt32.self) == value)
    }
}

@Suite("Hex")
struct HexTests {
    @Test("bytes become digits and digits bytes")
    func roundTrip() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hex.bytes(Hex.text(all)) == all)
        #expect(Hex.text([0, 0xAB, 0x0F]) == "00ab0f")
        #expect(Hex.bytes("00 AB\n0f") == [0, 0xAB, 0x0F])
        #expect(Hex.bytes("") == [])
    }

    @Test("half a byte and other characters are refused", arguments: ["0", "0g", "0x00", "é0", "000"])
    func refused(text: String) {
        #expect(Hex.bytes(text) == nil)
    }
}
