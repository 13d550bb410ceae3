/// Why the bus could not start, or a socket could not be made. The message names the next move.
public struct BusError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong and what to do about it, for an operator.
    public var message: String

    public init(_ message: String) {
        self.message = message
    }

    public var description: String { message }
}

/// A refusal as a client sees it: `ERROR`, code, message.
public struct BusRefusal: Error, Hashable, Sendable {
    /// The closed list of codes on the wire.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// Frames missing, too many, or not of the length that the verb asks for.
        case malformed
        case unknownVerb = "unknown-verb"
        /// The client's role or name does not allow it.
        case forbidden
        /// No event that Gatehouse takes; the message begins with the field at fault.
        case invalidEvent = "invalid-event"
        /// An event over 64 KiB or a request over 1 MiB.
        case tooLarge = "too-large"
        case unknownDevice = "unknown-device"
        /// Too much of this client's, or of everybody's, is under way. Ask again later.
        case busy
        case diskFull = "disk-full"
        /// Gatehouse cannot do it now. Ask again later.
        case unavailable
    }

    public var code: Code
    /// What is wrong and what would be right, in plain words.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
