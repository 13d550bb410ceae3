import FCARDWire
import GatehouseTestKit
import Testing

@Suite("FCARD framer")
struct FCARDFramerTests {
    /// Data with both bytes that are escaped.
    let first = FCARDFrame(address: 1, infoCode: 0x7E7F, type: 0x34, index: 0x06, data: [0x7E, 0x7F, 0x01, 0x02, 0x00])
    let second = FCARDFrame(address: 1, infoCode: 0x1234, type: 0x21, index: 0x01)

    @Test("keeps every framer's promises")
    func verified() {
        let samples = [
            WireSample("escaped", bytes: first.bytes, frames: [FCARDFramer.Outcome.frame(first)]),
            WireSample("short", bytes: second.bytes, frames: [.frame(second)]),
        ]
        #expect(verifier(.none).failures(in: samples, seed: 20_261_122) == [])
    }

    @Test("no single wrong bit makes another packet of records")
    func protected() {
        let records = FCARDFrame(
            address: 1, infoCode: 0x1234, type: 0x34, index: 0x06, data: [0, 0, 0, 0, 0x7E, 0x01, 0x02, 0x7F])
        let samples = [WireSample("records", bytes: records.bytes, frames: [FCARDFramer.Outcome.frame(records)])]
        #expect(verifier(.checksum).failures(in: samples, seed: 20_261_122) == [])
    }

    @Test("but one that hits an escape can: so records are read twice")
    func weakness() {
        var bytes = first.bytes
        bytes[2] ^= 0x02
        var framer = FCARDFramer()
        framer.receive(bytes)
        guard case .frame(let stranger) = framer.next() else {
            Issue.record("the sum has become stronger")
            return
        }
        #expect(stranger != first)
    }

    private func verifier(
        _ protection: WireVerifier<FCARDFramer, FCARDFramer.Outcome>.Protection
    ) -> WireVerifier<FCARDFramer, FCARDFramer.Outcome> {
        WireVerifier(
            make: { FCARDFramer() }, receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .frame = $0 { true } else { false } },
            pending: { ($0.pendingCount, 524) }, protection: protection)
    }

    @Test("marks between packets say nothing, and one mark may end one and begin the next")
    func marks() {
        var framer = FCARDFramer()
        framer.receive([0x7E, 0x7E] + first.bytes.dropLast() + second.bytes + [0x7E])
        #expect(framer.next() == .frame(first))
        #expect(framer.next() == .frame(second))
        #expect(framer.next() == nil)
    }

    @Test("after noise the next packet is whole")
    func noise() {
        var framer = FCARDFramer()
        framer.receive([0x00, 0x41] + second.bytes)
        #expect(framer.next() == .damaged(count: 2))
        #expect(framer.next() == .frame(second))
    }

    @Test("a megabyte without a mark is not kept, and is one damaged packet")
    func endless() {
        var framer = FCARDFramer()
        for _ in 0..<256 {
            framer.receive(Array(repeating: 0x41, count: 4096))
            #expect(framer.next() == nil)
            #expect(framer.pendingCount <= 524)
        }
        framer.receive(second.bytes)
        #expect(framer.next() == .damaged(count: 1 << 20))
        #expect(framer.next() == .frame(second))
    }
}

@Suite("FCARD contents")
struct FCARDContentTests {
    @Test(
        "unread records are counted as the maker does, around the end of the memory too",
        arguments: [
            (FCARDCounts(capacity: 100, write: 42, read: 40, isWrapped: false), 40, 2),
            (FCARDCounts(capacity: 100, write: 40, read: 40, isWrapped: false), 40, 0),
            (FCARDCounts(capacity: 100, write: 10, read: 90, isWrapped: false), 90, 20),
            (FCARDCounts(capacity: 100, write: 10, read: 100, isWrapped: false), 100, 10),
            (FCARDCounts(capacity: 100, write: 10, read: 30, isWrapped: true), 10, 100),
            (FCARDCounts(capacity: 100, write: 101, read: 5000, isWrapped: false), 0, 0),
            (FCARDCounts(capacity: 0, write: 0, read: 0, isWrapped: true), 0, 0),
            (FCARDCounts(capacity: .max, write: 0, read: .max, isWrapped: false), .max, 0),
        ] as [(FCARDCounts, UInt32, UInt32)])
    func counts(counts: FCARDCounts, start: UInt32, unread: UInt32) {
        #expect(counts.start == start && counts.unread == unread)
    }

