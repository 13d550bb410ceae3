public import GatehouseModel

/// One device's protocol as a plain value: it is handed bytes and time and says what to do. It never reads, waits or
/// asks the time, so a million sessions can be played to it from a seed.
///
/// A driver lives as long as its device is configured; links come and go beneath it (`linkOpened`, `linkClosed`).
/// What it must not forget between two links (which record layout worked, the last count) it may keep; after a
/// restart it starts anew, and the journal makes records that are read again the same events.
public protocol DeviceDriver: Sendable {
    /// Takes one input and returns what follows from it, to be carried out in order.
    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect]
}

/// What can happen to a driver.
public enum DriverInput: Hashable, Sendable {
    /// A link to the device stands. Nothing has been said on it.
    case linkOpened(Transport)
    /// What one read gave: on serial and TCP any piece of the stream, on UDP one datagram. Never empty.
    case received([UInt8])
    /// The readings handed over with this receipt are on disk: the device may forget them now.
    case recorded(Receipt)
    /// The time asked for with `wake` has come.
    case woke
    /// A person or a service asks something of the device; answer with `answered`.
    case command(DeviceCommand, CommandID)
    /// The gateway is about to close the link, because it stops or the device has moved: what is said now still goes
    /// out.
    case linkClosing
    /// The link is gone, for whatever reason. No answer can be sent any more.
    case linkClosed
}

/// What a driver wants done.
public enum DriverEffect: Hashable, Sendable {
    /// Bytes for the device; on UDP one datagram.
    case send([UInt8])
    /// Readings to store. When all of them are on disk the driver hears `recorded` with the receipt.
    case observed([Observation], Receipt)
    /// Asks for `woke` after this time. One timer a driver: a new one replaces the last.
    case wake(after: Duration)
    /// The device has said who it is. Sent again when something changes.
    case identified(DeviceFacts)
    /// The device's clock was compared with ours.
    case clock(DeviceClock)
    /// Every reading that the device holds up to this moment has been handed over, and is on disk.
    case synced(through: Moment)
    /// How full the device's memory is.
    case status(DeviceStatus)
    /// Frames whose check was right and wrong since the last such effect.
    case frames(good: Int, bad: Int)
    /// Something is wrong with the device or its line. Raw bytes that explain it may be kept for diagnosis.
    case faulted(DeviceFault)
    /// The answer to a command.
    case answered(CommandID, CommandAnswer)
    /// This link is of no use any more: close it. The next one is opened after a pause, or at once on the next
    /// transport.
    case abandonLink(AbandonReason)
}

/// A name that the driver gives to what it handed over.
public struct Receipt: Hashable, Sendable {
    public var number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }
}

/// What kind of link it is; the address is none of the driver's business.
public enum Transport: String, Hashable, Sendable {
    case serial
    case tcp
    case udp
}

/// Why a driver gives a link up.
public enum AbandonReason: Hashable, Sendable {
    /// The device does not answer, or answers nonsense: close, and try again after a pause.
    case silent
    /// What came could not be understood from some point on.
    case garbled
    /// Nothing was heard on this transport from the beginning: try the family's next one.
    case wrongTransport
    /// Trying again soon would be refused in the same way (a wrong key): pause as long as the rules allow.
    case refused
}
