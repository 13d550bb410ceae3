/// What a device is told in answer to its handshake.
public struct IClockOptions: Hashable, Sendable {
    /// The device's serial number, repeated in the first line.
    public var serial: String
    /// The last stamp that is on disk, by table; nil: none.
    public var attendanceStamp: String?
    public var operationStamp: String?
    /// Seconds before the device tries again after a failure: 30 to 300.
    public var errorDelay = 30
    /// Seconds between questions for commands: 2 to 60.
    public var delay = 10
    /// Seconds that the site's clocks are ahead of UTC.
    public var offsetSeconds = 0

    public init(serial: String) {
        self.serial = serial
    }

    /// Whether a text may stand as a stamp: printable ASCII, 32 bytes at most.
    public static func isStamp(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The zone as the protocol writes it: whole hours below 12 as hours, everything else as minutes, the form in
    /// which half hours and 12 to 14 hours can be said.
    public static func timeZone(offsetSeconds: Int) -> Int {
        let minutes = offsetSeconds / 60
        return minutes % 60 == 0 && abs(minutes) < 720 ? minutes / 60 : minutes
    }

    /// The answer to the attendance flavour. Old firmware knows the short names of the stamps only.
    public var text: String {
        let attendance = attendanceStamp ?? "None"
        let operations = operationStamp ?? "None"
        return """
            GET OPTION FROM: \(serial)
            ATTLOGStamp=\(attendance)
            OPERLOGStamp=\(operations)
            ATTPHOTOStamp=None
            Stamp=\(attendance)
            OpStamp=\(operations)
            PhotoStamp=None
            ErrorDelay=\(errorDelay)
            Delay=\(delay)
            TransTimes=00:00;14:05
            TransInterval=1
            TransFlag=TransData AttLog\tOpLog
            TimeZone=\(Self.timeZone(offsetSeconds: offsetSeconds))
            Realtime=1
            Encrypt=None
            ServerVer=2.2.14
            PushProtVer=2.2.14

            """
    }

    /// The options of the access flavour; `isKnown` where they answer a handshake.
    public func accessText(isKnown: Bool, session: String) -> String {
        let head = isKnown ? "registry=ok\nRegistryCode=\(Self.registryCode(serial))\n" : ""
        return head + """
            ServerVersion=3.1.2
            ServerName=Gatehouse
            PushVersion=3.1.2
            PushProtVer=3.1.2
            ErrorDelay=\(errorDelay)
            RequestDelay=\(delay)
            TransTimes=00:00;14:05
            TransInterval=1
            TransTables=User Transaction
            Realtime=1
            SessionID=\(session)
            TimeoutSec=60

            """
    }

    /// What an enrolled device is given to name itself by: 32 characters at most, always the same for a serial.
    public static func registryCode(_ serial: String) -> String { String(serial.prefix(32)) }

    /// `DateTime=<code>,ServerTZ=+0800`: the code counts as the standalone protocol does, every month of 31 days.
    public static func timeAnswer(code: UInt32, offsetSeconds: Int) -> String {
        let minutes = abs(offsetSeconds / 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "DateTime=\(code),ServerTZ=\(offsetSeconds < 0 ? "-" : "+")\(two(minutes / 60))\(two(minutes % 60))"
    }
}
