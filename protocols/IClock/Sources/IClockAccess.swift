/// One event of the access-control flavour, from a row of `rtlog` (`time=…⇥pin=…⇥…`) or of the table `transaction`
/// (`Cardno=…⇥Pin=…⇥Verified=…⇥DoorID=…⇥EventType=…⇥InOutState=…⇥Time_second=…`).
public struct IClockAccess: Hashable, Sendable {
    /// Nil or `0` for nobody.
    public var pin: String?
    /// `YYYY-MM-DD hh:mm:ss`; nil where the row has the number of seconds instead.
    public var time: String?
    /// The time as the standalone protocol codes it.
    public var timeCode: UInt32?
    public var card: String?
    public var door: String?
    /// What happened; below 20 somebody was let in.
    public var event: Int
    /// 0 in, 1 out, 2 neither.
    public var inOut: String?
    public var verify: String?

    /// Reads one row without its end; nil without a time or an event.
    public init?(_ line: ArraySlice<UInt8>) {
        guard line.count <= 2048 else { return nil }
        let fields = IClockFields(Self.withoutTable(line), separators: [9])
        guard let event = fields.first(of: "event", "EventType").flatMap(IClockText.number),
            (0...100_000).contains(event)
        else { return nil }
        self.event = event
        time = fields["time"].flatMap(IClockText.time)
        timeCode = fields["Time_second"].flatMap { UInt32($0) }
        guard time != nil || timeCode != nil else { return nil }
        pin = fields["pin"].flatMap { $0.isEmpty || $0 == "0" || $0.utf8.count > 32 ? nil : $0 }
        card = fields["cardno"].flatMap { $0.isEmpty || $0 == "0" ? nil : $0 }
        door = fields.first(of: "eventaddr", "DoorID")
        inOut = fields.first(of: "inoutstatus", "InOutState")
        verify = fields.first(of: "verifytype", "Verified")
    }

    /// Rows of a table begin with its name and a space on some firmware.
    private static func withoutTable(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let space = line.firstIndex(of: 0x20), let equals = line.firstIndex(of: UInt8(ascii: "=")),
            space < equals
        else { return line }
        return line[(space + 1)...]
    }
}
