/// How a scanner types: what its setup sheet, or the site file, says.
public struct KeyboardManner: Hashable, Sendable {
    /// What the Caps Lock key does.
    public enum CapsLock: String, Hashable, Sendable, CaseIterable {
        /// Off at first; each press turns the letters' case round, until the next.
        case followed
        /// Nothing: for a scanner that presses it and yet types each letter as it is.
        case ignored
        /// On at first: for a scanner that takes the host's Caps Lock to be on.
        case inverted
    }

    public var layout: KeyboardLayout
    public var capsLock: CapsLock
    public var altCodes: AltCode.Numbers
    /// Whether accents wait for a letter; false for a scanner set to a layout "without dead keys".
    public var hasDeadKeys: Bool

    public init(
        layout: KeyboardLayout = .us, capsLock: CapsLock = .followed, altCodes: AltCode.Numbers = .unicode,
        hasDeadKeys: Bool = true
    ) {
        self.layout = layout
        self.capsLock = capsLock
        self.altCodes = altCodes
        self.hasDeadKeys = hasDeadKeys
    }
}

/// What makes a scan of what is typed.
public struct WedgeFormat: Hashable, Sendable {
    /// What ends a scan, besides a pause.
    public enum Terminator: String, Hashable, Sendable, CaseIterable {
        /// Enter, on the keypad or not, or Tab.
        case auto
        /// Enter; a Tab is content.
        case enter
        /// Tab; an Enter is content, as CR.
        case tab
        /// Nothing: only a pause ends a scan. Enter and Tab are content, but not at its end.
        case none
    }

    /// What a pause in the middle of a scan means.
    public enum PauseMeaning: Hashable, Sendable {
        /// The scan is whole.
        case ends
        /// The rest was lost: what there is of it is no scan.
        case drops
    }

    /// The largest `longest`, so that a scan and its hexadecimal form fit in one event.
    public static let longestLimit = 8192

    public var terminator: Terminator
    /// How long no key goes down before what was typed is judged.
    public var pause: Duration
    public var onPause: PauseMeaning
    /// Fewer characters are no scan: a person's typing comes a key at a time.
    public var shortest: Int
    /// The longest scan in bytes.
    public var longest: Int

    public init(
        terminator: Terminator = .auto, pause: Duration = .milliseconds(100), onPause: PauseMeaning = .ends,
        shortest: Int = 3, longest: Int = 4096
    ) {
        precondition((1...Self.longestLimit).contains(longest), "a scan holds 1 to \(Self.longestLimit) bytes")
        precondition(pause > .zero && pause < .seconds(3600), "a pause takes time, and ends")
        self.terminator = terminator
        self.pause = pause
        self.onPause = onPause
        self.shortest = shortest
        self.longest = longest
    }
}
