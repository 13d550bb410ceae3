/// The keys that matter here, by their numbers in linux/input-event-codes.h. They are places on the keyboard, named
/// after what a US keyboard has there.
public enum KeyCode {
    public static let escape: UInt16 = 1
    public static let backspace: UInt16 = 14
    public static let tab: UInt16 = 15
    public static let enter: UInt16 = 28
    public static let leftControl: UInt16 = 29
    public static let leftShift: UInt16 = 42
    public static let rightShift: UInt16 = 54
    public static let leftAlt: UInt16 = 56
    public static let space: UInt16 = 57
    public static let capsLock: UInt16 = 58
    public static let numLock: UInt16 = 69
    public static let keypadEnter: UInt16 = 96
    public static let rightControl: UInt16 = 97
    /// AltGr on keyboards that have it.
    public static let rightAlt: UInt16 = 100
    public static let delete: UInt16 = 111

    /// The digit on a keypad key; nil for every other key. NumLock is taken to be on, whatever is pressed.
    public static func keypadDigit(_ code: UInt16) -> UInt8? {
        switch code {
        case 71...73: UInt8(code - 71) + 7
        case 75...77: UInt8(code - 75) + 4
        case 79...81: UInt8(code - 79) + 1
        case 82: 0
        default: nil
        }
    }

    /// The keypad key of a digit.
    static func keypadKey(_ digit: UInt8) -> UInt16 {
        [82, 79, 80, 81, 75, 76, 77, 71, 72, 73][Int(digit % 10)]
    }
}
