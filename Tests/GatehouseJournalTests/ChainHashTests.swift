import Testing

@testable import GatehouseJournal

@Suite("The hash chain")
struct ChainHashTests {
    @Test("the first two links are what SHA-256 elsewhere gives for the documented bytes")
    func vector() {
        let first = ChainHash.origin.following(sequence: 1, previous: 0, recorded: 1_795_000_000_000, body: "{}")
        #expect(first.text == "653a15095b477570dd7c6a0768f7a0c63e8e1c520b152a0b8f4a70e87bbcd306")
        let second = first.following(sequence: 2, previous: 1, recorded: 1_795_000_000_001, body: #"{"a":1}"#)
        #expect(second.text == "720fb3c7823d0d4de1edba6524373e2bff203835b8fe15e7c6b70142bde4e214")
    }

    @Test("a stored hash reads back as itself, and only 32 bytes are one")
    func storage() {
        let hash = ChainHash.origin.following(sequence: 1, previous: 0, recorded: 0, body: "")
        #expect(hash.bytes.withUnsafeBytes { ChainHash($0) } == hash)
        for size in [0, 1, 31, 33, 64] {
            #expect([UInt8](repeating: 0, count: size).withUnsafeBytes { ChainHash($0) } == nil)
        }
    }

    @Test("each part of a row moves the hash")
    func parts() {
        let row = ChainHash.origin.following(sequence: 1, previous: 2, recorded: 3, body: "x")
        let others = [
            row.following(sequence: 1, previous: 2, recorded: 3, body: "x"),
            ChainHash.origin.following(sequence: 2, previous: 2, recorded: 3, body: "x"),
            ChainHash.origin.following(sequence: 1, previous: 3, recorded: 3, body: "x"),
            ChainHash.origin.following(sequence: 1, previous: 2, recorded: 4, body: "x"),
            ChainHash.origin.following(sequence: 1, previous: 2, recorded: 3, body: "y"),
            ChainHash.origin.following(sequence: 1, previous: 2, recorded: 3, body: "xx"),
        ]
        #expect(Set(others + [row]).count == 7)
    }
}

extension ChainHash {
    fileprivate func following(sequence: Int64, previous: Int64, recorded: Int64, body: String) -> ChainHash {
        Array(body.utf8).withUnsafeBytes {
            following(sequence: sequence, previous: previous, recorded: recorded, body: $0)
        }
    }
}
