import GatehouseTestKit
import OPN2001Wire
import Testing

@Suite("OPN-2001 reader")
struct OPNReaderTests {
    static let serial: [UInt8] = [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]
    static let identity = OPNIdentity(serial: serial, firmware: Array("RBBV0214".utf8), status: 22)
    static let dump = OPNDump(
        serial: serial,
        scans: [
            OPNScan(symbology: 3, code: Array("CP-0007".utf8), stamp: 0x01E4_5ADA),
            OPNScan(symbology: 28, code: Array("PATROL|A-12".utf8), stamp: 0x0A24_5ADA),
        ])

    @Test(
        "keeps every framer's promises, whatever is expected",
        arguments: [
            (.interrogate, .identity(identity)), (.clear, .done), (.time, .time(OPNTime(stamp: 0x01E4_5ADA))),
            (.parameter(.storeTime), .parameter(.storeTime, 1)), (.data, .data(dump)),
        ] as [(OPNRequest, OPNReply)])
    func verified(request: OPNRequest, reply: OPNReply) {
        let verifier = WireVerifier(
            make: {
                var reader = OPNReader()
                reader.expect(request, serial: Self.serial)
                return reader
            },
            receive: { $0.receive($1) }, next: { $0.next() },
            isFrame: { if case .reply = $0 { true } else { false } },
            pending: { ($0.pendingCount, request == .data ? OPNReader.dataLimit + 300 : 23) }, protection: .checksum)
        let samples = [
            WireSample("one", bytes: reply.bytes, frames: [OPNReader.Outcome.reply(reply)]),
            WireSample("two", bytes: reply.bytes + reply.bytes, frames: [.reply(reply), .reply(reply)]),
        ]
        #expect(verifier.failures(in: samples, seed: 20_261_122) == [])
    }

    @Test("a late answer to the request before is noise, and the answer is found behind it")
    func lateAnswer() {
        var reader = OPNReader()
        reader.expect(.parameter(.storeTime))
        reader.receive(OPNReply.identity(Self.identity).bytes + OPNReply.parameter(.storeTime, 1).bytes)
        #expect(reader.next() == .noise(count: 23))
        #expect(reader.next() == .reply(.parameter(.storeTime, 1)))
        #expect(reader.next() == nil)
    }

    @Test("the answer for another parameter is none")
    func otherParameter() {
        var reader = OPNReader()
        reader.expect(.parameter(.storeTime))
        reader.receive(OPNReply.parameter(.clearAfterUpload, 1).bytes)
        while let outcome = reader.next() {
            if case .reply = outcome { Issue.record("taken for the answer") }
        }
    }

    @Test("setting may be answered with the value or with nothing")
    func bothForms() {
        for (request, reply) in [
            (.setParameter(.clearAfterUpload, 0), OPNReply.parameter(.clearAfterUpload, 0)),
            (.setParameter(.clearAfterUpload, 0), .done),
            (.setTime(OPNTime(stamp: 0x01E4_5ADA)!), .time(OPNTime(stamp: 0x01E4_5ADA))),
            (.setTime(OPNTime(stamp: 0x01E4_5ADA)!), .done),
        ] as [(OPNRequest, OPNReply)] {
            var reader = OPNReader()
            reader.expect(request)
            reader.receive(reply.bytes)
            #expect(reader.next() == .reply(reply))
        }
    }

    @Test("data of another scanner are not taken")
    func otherScanner() {
        var reader = OPNReader()
        reader.expect(.data, serial: [1, 2, 3, 4, 5, 6, 7, 8])
        reader.receive(OPNReply.data(Self.dump).bytes)
        while let outcome = reader.next() {
            if case .reply = outcome { Issue.record("taken") }
        }
    }

