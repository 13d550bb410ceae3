import GatehouseModel
import GatehouseSimulation
import OSDPWire

/// One reader of a simulated line: the device's side of OSDP.
///
/// A reader that keeps the rules repeats its last answer when it is asked the same again, and gives up an event only
/// when it is asked something new; `repeats: false` makes one that carries everything out anew, as some do.
public struct SimulatedOSDPReader: Sendable {
    /// How a reader is set up.
    public struct Setup: Hashable, Sendable {
        public var address: UInt8
        /// The key of its secure channel; nil for one that still has the installation key.
        public var key: [UInt8]?
        /// Whether it has a secure channel at all.
        public var hasSecureChannel: Bool
        /// Whether it takes nothing but ID and CAP outside the secure channel.
        public var isEnforced: Bool
        public var repeats: Bool
        public var serial: UInt32
        /// Whether it has a display, and a clock.
        public var hasDisplay: Bool
        public var hasClock: Bool

        public init(
            address: UInt8 = 0, key: [UInt8]? = nil, hasSecureChannel: Bool = true, isEnforced: Bool = false,
            repeats: Bool = true, serial: UInt32 = 1, hasDisplay: Bool = true, hasClock: Bool = false
        ) {
            precondition(address < OSDPFrame.broadcast, "a reader's address is 0 to 126")
            self.address = address
            self.key = key
            self.hasSecureChannel = hasSecureChannel
            self.isEnforced = isEnforced
            self.repeats = repeats
            self.serial = serial
            self.hasDisplay = hasDisplay
            self.hasClock = hasClock
        }
    }

    /// An answer's code and data before they are sealed.
    struct Answer: Hashable, Sendable {
        var code: UInt8
        var data: [UInt8] = []

        static let acknowledged = Answer(code: OSDPReply.acknowledgedCode)

        static func refused(_ refusal: OSDPRefusal) -> Answer {
            Answer(code: OSDPReply.refusedCode, data: [refusal.rawValue])
        }
    }

    /// Events that wait at once; the oldest is lost when one more happens.
    static let eventLimit = 1000
    /// A session without a command for so long is forgotten.
    static let sessionLimit = Duration.seconds(8)

    let setup: Setup
    let cipher: BlockCipher
    var key: [UInt8]?
    var random: SplitMix64
    /// What has happened and was not fetched.
    var events: [Answer] = []
    /// The event of the last answer, until the next question shows that it arrived.
    var unconfirmed: Answer?
    /// The last question and its answer, for one who asks again.
    var lastCommand: OSDPFrame?
    var lastReply: [UInt8] = []
    var sequence: UInt8?
    var handshake: SimulatedHandshake?
    var channel: OSDPSecureChannel?
    var lastHeard = Duration.zero

    var isTampered = false
    var hasPowerFailure = false
    /// What it was told to show: the data of the last LED, buzzer, text and time commands.
    var led: [UInt8] = []
    var beeps = 0
    var text: String?
    var time: [UInt8] = []
    var polls = 0
    var sessions = 0
    var fetched = 0

    init(setup: Setup, cipher: BlockCipher, seed: UInt64) {
        self.setup = setup
        self.cipher = cipher
        key = setup.key
        random = SplitMix64(seed: seed)
    }

    /// Something happens at the reader; it is told when somebody asks.
    mutating func happen(_ event: Answer) {
        if events.count == Self.eventLimit { events.removeFirst() }
        events.append(event)
    }

    /// The power goes off and on: conversation and session are gone, and so is what waited.
    mutating func reboot() {
        events = []
        unconfirmed = nil
        forget()
    }

    /// Answers a frame that is meant for it; empty where a reader is silent.
    mutating func answer(_ frame: OSDPFrame, at uptime: Duration) -> [UInt8] {
        if uptime - lastHeard >= Self.sessionLimit {
            channel = nil
            handshake = nil
        }
        lastHeard = uptime
        if frame.sequence == 0 {
            forget()
        } else if frame == lastCommand, setup.repeats {
            return lastReply
        } else if frame.sequence != expected, !(frame == lastCommand) {
            return plain(.refused(.sequence), to: frame)
        }
        if let event = unconfirmed {
            // A new number shows that the answer arrived; a new beginning does not.
            if frame.sequence == 0 { events.insert(event, at: 0) } else { fetched += 1 }
            unconfirmed = nil
        }
        sequence = frame.sequence
        lastReply = reply(to: frame)
        lastCommand = frame
        return lastReply
    }

    private var expected: UInt8 { sequence.map { $0 % 3 + 1 } ?? 0 }

    private mutating func forget() {
        sequence = nil
        lastCommand = nil
        channel = nil
        handshake = nil
    }

    private mutating func reply(to frame: OSDPFrame) -> [UInt8] {
        guard let security = frame.security else { return replyInTheOpen(to: frame) }
        guard security.isSealed else { return replyToHandshake(frame) }
        guard let data = channel?.open(frame) else {
            channel = nil
            return plain(.refused(.secureChannel), to: frame)
        }
        let answer = carryOut(frame.code, data)
        let sealed = channel?.seal(
            code: answer.code, data: answer.data, address: setup.address, sequence: frame.sequence)
        // A new key ends the session, after this answer.
        if frame.code == OSDPCommand.keySetCode { channel = nil }
        return sealed?.bytes ?? []
    }

    private mutating func replyInTheOpen(to frame: OSDPFrame) -> [UInt8] {
        let isHarmless = [OSDPCommand.identify.code, OSDPCommand.capabilities.code].contains(frame.code)
        guard isHarmless || !(setup.isEnforced || channel != nil), frame.code != OSDPCommand.keySetCode else {
            return plain(.refused(.securityConditions), to: frame)
        }
        return plain(carryOut(frame.code, frame.data), to: frame)
    }

    /// The frame of an answer outside a session.
    func plain(_ answer: Answer, to frame: OSDPFrame, security: OSDPSecurityBlock? = nil) -> [UInt8] {
        OSDPFrame(
            address: frame.address == OSDPFrame.broadcast ? OSDPFrame.broadcast : setup.address, isReply: true,
            sequence: frame.sequence, check: frame.check, security: security, code: answer.code, data: answer.data
        ).bytes
    }
}
