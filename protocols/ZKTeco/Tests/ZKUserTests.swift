import Testing
import ZKTecoWire

@Suite("ZKTeco user table")
struct ZKUserTests {
    @Test("a published row is read as published, its password passed over")
    func published() throws {
        let vector = try #require(Vector.named("user72-zkp").first)
        let user = try #require(ZKUser(vector.bytes[...], layout: .long))
        #expect(user == ZKUser(uid: 13, name: Array("Ned".utf8), card: 222, group: 2, userID: "555"))
    }

    @Test("the row inside a published user write is read too")
    func publishedWrite() throws {
        let vector = try #require(Vector.named("zkp-user-wrq").first)
        let user = try #require(ZKUser(vector.bytes[8...], layout: .long))
        let expected = ZKUser(
            uid: 14, privilege: 6, name: Array("Nuevo".utf8), card: 6543, group: 1, userID: "11224488")
        #expect(user == expected)
    }

    @Test("a row survives being written and read", arguments: ZKUser.Layout.allCases)
    func roundTrips(layout: ZKUser.Layout) {
        let user = ZKUser(uid: 9, privilege: 14, name: Array("Li".utf8), card: 0xA1B2_C3D4, group: 3, userID: "70000")
        #expect(user.bytes(layout).count == layout.rawValue)
        #expect(ZKUser(user.bytes(layout)[...], layout: layout) == user)
    }

    @Test(
        "P1: 504 bytes are 18 short rows or 7 long ones, as the count says",
        arguments: [
            (ZKUser.Layout.short, 18), (.long, 7),
        ])
    func ambiguous(layout: ZKUser.Layout, count: Int) throws {
        let users = (1...count).map { ZKUser(uid: UInt16($0), userID: String(1000 + $0)) }
        let dataset = ZKDataset.bytes(users.map { $0.bytes(layout) })
        #expect(dataset.count == 508)
        #expect(try ZKUserTable.read(dataset, count: count) == users)
    }

    @Test("rows of zeros beyond the count are freed slots", arguments: ZKUser.Layout.allCases)
    func surplusZeros(layout: ZKUser.Layout) throws {
        let users = (1...5).map { ZKUser(uid: UInt16($0), userID: String($0)) }
        let rows =
            users.map { $0.bytes(layout) }
            + [[UInt8]](repeating: [UInt8](repeating: 0, count: layout.rawValue), count: 2)
        #expect(try ZKUserTable.read(ZKDataset.bytes(rows), count: 5) == users)
    }

    @Test("somebody enrolled or deleted while the table was read does not spoil it", arguments: [4, 5, 6, 9])
    func movedCount(count: Int) throws {
        let users = (1...5).map { ZKUser(uid: UInt16($0), userID: String($0)) }
        #expect(try ZKUserTable.read(ZKDataset.bytes(users.map { $0.bytes(.long) }), count: count) == users)
    }

    @Test("a table of quite another size than the count is refused", arguments: [0, 1, 14, 500])
    func surplusRows(count: Int) {
        let rows = (1...5).map { ZKUser(uid: UInt16($0), userID: String($0)).bytes(.long) }
        #expect(throws: ZKUserTable.Refusal.self) { try ZKUserTable.read(ZKDataset.bytes(rows), count: count) }
        #expect(throws: ZKUserTable.Refusal.lengthMismatch) { try ZKUserTable.read([9], count: 1) }
    }

    @Test("P15: a Chinese name keeps its bytes and spoils nothing else")
    func chineseName() throws {
        let name = try #require(Vector.named("name-gbk").first).bytes
        let user = ZKUser(uid: 1, name: name, userID: "10023")
        #expect(ZKUser(user.bytes(.long)[...], layout: .long) == user)
        #expect(String(validating: name, as: UTF8.self) == nil)
    }
}
