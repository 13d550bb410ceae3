/// One line of `attlog.dat`, the file that a terminal writes to a USB stick: TAB-separated user id, time,
/// device number, state, verification, work code. The order "state, then verification" is the vendor's;
/// many descriptions have it reversed.
public struct AttlogLine: Hashable, Sendable {
    /// Spaces around it trimmed: the file aligns it to the right.
    public var userID: String
    /// The device's own clock.
    public var time: ZKTime
    /// The device number of the menu, 1 to 254, as text.
    public var deviceNumber: String?
    public var state: UInt8?
    public var verify: UInt8?
    public var workCode: String?

    /// Reads one line, its ending or none behind it. Two columns are enough. Nil for anything else: an
    /// empty line, or the `SN` and `CheckSum` lines that some firmware adds; such a line is to be counted
    /// and passed over.
    public init?(_ line: some Sequence<UInt8>) {
        let bytes = Array(line)
        guard bytes.count <= 512, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let columns = text.split(omittingEmptySubsequences: false) { $0 == "\t" || $0.isNewline }
            .map { ZKText.trimmed(String($0)) }
        guard columns.count >= 2, !columns[0].isEmpty, columns[0].utf8.count <= 24,
            columns[0].unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
            let time = ZKTime(text: columns[1][...])
        else { return nil }
        userID = columns[0]
        self.time = time
        func column(_ index: Int) -> String? {
            index < columns.count && !columns[index].isEmpty ? columns[index] : nil
        }
        deviceNumber = column(2)
        state = column(3).flatMap(ZKPunchMark.code)
        verify = column(4).flatMap(ZKPunchMark.code)
        workCode = column(5)
    }

    /// Whether the head of a file is that of a text file. The menu can encrypt the export; then nothing
    /// can be read, and the operator must turn that option off.
    public static func looksLikeText(_ head: some Sequence<UInt8>) -> Bool {
        head.allSatisfy { (0x20...0x7E).contains($0) || $0 >= 0x80 || $0 == 9 || $0 == 10 || $0 == 13 }
    }

    /// The line as a terminal writes it, CR LF behind it.
    public static func text(_ punch: ZKPunch, deviceNumber: Int = 1) -> String {
        let id = punch.userID ?? ""
        let indent = String(repeating: " ", count: max(0, 9 - id.utf8.count))
        return
            "\(indent)\(id)\t\(punch.time.text())\t\(deviceNumber)"
            + "\t\(punch.state)\t\(punch.verify)\t\(punch.workCode ?? 0)\r\n"
    }
}
