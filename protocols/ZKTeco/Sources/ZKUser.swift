import GatehouseWireKit

/// One row of the device's user table. The password, which devices store in clear, is never read.
public struct ZKUser: Hashable, Sendable {
    /// The device's internal number.
    public var uid: UInt16
    /// Bit 0 disabled; the rest a level: 0 user, 2 enroller, 6 manager, 10 custom, 14 administrator.
    public var privilege: UInt8
    /// In whatever encoding the device is set to: GB18030 on Chinese firmware, mostly UTF-8 elsewhere;
    /// may be cut in the middle of a character.
    public var name: [UInt8]
    public var card: UInt32
    public var group: UInt8
    /// The number that personnel knows.
    public var userID: String

    public init(
        uid: UInt16, privilege: UInt8 = 0, name: [UInt8] = [], card: UInt32 = 0, group: UInt8 = 1, userID: String
    ) {
        self.uid = uid
        self.privilege = privilege
        self.name = name
        self.card = card
        self.group = group
        self.userID = userID
    }

    /// The two sizes of a row.
    public enum Layout: Int, Hashable, Sendable, CaseIterable {
        /// Black-and-white devices: the user id is a number.
        case short = 28
        /// TFT devices: the user id is text.
        case long = 72
    }

    /// Reads one row; nil for a wrong size or a user id that is no text.
    public init?(_ row: ArraySlice<UInt8>, layout: Layout) {
        guard row.count == layout.rawValue else { return nil }
        var cursor = ByteCursor(row)
        let (password, nameWidth) = layout == .short ? (5, 8) : (8, 24)
        guard let uid = cursor.little(UInt16.self), let privilege = cursor.u8(), cursor.skip(password),
            let name = cursor.bytes(nameWidth), let card = cursor.little(UInt32.self),
            cursor.skip(layout == .short ? 1 : 0), let group = cursor.u8(), cursor.skip(layout == .short ? 2 : 8)
        else { return nil }
        let id =
            layout == .short
            ? cursor.little(UInt32.self).map { String($0) } : cursor.bytes(24).flatMap(ZKText.identifier)
        guard let id else { return nil }
        self.init(
            uid: uid, privilege: privilege, name: Array(ZKText.field(name)), card: card, group: group, userID: id)
    }

    /// The row as a device stores it, the password empty.
    public func bytes(_ layout: Layout) -> [UInt8] {
        var row: [UInt8] = []
        row.appendLittle(uid)
        row.append(privilege)
        let (password, nameWidth) = layout == .short ? (5, 8) : (8, 24)
        row.append(contentsOf: [UInt8](repeating: 0, count: password))
        let name = name.prefix(nameWidth)
        row.append(contentsOf: name + [UInt8](repeating: 0, count: nameWidth - name.count))
        row.appendLittle(card)
        if layout == .short { row.append(0) }
        row.append(group)
        row.append(contentsOf: [UInt8](repeating: 0, count: layout == .short ? 2 : 8))
        if layout == .short {
            row.appendLittle(UInt32(userID) ?? 0)
        } else {
            row.append(contentsOf: ZKText.padded(userID, to: 24))
        }
        return row
    }
}

/// The device's whole user table.
public enum ZKUserTable {
    /// Why a table was not read.
    public enum Refusal: Error, Hashable, Sendable {
        /// The byte count at the front is not the number of bytes that follow it.
        case lengthMismatch
        /// That many bytes are no table of that many users in either size.
        case unknownSize(bytes: Int, users: Int)
        /// The row at this place has no text where the user id should be.
        case implausible(row: Int)
    }

    /// Reads a dataset as it came out of `ZKTransfer`; `count` is the device's own number of users.
    public static func read(_ dataset: [UInt8], count: Int) throws(Refusal) -> [ZKUser] {
        guard let rows = ZKDataset.records(dataset) else { throw .lengthMismatch }
        guard let layout = layout(rows, count: count) else { throw .unknownSize(bytes: rows.count, users: count) }
        var users: [ZKUser] = []
        for (index, start) in stride(from: rows.startIndex, to: rows.endIndex, by: layout.rawValue).enumerated() {
            let row = rows[start..<start + layout.rawValue]
            // Some devices (LX50) send the rows of deleted users, all zero.
            if row.allSatisfy({ $0 == 0 }) { continue }
            guard let user = ZKUser(row, layout: layout) else { throw .implausible(row: index) }
            users.append(user)
        }
        return users
    }

    /// By how many people a table may differ from the device's count, taken a moment before or after: somebody is
    /// enrolled or deleted just then.
    private static let drift = 8

    /// The row size: exactly the count's (504 bytes are 18 short rows or 7 long ones), else the one that
    /// divides and leaves, besides rows of zeros, as many as the device counts, or a few more or fewer.
    private static func layout(_ rows: ArraySlice<UInt8>, count: Int) -> ZKUser.Layout? {
        if rows.isEmpty { return .long }
        if let exact = ZKUser.Layout.allCases.first(where: { $0.rawValue * count == rows.count }) { return exact }
        let fitting = ZKUser.Layout.allCases.filter { rows.count % $0.rawValue == 0 }
        let nearest = fitting.min { off(rows, $0, from: count) < off(rows, $1, from: count) }
        return nearest.flatMap { off(rows, $0, from: count) <= min(drift, count) ? $0 : nil }
    }

    private static func off(_ rows: ArraySlice<UInt8>, _ layout: ZKUser.Layout, from count: Int) -> Int {
        abs(used(rows, size: layout.rawValue) - count)
    }

    private static func used(_ rows: ArraySlice<UInt8>, size: Int) -> Int {
        stride(from: rows.startIndex, to: rows.endIndex, by: size).count { start in
            rows[start..<start + size].contains { $0 != 0 }
        }
    }
}