    @Test("a wrong check or an impossible length spoils the data, and all that follows, until something is expected")
    func spoilt() {
        var wrongCheck = OPNReply.data(Self.dump).bytes
        wrongCheck[wrongCheck.count - 1] ^= 1
        let impossible = [0x06, 0x02] + Self.serial + [0x03, 0x01, 0x41, 0x00]
        for bytes in [wrongCheck, impossible] {
            var reader = OPNReader()
            reader.expect(.data, serial: Self.serial)
            reader.receive(bytes + OPNReply.data(Self.dump).bytes)
            guard case .damaged = reader.next() else {
                Issue.record("not noticed")
                continue
            }
            #expect(reader.next() == nil)
            #expect(reader.pendingCount == 0)
            reader.expect(.data, serial: Self.serial)
            reader.receive(OPNReply.data(Self.dump).bytes)
            #expect(reader.next() == .reply(.data(Self.dump)))
        }
    }

    @Test("the check may leave the serial number out, where that is set", arguments: OPNDataCheck.allCases)
    func checkScope(check: OPNDataCheck) {
        for other in OPNDataCheck.allCases {
            var reader = OPNReader(check: check)
            reader.expect(.data, serial: Self.serial)
            reader.receive(Self.dump.bytes(check: other))
            if check == other {
                #expect(reader.next() == .reply(.data(Self.dump)))
            } else if case .damaged = reader.next() {
            } else {
                Issue.record("the wrong check was taken")
            }
        }
    }

    @Test("data that never end are given up at the limit, and memory stays within it")
    func endless() {
        var reader = OPNReader()
        reader.expect(.data, serial: Self.serial)
        reader.receive([0x06, 0x02] + Self.serial)
        var damaged = 0
        let records = (0..<100).flatMap { _ in OPNScan(symbology: 3, code: [0x41], stamp: 1).bytes }
        for _ in 0..<1000 {
            reader.receive(records)
            while let outcome = reader.next() { if case .damaged = outcome { damaged += 1 } }
            #expect(reader.pendingCount <= OPNReader.dataLimit + records.count)
        }
        #expect(damaged == 1)
        #expect(reader.pendingCount == 0)
    }

    @Test("nothing expected, nothing found")
    func idle() {
        var reader = OPNReader()
        reader.receive(OPNReply.identity(Self.identity).bytes)
        #expect(reader.next() == nil)
        #expect(reader.pendingCount == 0)
    }
}

@Suite("OPN-2001 memory")
struct OPNDumpTests {
    @Test("scans come out in any portions, and a place beyond the end gives none", arguments: [1, 2, 7, 1000])
    func portions(limit: Int) {
        let scans = (0..<20).map { OPNScan(symbology: 1, code: Array("C\($0)".utf8), stamp: UInt32($0)) }
        let dump = OPNDump(serial: OPNReaderTests.serial, scans: scans)
        var found: [OPNScan] = []
        var place = 0
        while place < dump.records.count {
            let (portion, next) = dump.scans(from: place, limit: limit)
            #expect(portion.count <= limit && next > place)
            found += portion
            place = next
        }
        #expect(found == scans && dump.count == 20)
        #expect(dump.scans(from: 10_000, limit: 5).scans.isEmpty)
    }

    @Test(
        "records whose lengths do not fit are no memory",
        arguments: [[4, 1, 0, 0, 0], [6, 1, 65, 0, 0, 0], [0], [5, 3, 0, 0, 0, 0, 9]] as [[UInt8]])
    func unfit(records: [UInt8]) {
        #expect(OPNDump(serial: OPNReaderTests.serial, records: records) == nil)
    }

    @Test("another scan, or another scanner, is another fingerprint")
    func fingerprint() {
        let dump = OPNReaderTests.dump
        let more = OPNDump(
            serial: dump.serial, scans: dump.scans(from: 0, limit: 1).scans)
        let other = OPNDump(serial: [1, 2, 3, 4, 5, 6, 7, 8], records: dump.records)
        #expect(Set([dump.fingerprint, more.fingerprint, other?.fingerprint ?? 0]).count == 3)
    }

    @Test("symbologies have names, and a number that is not known has none")
    func names() {
        #expect(OPNSymbology.name(of: 0x03) == "Code 128")
        #expect(OPNSymbology.name(of: 0xFE) == nil)
    }
}
