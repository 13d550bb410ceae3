import GatehouseDriverKit
import GatehouseModel
import GatehouseRuntime
import ZKTecoDriver
import ZKTecoWire

/// ZKTeco's `attlog.dat` on a USB stick, as the daemon finds it there.
enum AttlogStick {
    static let format = StickFormat(
        families: ["zkteco", "zkteco-push"], writer: writer,
        problem: { head in
            AttlogLine.looksLikeText(head)
                ? nil : "this is no text; where the terminal's menu offers to encrypt the export, turn that off there"
        }, read: read)

    /// `1_attlog.dat` is of the clock with the number 1, `AF4C211360651_attlog.dat` of the one with that serial
    /// number. FAT may have made capitals of the name.
    static func writer(_ name: String) -> StickFormat.Writer? {
        let ending = "_attlog.dat"
        guard name.utf8.count > ending.utf8.count, name.utf8.count <= 64 + ending.utf8.count,
            name.lowercased().hasSuffix(ending)
        else { return nil }
        let who = String(name.dropLast(ending.count))
        guard Identifier.isValid(who) else { return nil }
        return UInt8(who).map { .number("\($0)") } ?? .serial(who)
    }

    static func read(_ lines: [UInt8], _ settings: JSONValue) -> StickFormat.Content {
        var content = StickFormat.Content()
        for line in lines.split(separator: 0x0A) where !line.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
            guard let punch = AttlogLine(line) else {
                content.refused += 1
                continue
            }
            if let number = punch.deviceNumber, content.numbers.count < 8 { content.numbers.insert(number) }
            content.punches.append(
                ZKTecoPunch.reading(
                    of: punch, usesState: settings["direction"]?.text == "device",
                    dialect: settings["verify_codes"]?.text == "old" ? .old : .new))
        }
        return content
    }
}
