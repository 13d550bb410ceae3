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
    /// What the kernel says of the device, just before `linkOpened`: for `.hidraw` the report descriptor.
    case described([UInt8])
    /// A link to the device stands. Nothing has been said on it.
    case linkOpened(Transport)
    /// What one read gave: on serial and TCP any piece of the stream, on UDP one datagram, of `.hidraw` one report,
    /// of `.evdev` whole `struct input_event`s of 24 bytes. Never empty.
    case received([UInt8])
    /// A line that is shared with other devices is this driver's until it says `passLine`; only then may it `send`,
    /// and what the line gives meanwhile is its `received`. For families that declare `sharesLine`.
    case lineGranted
    /// A device that calls in over HTTP asks this; answer with `respond`.
    case requested(DeviceRequest, RequestID)
    /// The readings handed over with this receipt are on disk: the device may forget them now. `known` is false when
    /// a badge or code among them stands for nothing in the site file, though the site file has some.
    case recorded(Receipt, known: Bool = true)
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
    /// Bytes for the device; on UDP one datagram, on `.hidraw` one output report beginning with its number.
    case send([UInt8])
    /// On `.hidraw`, a feature report beginning with its number.
    case feature([UInt8])
    /// This driver's turn on a shared line is over; it would like the next one after this time.
    case passLine(again: Duration)
    /// Asks for the next turn on a shared line as soon as the others allow it, whatever `passLine` said.
    case wantLine
    /// The answer to a request. Requests of a link that ends unanswered are refused by the gateway, so that the
    /// device keeps what it sent.
    case respond(RequestID, DeviceResponse)
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
    /// A keyboard's events from the kernel, the device grabbed so that nothing else is typed into.
    case evdev
    /// A HID device's reports as they are.
    case hidraw
    /// HTTP requests that the device makes.
    case push
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
