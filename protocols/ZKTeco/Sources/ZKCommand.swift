/// The first field of a packet: what is asked (a request) or how it went (a reply).
///
/// Numbers: adrobinoga/zk-protocol and the vendor's communication manual of 2006.
public struct ZKCommand: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    private init(_ number: UInt16) {
        rawValue = number
    }
}

/// Requests. Commands that erase more than the attendance log are left out on purpose.
extension ZKCommand {
    /// Opens a session; sent with session 0.
    public static let connect = ZKCommand(1000)
    /// Closes the session; devices serve one client at a time, so it is always sent.
    public static let exit = ZKCommand(1001)
    /// Lets people punch again after `disable`.
    public static let enable = ZKCommand(1002)
    /// Locks the keypad; a u32 of seconds after which the device unlocks itself may follow.
    public static let disable = ZKCommand(1003)
    /// Makes the device take over changed data: after a set clock, after a cleared log.
    public static let refresh = ZKCommand(1013)
    public static let version = ZKCommand(1100)
    /// Answers `unauthorised` with the scrambled comm key.
    public static let authenticate = ZKCommand(1102)
    public static let getTime = ZKCommand(201)
    public static let setTime = ZKCommand(202)
    /// Reads one `Name` as `Name=Value`.
    public static let readOption = ZKCommand(11)
    public static let freeSizes = ZKCommand(50)
    /// Reads the user table directly: the fallback of old UDP firmware.
    public static let readUsers = ZKCommand(9)
    /// Reads the attendance log directly: the fallback of old UDP firmware, answered with memory garbage
    /// by newer devices.
    public static let readLog = ZKCommand(13)
    /// Erases the whole attendance log.
    public static let clearLog = ZKCommand(15)
    /// Prepares a buffered read of a dataset.
    public static let prepareRead = ZKCommand(1503)
    /// Reads a piece of the prepared dataset.
    public static let readChunk = ZKCommand(1504)
    /// Frees the prepared dataset.
    public static let freeData = ZKCommand(1502)
    /// Registers for events (a u32 mask); every event arrives under the same number.
    public static let event = ZKCommand(500)
}

/// Replies.
extension ZKCommand {
    public static let ok = ZKCommand(2000)
    public static let failed = ZKCommand(2001)
    public static let unauthorised = ZKCommand(2005)
    /// Says how many bytes will follow as `data`.
    public static let prepareData = ZKCommand(1500)
    public static let data = ZKCommand(1501)
    /// Newer firmware that speaks only the vendor's encrypted dialect (fananimi/pyzk#253).
    public static let encryptedOnly = ZKCommand(6001)
    /// "Session lock": the same refusal in another coat.
    public static let sessionLocked = ZKCommand(2032)
    /// The session is not, or no longer, known.
    public static let uninitialised = ZKCommand(65532)
    /// The device does not know the command, or the option.
    public static let unknownCommand = ZKCommand(65535)
}
