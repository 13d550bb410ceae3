/// How a scanner marks its scans on the line: what its setup sheet, or the site file, says.
public struct LineScanFormat: Hashable, Sendable {
    /// What ends a scan.
    public enum Terminator: String, Hashable, Sendable, CaseIterable {
        /// CR, LF or both: what nearly all scanners leave the factory with.
        case auto
        /// CR alone; an LF is content.
        case cr
        /// LF alone; a CR is content.
        case lf
        /// CR and LF together; either alone is content.
        case crlf
        /// The horizontal tab.
        case tab
        /// Nothing: only silence ends a scan.
        case none
        /// STX before and ETX after; line ends before the ETX belong to the mark, not to the content.
        case stxEtx = "stx-etx"
    }

    /// The largest `longest`, so that a scan and its hexadecimal form fit in one event.
    public static let longestLimit = 8192

    public var terminator: Terminator
    /// Whether scans begin with an AIM identifier, `]` and two characters (ISO/IEC 15424).
    public var aim: Bool
    /// The longest content that is a scan, in bytes.
    public var longest: Int

    public init(terminator: Terminator = .auto, aim: Bool = false, longest: Int = 4096) {
        precondition((1...Self.longestLimit).contains(longest), "a scan holds 1 to \(Self.longestLimit) bytes")
        self.terminator = terminator
        self.aim = aim
        self.longest = longest
    }
}

/// One code as the scanner read it.
public struct LineScan: Hashable, Sendable {
    /// The content, never empty, without terminator and AIM identifier. Which characters it means is not decided here.
    public var payload: [UInt8]
    /// The AIM identifier without its `]`, for example `Q1`; nil where none is configured, or none came.
    public var symbology: String?

    public init(payload: [UInt8], symbology: String? = nil) {
        self.payload = payload
        self.symbology = symbology
    }
}

extension LineScan {
    /// Takes the AIM identifier off: `]`, a letter for the symbology, a letter or digit for its options.
    init(_ content: ArraySlice<UInt8>, aim: Bool) {
        guard aim, content.count > 3, content.first == UInt8(ascii: "]"),
            let identifier = Self.identifier(content.dropFirst().prefix(2))
        else {
            self.init(payload: Array(content))
            return
        }
        self.init(payload: Array(content.dropFirst(3)), symbology: identifier)
    }

    private static func identifier(_ bytes: ArraySlice<UInt8>) -> String? {
        func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
        guard let code = bytes.first, let modifier = bytes.last, isLetter(code),
            isLetter(modifier) || (0x30...0x39).contains(modifier)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
