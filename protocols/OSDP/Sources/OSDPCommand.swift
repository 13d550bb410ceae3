import GatehouseWireKit

/// What the panel asks of a reader: a code and its data, in plain text.
public struct OSDPCommand: Hashable, Sendable {
    public var code: UInt8
    public var data: [UInt8]

    public init(code: UInt8, data: [UInt8] = []) {
        self.code = code
        self.data = data
    }

    /// Has anything happened? The answer is at most one event.
    public static let poll = OSDPCommand(code: 0x60)
    /// Who are you?
    public static let identify = OSDPCommand(code: 0x61, data: [0])
    /// What can you do?
    public static let capabilities = OSDPCommand(code: 0x62, data: [0])
    /// Tamper and power, now.
    public static let localStatus = OSDPCommand(code: 0x64)
    /// The state of the readers behind the device.
    public static let readerStatus = OSDPCommand(code: 0x67)

    /// The code of `CHLNG`.
    public static let challengeCode: UInt8 = 0x76
    /// The code of `SCRYPT`.
    public static let cryptogramCode: UInt8 = 0x77
    /// The code of `KEYSET`.
    public static let keySetCode: UInt8 = 0x75

    /// Lights a LED for a while over whatever it shows otherwise.
    ///
    /// - Parameters:
    ///   - colour: What it blinks in.
    ///   - on: How long it is lit, in tenths of a second.
    ///   - off: How long it is dark in between, in tenths of a second.
    ///   - duration: The whole, in tenths of a second.
    public static func blink(
        reader: UInt8, led: UInt8, _ colour: OSDPColour, on: UInt8, off: UInt8, duration: UInt16
    ) -> OSDPCommand {
        var data = [reader, led, 2, on, off, colour.rawValue, OSDPColour.dark.rawValue]
        data.appendLittle(duration)
        // The permanent half says: leave it as it is.
        data += [0, 0, 0, 0, 0]
        return OSDPCommand(code: 0x69, data: data)
    }

    /// Beeps `count` times in the default tone; times are tenths of a second, and `on` must not be 0.
    public static func beep(reader: UInt8, on: UInt8, off: UInt8, count: UInt8) -> OSDPCommand {
        OSDPCommand(code: 0x6A, data: [reader, 2, on, off, count])
    }

    /// The longest text that is shown, in bytes.
    public static let textLimit = 32

    /// Shows a text from the first row and column on for so many seconds, without wrapping.
    public static func text(reader: UInt8, _ text: [UInt8], seconds: UInt8) -> OSDPCommand {
        let text = text.prefix(textLimit)
        return OSDPCommand(code: 0x6B, data: [reader, 3, seconds, 1, 1, UInt8(text.count)] + text)
    }

    /// Sets the date and time that the reader shows.
    public static func setTime(
        year: UInt16, month: UInt8, day: UInt8, hour: UInt8, minute: UInt8, second: UInt8
    ) -> OSDPCommand {
        var data: [UInt8] = []
        data.appendLittle(year)
        return OSDPCommand(code: 0x6D, data: data + [month, day, hour, minute, second])
    }

    /// Gives the reader the key of its secure channel, 16 bytes; only ever to be sent encrypted.
    public static func setKey(_ key: [UInt8]) -> OSDPCommand {
        OSDPCommand(code: keySetCode, data: [1, UInt8(truncatingIfNeeded: key.count)] + key)
    }
}

/// What a LED can show.
public enum OSDPColour: UInt8, Hashable, Sendable {
    case dark, red, green, amber, blue, magenta, cyan, white
}
