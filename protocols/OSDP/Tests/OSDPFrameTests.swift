import GatehouseModel
import GatehouseWireKit
import OSDPWire
import Testing

@Suite("OSDP frames")
struct OSDPFrameTests {
    @Test("the file of vectors is whole")
    func vectorsAreThere() {
        #expect(OSDPVector.all.count == 63)
    }

    @Test("a recorded command is read, means what the file says, and is written the same", arguments: OSDPVector.all)
    func command(vector: OSDPVector) throws {
        guard vector.note != "bad CRC: the PD stays silent" else {
            #expect(OSDPFrame(vector.command[...]) == nil)
            return
        }
        let frame = try frame(vector.command)
        #expect(!frame.isReply)
        #expect(frame.bytes == vector.command)
        guard let plain = vector.plainCommand else { return }
        #expect(frame.code == plain.code)
        if frame.security?.isSealed != true { #expect(frame.data == plain.data) }
    }

    @Test("a recorded reply is read, means what the file says, and is written the same", arguments: OSDPVector.all)
    func reply(vector: OSDPVector) throws {
        guard let bytes = vector.reply else { return }
        let frame = try frame(bytes)
        #expect(frame.isReply)
        #expect(frame.bytes == bytes)
        if let code = vector.replyCode { #expect(frame.code == code) }
        if let data = vector.replyData, frame.security?.isSealed != true { #expect(frame.data == data) }
    }

    @Test("the published checks hold")
    func checks() throws {
        #expect(OSDPCheck.crc16(Array("123456789".utf8)) == 0xE5CC)
        let annex = try #require(OSDPVector.file["sia_annex_e"])
        for check in [("crc", "crc_on_wire", OSDPCheck.crc16), ("checksum", "checksum", .checksum)] {
            let entries = try #require(annex[check.0]?.elements)
            #expect(entries.count == 2)
            for entry in entries {
                #expect(check.2.bytes(over: entry.bytes("bytes") ?? []) == entry.bytes(check.1))
            }
        }
    }

    @Test("a frame with a checksum adds up to nothing")
    func sum() {
        let frame = OSDPFrame(address: 5, isReply: false, sequence: 2, check: .checksum, code: 0x60, data: [1, 2, 200])
        #expect(frame.bytes.reduce(0, &+) == 0)
        #expect(OSDPFrame(frame.bytes[...]) == frame)
    }

    @Test(
        "what is no frame is none",
        arguments: [
            "", "53", "530108000460ba", "530108000460ba0000", "540108000460ba00",
            // A block longer than the frame, of length 0, of length 1, and one that leaves no code.
            "53010a000c09116060", "53010a000c00116060", "53010a000c01116060",
        ])
    func noFrame(hex: String) throws {
        let bytes = try #require(Hex.bytes(hex))
        #expect(OSDPFrame(bytes[...]) == nil)
        let checked = bytes.count > 6 ? Array(bytes.dropLast(2)) : bytes
        let block = checked + OSDPCheck.crc16.bytes(over: checked)
        if hex.hasPrefix("53010a000c") { #expect(OSDPFrame(block[...]) == nil) }
    }

    @Test("a sealed frame without room for its MAC is none")
    func noRoomForMAC() {
        let body: [UInt8] = [0x53, 0x81, 0x0C, 0x00, 0x0D, 0x02, 0x16, 0x40, 1, 2]
        let bytes = body + OSDPCheck.crc16.bytes(over: body)
        #expect(OSDPFrame(bytes[...]) == nil)
    }
}
