public import GatehouseDriverKit

/// Why a port could not be opened or used, by what the operator can do about it.
///
/// The description names the next move but neither the device nor its address: whoever reports it puts them
/// in front.
public enum PortError: Error, Hashable, Sendable {
    /// Nothing is at the path: the device is unplugged. It is looked for again by itself.
    case absent
    /// Another program holds the terminal.
    case busy
    /// The operating system does not let us open it.
    case notPermitted
    /// The operating system lets only this group open it: `input` for keyboards and HID scanners.
    case notInGroup(String)
    /// The path names something else: a file, a disk, a console that is none.
    case notATerminal
    /// The path names something that is no keyboard (`.evdev`) or no HID device (`.hidraw`).
    case wrongKind(Transport)
    /// The adapter cannot make the line that was asked for.
    case unsupported(LineTrait)
    /// The host answers, but nobody listens at that port.
    case refused
    /// No way to the host: no route, no such name, the network is down.
    case unreachable
    /// No answer within the time allowed, or the device took no bytes for that long.
    case timedOut
    /// More bytes were waiting to be sent than a port may hold. Nothing of this message was sent.
    case backedUp
    /// Nothing can be sent to a keyboard.
    case readOnly
    /// Another program listens at this address and port.
    case addressInUse
    /// This machine does not have the address at which to listen.
    case noSuchAddress
    /// Ports below 1024 are not everybody's.
    case privilegedPort
    /// The port had ended before or while this was sent.
    case ended(PortEnding)
    /// The waiting task was cancelled.
    case cancelled
    /// Anything else the operating system said.
    case failed(code: Int32, text: String)

    /// What of a serial line an adapter may be unable to do.
    public enum LineTrait: String, Hashable, Sendable {
        case rate
        /// Data bits, parity or stop bits.
        case framing
        case rs485
    }
}

extension PortError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .absent: "nothing is plugged in there; waiting for it to appear"
        case .busy: "another program has it open; stop that program (often ModemManager), it is tried again"
        case .notPermitted: "not permitted; add the user that runs gatehouse to the group dialout and log in again"
        case .notInGroup(let group):
            "not permitted; install packaging/60-gatehouse.rules, and add the user that runs gatehouse to the group "
                + "\(group)"
        case .wrongKind(.hidraw): "this is no HID device; correct the path in the site file (/dev/hidraw0, …)"
        case .wrongKind: "this is no keyboard's device; correct the path in the site file (/dev/input/event0, …)"
        case .notATerminal: "this is not a serial port; correct the path in the site file"
        case .unsupported(.rate): "the adapter cannot make this rate; choose another rate or adapter"
        case .unsupported(.framing):
            "the adapter cannot make these data bits, parity and stop bits; choose others or another adapter"
        case .unsupported(.rs485):
            "the adapter's driver cannot switch an RS-485 line; turn rs485 off if the adapter switches by itself"
        case .refused: "the host is there but refuses the connection; check the device's port number"
        case .unreachable: "the host cannot be reached; check its address and the network"
        case .timedOut: "no answer in time; check that the device is switched on and the address is right"
        case .backedUp: "the device takes no bytes and too many wait; nothing more is sent until it does"
        case .readOnly: "a keyboard scanner takes no bytes; the driver chosen for it is the wrong one"
        case .addressInUse: "another program listens there; stop it, or choose another port here and at the device"
        case .noSuchAddress: "this machine has no such address; write 0.0.0.0 to listen at all of its addresses"
        case .privilegedPort: "not permitted below port 1024; choose a higher port here and at the device"
        case .ended(let ending): "\(ending)"
        case .cancelled: "given up because the gateway is stopping or its settings changed"
        case .failed(let code, let text): "\(text) (errno \(code))"
        }
    }
}

/// Why an open port came to its end.
public enum PortEnding: Hashable, Sendable {
    /// We closed it.
    case closedHere
    /// The terminal is gone: the cable was pulled or the device switched off.
    case unplugged
    /// The other side closed the connection in good order.
    case closedByPeer
    /// The device has called in again, as after a power cut; its new connection takes the place of this one.
    case calledAgain
    /// The other side, or something on the way, cut the connection.
    case reset
    /// A datagram was answered with "nobody listens here".
    case refused
    /// The device took no bytes for as long as a message may wait.
    case stalled
    /// Anything else the operating system said.
    case failed(code: Int32, text: String)
}

extension PortEnding: CustomStringConvertible {
    public var description: String {
        switch self {
        case .closedHere: "closed by the gateway"
        case .unplugged: "unplugged"
        case .closedByPeer: "closed by the device"
        case .calledAgain: "the device called again"
        case .reset: "the connection was cut"
        case .refused: "nobody listens at this port; check the device's port number"
        case .stalled: "the device stopped taking bytes"
        case .failed(let code, let text): "\(text) (errno \(code))"
        }
    }
}
