import GatehouseWireKit

/// One `struct input_event` of a 64-bit Linux, as `/dev/input/event*` gives it.
public struct InputEvent: Hashable, Sendable {
    /// The structure's size in bytes.
    public static let size = 24

    /// What an event is about (`type`); the rest of linux/input-event-codes.h says nothing of keys.
    public enum Kind {
        /// `EV_SYN`: the end of what happened at one instant, or that events were lost.
        public static let sync: UInt16 = 0
        /// `EV_KEY`: a key went down or up.
        public static let key: UInt16 = 1
        /// `EV_MSC`: the scan code that the kernel puts before each key.
        public static let misc: UInt16 = 4
    }

    /// When the kernel had it, in microseconds on the clock that the reader of the device chose. Only differences mean
    /// anything.
    public var time: Int64
    /// `type`.
    public var kind: UInt16
    public var code: UInt16
    /// For a key 1 down, 0 up, 2 repeated while held.
    public var value: Int32

    public init(time: Int64, kind: UInt16, code: UInt16, value: Int32) {
        self.time = time
        self.kind = kind
        self.code = code
        self.value = value
    }

    /// Reads one structure; nil when there are fewer than 24 bytes. Times beyond all reason wrap around.
    init?(_ cursor: inout ByteCursor) {
        guard cursor.count >= Self.size, let seconds = cursor.little(Int64.self),
            let microseconds = cursor.little(Int64.self), let kind = cursor.little(UInt16.self),
            let code = cursor.little(UInt16.self), let value = cursor.little(UInt32.self)
        else { return nil }
        self.init(
            time: seconds &* 1_000_000 &+ microseconds, kind: kind, code: code, value: Int32(bitPattern: value))
    }

    /// The structure as the kernel writes it.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        bytes.appendLittle(time / 1_000_000)
        bytes.appendLittle(time % 1_000_000)
        bytes.appendLittle(kind)
        bytes.appendLittle(code)
        bytes.appendLittle(value)
        return bytes
    }

    /// `SYN_REPORT`: what happened at one instant is complete.
    public static func report(at time: Int64) -> InputEvent {
        InputEvent(time: time, kind: Kind.sync, code: 0, value: 0)
    }

    /// `SYN_DROPPED`: the reader was too slow, and the kernel threw events away.
    public static func dropped(at time: Int64) -> InputEvent {
        InputEvent(time: time, kind: Kind.sync, code: 3, value: 0)
    }

    /// Whether events were lost before this one.
    public var saysLost: Bool { kind == Kind.sync && code == 3 }

    /// Whether this ends an instant.
    public var isReport: Bool { kind == Kind.sync && code == 0 }
}

/// Cuts what one read gave into events. The kernel gives whole ones; a piece is kept for the next read all the same.
public struct InputEventFramer: Sendable {
    private var buffer: [UInt8] = []
    private var taken = 0

    public init() {}

    /// How many bytes wait for the rest of their event, once all events were taken.
    public var pendingCount: Int { buffer.count - taken }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    /// The next event, or nil when more bytes are needed.
    public mutating func next() -> InputEvent? {
        var cursor = ByteCursor(buffer[taken...])
        guard let event = InputEvent(&cursor) else {
            buffer.removeSubrange(..<taken)
            taken = 0
            return nil
        }
        taken += InputEvent.size
        return event
    }
}
