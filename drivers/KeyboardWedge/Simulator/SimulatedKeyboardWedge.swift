public import EvdevWire
import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation

/// A scanner in keyboard mode as the kernel reports it: it types each code that somebody holds under it, key by key,
/// and keeps none.
///
/// Told: `{"scan": "XF-0001"}`, `{"scan": {"hex": "b6fe"}}`, `{"type": "abc"}` for a person at it, `{"fault": …}`,
/// `{"report": true}`.
public struct SimulatedKeyboardWedge: SimulatedDevice {
    /// How the scanner is set up.
    public struct Setup: Hashable, Sendable {
        public var layout: KeyboardLayout
        public var style: KeyTypist.Style
        /// What it types after each code, `\r` for Enter or `\t` for Tab; may be empty.
        public var suffix: String
        /// From one key event to the next.
        public var step: Duration
        /// Whether it presses Caps Lock around each code, and types letters the other way round in between.
        public var togglesCaps: Bool

        public init(
            layout: KeyboardLayout = .us, style: KeyTypist.Style = .keys, suffix: String = "\r",
            step: Duration = .milliseconds(4), togglesCaps: Bool = false
        ) {
            self.layout = layout
            self.style = style
            self.suffix = suffix
            self.step = step
            self.togglesCaps = togglesCaps
        }
    }

    /// What is wrong with it.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// It reads codes and types nothing.
        case silence
        /// The next code breaks off in the middle, once.
        case cut
        /// The kernel throws away the middle of the next code, once.
        case lost
        /// It types a person's pace, 200 ms a key.
        case slow
        /// It is pulled out: the link ends.
        case unplugged
    }

    let setup: Setup
    /// Knows which keys write what in the layout.
    let typist: KeyTypist
    var fault = Fault.none
    var isOpen = false
    /// Codes that were held under it, and those that were typed whole.
    var made = 0
    var sent = 0
    /// What is still to be typed, by the kernel's time.
    var waiting: [InputEvent] = []

    /// A scanner that nobody listens to yet.
    public init(setup: Setup = Setup()) {
        self.setup = setup
        typist = KeyTypist(layout: setup.layout, style: setup.style)
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        switch input {
        case .opened:
            isOpen = true
            return []
        case .closed:
            isOpen = false
            waiting = []
            return []
        case .told(let command): return told(command, at: now)
        case .woke: return type(at: now)
        // It hears nothing.
        case .received: return []
        }
    }

    /// Types what is due, each instant's events in one piece as the kernel wakes its reader, and asks for the rest.
    mutating func type(at now: Now) -> [SimulatedEffect] {
        let time = Self.microseconds(now)
        let due = Array(waiting.prefix { $0.time <= time })
        waiting.removeFirst(due.count)
        var effects: [SimulatedEffect] = due.isEmpty || !isOpen ? [] : [.send(due.flatMap(\.bytes))]
        if let next = waiting.first { effects.append(.wake(after: .microseconds(next.time &- time))) }
        return effects
    }

    /// The kernel's time, counted as its monotonic clock does.
    static func microseconds(_ now: Now) -> Int64 {
        let (seconds, attoseconds) = now.uptime.components
        return seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
    }
}
