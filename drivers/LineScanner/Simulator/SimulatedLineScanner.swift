public import GatehouseModel
public import GatehouseSimulation

/// A scanner on its stand: it sends each code that somebody holds under it, and keeps none.
///
/// Told: `{"scan": "XF-0001"}`, `{"scan": {"hex": "b6fe"}}`, `{"scans": 100}`, `{"fault": …}`, `{"report": true}`.
public struct SimulatedLineScanner: SimulatedDevice {
    /// How the scanner is set up.
    public struct Setup: Hashable, Sendable {
        /// Sent before each code, for example `02`.
        public var prefix: [UInt8]
        /// Sent after each code.
        public var suffix: [UInt8]
        /// The AIM identifier sent before each code, for example `]Q1`; nil for none.
        public var aim: String?
        /// What `scans` makes: this and a number.
        public var series: String

        public init(prefix: [UInt8] = [], suffix: [UInt8] = [0x0D], aim: String? = nil, series: String = "XF-") {
            self.prefix = prefix
            self.suffix = suffix
            self.aim = aim
            self.series = series
        }
    }

    /// What is wrong with it.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// It reads codes and sends nothing.
        case silence
        /// It sends a burst of nonsense, once.
        case noise
        /// The next code breaks off in the middle, once.
        case cut
        /// It sends far more than a code without an end, once.
        case overlong
        /// It restarts: the line drops.
        case reboot
    }

    let setup: Setup
    var random: SplitMix64
    var fault = Fault.none
    var isOpen = false
    var made = 0
    var sent = 0

    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        self.setup = setup
        random = SplitMix64(seed: seed)
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        switch input {
        case .opened:
            isOpen = true
            return []
        case .closed:
            isOpen = false
            return []
        case .told(let command): return told(command)
        // It hears nothing: ModemManager's AT commands and curious gateways alike.
        case .received, .woke: return []
        }
    }

    /// Sends a code; nothing when nobody listens or the scanner is silent. The code is lost then, as with the real
    /// thing.
    mutating func scan(_ code: [UInt8]) -> [SimulatedEffect] {
        made += 1
        guard isOpen, fault != .silence else { return [] }
        let line = setup.prefix + Array((setup.aim ?? "").utf8) + code + setup.suffix
        if fault == .cut {
            fault = .none
            return [.send(Array(line.prefix(max(line.count / 2, 1))))]
        }
        sent += 1
        return [.send(line)]
    }
}