    @Test(
        "a card's five written forms",
        arguments: [
            (6_547_886, ["06547886", "0006547886", "63E9AE", "09959822", "099,59822"]),
            (0, ["00000000", "0000000000", "000000", "00000000", "000,00000"]),
            (0xFFFF_FFFF, ["16777215", "0016777215", "FFFFFF", "25565535", "255,65535"]),
        ] as [(UInt32, [String])])
    func numbers(card: UInt32, forms: [String]) {
        #expect(FCARDNumber.allCases.map { $0.text(of: card) } == forms)
    }

    @Test(
        "a reply whose size does not fit is none",
        arguments: [
            (.number, 0x31, 0x01, []), (.counts, 0x34, 0x01, [1, 2, 3]),
            (.records(first: 1, count: 1), 0x34, 0x06, [0, 0, 0]),
            (.records(first: 1, count: 1), 0x34, 0x06, [0, 0, 0, 2, 1]),
            (.records(first: 1, count: 1), 0x34, 0x06, [255, 255, 255, 255, 1]),
            (.records(first: 1, count: 1), 0xF4, 0x06, [1]), (.time, 0x32, 0x01, [0]), (.status, 0x31, 0x05, [1]),
            (.number, 0x32, 0x01, [1]),
        ] as [(FCARDRequest, UInt8, UInt8, [UInt8])])
    func misfits(request: FCARDRequest, type: UInt8, index: UInt8, data: [UInt8]) {
        let frame = FCARDFrame(address: 1, infoCode: 1, type: type, index: index, data: data)
        #expect(FCARDReply(frame, to: request) == nil)
    }

    @Test("clock and records write the same time differently, and a date that does not exist is none")
    func times() throws {
        let time = try #require(FCARDTime(year: 2026, month: 11, day: 22, hour: 8, minute: 30, second: 5))
        #expect(time.clockBytes == [0x05, 0x30, 0x08, 0x22, 0x11, 0x26])
        #expect(time.recordBytes == [26, 11, 22, 8, 30, 5])
        #expect(FCARDTime(year: 2026, month: 2, day: 29, hour: 0, minute: 0, second: 0) == nil)
        #expect(FCARDTime(year: 2024, month: 2, day: 29, hour: 0, minute: 0, second: 0) != nil)
        let wrong = FCARDFrame(address: 1, infoCode: 1, type: 0x32, index: 1, data: [0x5A, 0, 0, 1, 1, 0x26])
        #expect(FCARDReply(wrong, to: .time) == .time(nil))
    }

    @Test("status and counts are read as they are written")
    func ownForms() {
        let status = FCARDFrame(
            address: 1, infoCode: 1, type: 0x31, index: 5, data: FCARDStatus(battery: 80, unread: 7).bytes)
        #expect(FCARDReply(status, to: .status) == .status(FCARDStatus(battery: 80, unread: 7)))
        let counts = FCARDCounts(capacity: 60_000, write: 5, read: 3, isWrapped: true)
        let frame = FCARDFrame(address: 1, infoCode: 1, type: 0x34, index: 1, data: counts.bytes)
        #expect(FCARDReply(frame, to: .counts) == .counts(counts))
    }

    @Test("a live card is three bytes and nothing else is one")
    func live() {
        func frame(_ data: [UInt8]) -> FCARDFrame {
            FCARDFrame(address: 1, infoCode: 0, type: 0x31, index: 0x0E, data: data)
        }
        #expect(FCARDLiveCard(frame([0x63, 0xE9, 0xAE]))?.card == 6_547_886)
        #expect(FCARDLiveCard(frame([0x63, 0xE9])) == nil)
    }
}
