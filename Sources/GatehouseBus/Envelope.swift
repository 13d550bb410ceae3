/// Where a reply goes: the connection, and what the client calls its request.
struct ReturnAddress: Hashable, Sendable {
    /// libzmq's routing id of the connection.
    var connection: [UInt8]
    /// A `REQ` socket puts an empty frame first and wants it back.
    var isDelimited: Bool
    var correlation: [UInt8]
}

/// A request taken apart as far as every request is alike:
/// `[connection][delimiter?][correlation][verb][arguments…]`.
struct Envelope: Hashable, Sendable {
    /// The most bytes of a correlation.
    static let correlationLimit = 32
    /// The most bytes of a whole request.
    static let byteLimit = 1 << 20
    /// The most frames of a whole request.
    static let frameLimit = 4_096
    /// The most bytes of one frame that libzmq lets in: enough to answer `too-large`, no more.
    static let wireLimit = byteLimit + (64 << 10)

    var address: ReturnAddress
    var verb: String
    var arguments: ArraySlice<[UInt8]>
    /// Set when the request breaks a rule that holds for all; it can still be answered.
    var refusal: BusRefusal?

    /// Takes a message apart; nil when it is not even a message of a `ROUTER` (no frame after the connection's).
    init?(_ message: Message) {
        guard message.frames.count >= 2 else { return nil }
        let frames = message.frames.dropFirst()
        let isDelimited = Self.beginsWithDelimiter(frames)
        let content = isDelimited ? frames.dropFirst() : frames
        let correlation = content.first ?? []
        address = ReturnAddress(
            connection: message.frames[0], isDelimited: isDelimited,
            correlation: Array(correlation.prefix(Self.correlationLimit)))
        arguments = content.dropFirst(2)
        verb = content.dropFirst().first.flatMap { String(validating: $0.prefix(32), as: UTF8.self) } ?? ""
        refusal = Self.refusal(of: message, correlation: correlation, hasVerb: content.count >= 2)
    }

    /// An empty first frame is a delimiter, unless the frame after it can only be the verb of an empty correlation.
    private static func beginsWithDelimiter(_ frames: ArraySlice<[UInt8]>) -> Bool {
        guard frames.first?.isEmpty == true else { return false }
        let after = frames.dropFirst().prefix(2).map {
            Verb.Name(rawValue: String(decoding: $0.prefix(32), as: UTF8.self))
        }
        return !(after.first.flatMap(\.self) != nil && after.dropFirst().first.flatMap(\.self) == nil)
    }

    private static func refusal(of message: Message, correlation: [UInt8], hasVerb: Bool) -> BusRefusal? {
        if message.frameCount > frameLimit {
            return BusRefusal(.malformed, "\(message.frameCount) frames; at most \(frameLimit)")
        }
        if message.byteCount > byteLimit {
            return BusRefusal(.tooLarge, "\(message.byteCount) bytes; a request is at most \(byteLimit)")
        }
        if correlation.count > correlationLimit {
            return BusRefusal(.malformed, "a correlation of \(correlation.count) bytes; at most \(correlationLimit)")
        }
        return hasVerb ? nil : BusRefusal(.malformed, "no verb; send [correlation][verb][arguments…]")
    }
}
