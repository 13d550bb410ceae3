public import GatehouseDriverKit
public import GatehouseModel

/// A kind of file that time clocks write to a USB stick. The programs that know the makers' formats hand it in.
public struct StickFormat: Sendable {
    /// Whose file it is, as far as its name says.
    public enum Writer: Hashable, Sendable {
        /// The clock with that serial number.
        case serial(String)
        /// The clock with that number in its menu.
        case number(String)
    }

    /// What some lines hold.
    public struct Content: Hashable, Sendable {
        public var punches: [PunchReading]
        /// Lines that are no punch.
        public var refused: Int
        /// The clocks' numbers that the lines name.
        public var numbers: Set<String>

        public init(punches: [PunchReading] = [], refused: Int = 0, numbers: Set<String> = []) {
            self.punches = punches
            self.refused = refused
            self.numbers = numbers
        }
    }

    /// The driver families whose devices write such files.
    public var families: Set<String>
    /// Who has written a file of that name; nil for a file of another kind.
    public var writer: @Sendable (_ name: String) -> Writer?
    /// Why a file that begins so cannot be read, and what to do about it; nil where it can.
    public var problem: @Sendable (_ head: [UInt8]) -> String?
    /// Reads whole lines, as the settings of their device say.
    public var read: @Sendable (_ lines: [UInt8], _ settings: JSONValue) -> Content

    public init(
        families: Set<String>, writer: @escaping @Sendable (_ name: String) -> Writer?,
        problem: @escaping @Sendable (_ head: [UInt8]) -> String?,
        read: @escaping @Sendable (_ lines: [UInt8], _ settings: JSONValue) -> Content
    ) {
        self.families = families
        self.writer = writer
        self.problem = problem
        self.read = read
    }
}
