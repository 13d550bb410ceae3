/// The communication key: each message is XORed with eight bytes, again and again, beginning with the first of them at
/// the message's first byte. It hides the text from a glance, and from nobody else.
public struct HanvonKey: Hashable, Sendable {
    private let bytes: [UInt8]

    /// The key of 1 to 8 digits; nil for anything else.
    public init?(digits: String) {
        let digits = Array(digits.utf8)
        guard (1...8).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        // Digit plus half of two to the power of its place: 0, 1, 2, 4, … 64; 0 stands for a digit that is not there.
        bytes = (0..<8).map { place in (place < digits.count ? digits[place] : 0) &+ UInt8((1 << place) / 2) }
    }

    /// The byte at a place of a message, hidden or shown.
    public func applied(to byte: UInt8, at place: Int) -> UInt8 {
        byte ^ bytes[place & 7]
    }

    /// A whole message, hidden or shown.
    public func applied(to message: some Sequence<UInt8>) -> [UInt8] {
        message.enumerated().map { applied(to: $1, at: $0) }
    }
}
