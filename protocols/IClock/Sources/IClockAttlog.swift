/// One line of the table ATTLOG: a punch as a device pushes it.
///
/// `Pin ⇥ Time ⇥ Status ⇥ Verify ⇥ Workcode ⇥ …`: status before verification, as in `attlog.dat` and opposite to the
/// 40-byte record. Lines of 2 to 12 columns occur; some firmware has spaces for TABs.
public struct IClockAttlog: Hashable, Sendable {
    /// Spaces around it trimmed; leading zeros and letters count.
    public var pin: String
    /// `YYYY-MM-DD hh:mm:ss` by the device's clock. That the date exists is not checked here.
    public var time: String
    /// The key pressed, as text.
    public var status: String?
    /// How the person was recognised, the device's code as text.
    public var verify: String?
    public var workCode: String?
    /// Seconds that the device's clock is ahead of UTC, where the line says so.
    public var timeOffset: Int?
    /// 1 where the device has seen a mask.
    public var mask: String?
    /// Degrees, as the device measured and writes them.
    public var temperature: String?
    /// A person was compared with an identity card: no attendance.
    public var isVerification = false

    /// What a line may be long.
    static let longest = 1024

    public init(
        pin: String, time: String, status: String? = nil, verify: String? = nil, workCode: String? = nil,
        timeOffset: Int? = nil
    ) {
        self.pin = pin
        self.time = time
        self.status = status
        self.verify = verify
        self.workCode = workCode
        self.timeOffset = timeOffset
    }

    /// Reads one line without its end; nil where there is no pin or no time.
    public init?(_ line: ArraySlice<UInt8>) {
        guard let text = IClockText.text(line, limit: Self.longest), let columns = Self.columns(text),
            !columns[0].isEmpty, columns[0].utf8.count <= 32, let time = IClockText.time(columns[1])
        else { return nil }
        func column(_ index: Int) -> String? {
            index < columns.count && !columns[index].isEmpty ? columns[index] : nil
        }
        pin = columns[0]
        self.time = time
        status = column(2)
        verify = column(3)
        workCode = column(4)
        if columns.count == 9 {
            // Devices for identity cards: the card's number and the kind of record in columns 8 and 9.
            isVerification = column(8) == "1"
        } else if columns.count > 9 {
            mask = column(7)
            temperature = column(8)
            timeOffset = (column(10) ?? "").isEmpty ? nil : column(10).flatMap(Self.offset)
        }
    }

    /// The columns, at least two: between TABs, or between runs of spaces where there is no TAB, date and time
    /// together again.
    private static func columns(_ text: String) -> [String]? {
        if text.utf8.contains(9) {
            return text.split(separator: "\t", omittingEmptySubsequences: false).map(IClockText.trimmed)
        }
        let words = text.split(separator: " ").map(String.init)
        if words.count >= 2, words[1].contains("T") { return words }
        guard words.count >= 3 else { return nil }
        return [words[0], words[1] + " " + words[2]] + words.dropFirst(3)
    }

    /// `+28800`; only with its sign or as whole quarters of an hour is the column taken for an offset.
    private static func offset(_ text: String) -> Int? {
        guard let seconds = IClockText.number(text), abs(seconds) <= 18 * 3600, seconds % 900 == 0 else { return nil }
        return seconds
    }

    /// The line as a device writes it with seven columns, LF behind it; with twelve where it has a time offset.
    public var line: String {
        let head = "\(pin)\t\(time)\t\(status ?? "")\t\(verify ?? "")\t\(workCode ?? "0")\t0\t0"
        guard let timeOffset else { return head + "\n" }
        return head + "\t0\t0\t0\t\(timeOffset < 0 ? "" : "+")\(timeOffset)\t\n"
    }
}
