import GatehouseBus
import GatehouseModel
import Testing

@Suite("Event header")
struct EventHeaderTests {
    @Test("three integers of 64 bits, big-endian")
    func layout() {
        let header = EventHeader(sequence: 0x0102, previous: 3, recorded: Moment(milliseconds: 0x0A0B0C))
        #expect(
            header.bytes == [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0x0A, 0x0B, 0x0C])
        #expect(EventHeader(header.bytes) == header)
    }

    @Test("another length is no header", arguments: [0, 8, 23, 25, 48])
    func length(count: Int) {
        #expect(EventHeader([UInt8](repeating: 0, count: count)) == nil)
    }

    @Test("a number over 63 bits is none of ours", arguments: [0, 8, 16])
    func tooBig(offset: Int) {
        var bytes = [UInt8](repeating: 0, count: 24)
        bytes[offset] = 0x80
        #expect(EventHeader(bytes) == nil)
    }
}
