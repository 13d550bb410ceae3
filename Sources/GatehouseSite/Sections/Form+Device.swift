import GatehouseDriverKit
import GatehouseModel
import GatehouseRules

extension Form where Value == Device {
    /// A device; its `settings:` are checked against the family's own keys.
    static func device(families: [DriverFamily]) -> Form {
        map("a device") { reader in
            let id = reader.require("id", .newID(.device))
            let driver = reader.require("driver", .driver(families: families))
            let match = reader.read("match", .match) ?? Device.Match()
            let place = reader.read("place", .known(.place))
            let role = reader.read("role", .choice("a role"), default: Device.Role.both)
            let clock = reader.read("clock", .choice("a clock policy"), default: DriverContext.ClockPolicy.report)
            let clear = reader.read(
                "clear_log", .choice("a rule for clearing"), default: DriverContext.ClearPolicy.never)
            let memory = reader.read("memory", .truth)
            let secret = reader.read("secret", .known(.secret))
            let person = reader.read("guard", .known(.person))
            let line = reader.read("line", .line)
            let family = families.first { $0.name == driver }
            let settings = reader.read("settings", .settings(of: family)) ?? .object([])
            guard let id, let driver else { return nil }
            return Device(
                id: id, driver: driver, match: match, place: place, role: role, clock: clock, clearLog: clear,
                memory: memory,
                secret: secret, guardPerson: person, line: line, settings: settings)
        }
    }
}

extension Form where Value == String {
    /// A driver family's name; a known one that this build lacks is a problem of its own kind.
    static func driver(families: [DriverFamily]) -> Form {
        let built = Set(families.map(\.name)).union([DriverNames.auto])
        let known = built.union(DriverNames.withMemory).union(DriverNames.withoutMemory)
        let names = Form.choice(known.sorted(), what: "a driver")
        return names.checked { name, mark, context in
            guard !built.contains(name) else { return }
            context.report(
                .noDriver, at: mark, "this build has no driver for \(name)",
                hint: "it has \(built.sorted().joined(separator: ", ")): take the device out, or a build that has it")
        }
    }

    /// The path of a serial port, or of a link to one: by whatever name, it is what is there when it is opened that
    /// counts.
    static var tty: Form {
        word(
            "a serial port", hint: "write its path: /dev/ttyUSB0, or better one of /dev/serial/by-id",
            encode: { .string($0) }
        ) {
            text, _ in
            text.hasPrefix("/") && text.count > 1 && text.utf8.count <= 255 && !text.contains("..") ? text : nil
        }
    }

    /// A host, with a port where it is not the maker's.
    static var host: Form {
        word(
            "a host", hint: "write an address or a name, with a port if need be: 192.168.1.201 or 192.168.1.201:4370",
            encode: { .string($0) }
        ) {
            text, _ in Address.isHost(text) || Address.hostAndPort(text) != nil ? text : nil
        }
    }
}

extension Form where Value == String {
    /// Where the gateway waits for a device that calls: a port, of every address of this machine or of one.
    static var listen: Form {
        word(
            "a port to wait at", hint: "write the port that the device calls, 5010, or 192.168.1.5:5010",
            encode: { .string($0) }
        ) { text, _ in
            if let port = UInt16(text), port > 0 { return "0.0.0.0:\(port)" }
            guard let (host, port) = Address.hostAndPort(text), port > 0 else { return nil }
            return "\(host == "*" ? "0.0.0.0" : host):\(port)"
        }
    }
}

extension Form where Value == Device.Match {
    /// At least one way to recognise a device, and never both a port and a host.
    static var match: Form {
        map("the match") { reader in
            let usb = reader.read("usb", .usb)
            let serial = reader.read("serial", .text)
            let tty = reader.read("tty", .tty)
            let host = reader.read("host", .host)
            let listen = reader.read("listen", .listen)
            if !["usb", "serial", "tty", "host", "listen"].contains(where: reader.has) {
                reader.context.report(
                    at: reader.mark, "match says nothing", hint: "write at least one of usb, serial, tty, host, listen")
            }
            if tty != nil, listen != nil {
                reader.context.report(
                    at: reader.mark(of: "listen"), "a device at a tty does not call", hint: "keep one of them")
            }
            if tty != nil, host != nil {
                reader.context.report(
                    at: reader.mark(of: "host"), "a device is at a tty or at a host, not at both",
                    hint: "keep one of them")
            }
            return Device.Match(usb: usb, serial: serial, tty: tty, host: host, listen: listen)
        }
    }
}

extension Form where Value == USBPattern {
    /// `1b55:0840`, or `1b55` for all of a vendor.
    static var usb: Form {
        word(
            "a USB id", hint: "write vendor and product in hexadecimal: \"1b55:0840\"",
            encode: { usb in
                let words = [usb.vendor, usb.product].compactMap { $0 }.map { number in
                    let hex = String(number, radix: 16)
                    return String(repeating: "0", count: 4 - hex.count) + hex
                }
                return .string(words.joined(separator: ":"))
            }
        ) { text, _ in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { $0.utf8.count == 4 ? UInt16($0, radix: 16) : nil }
            guard let vendor = numbers.first, numbers.count == parts.count, parts.count <= 2 else { return nil }
            return USBPattern(vendor: vendor, product: numbers.count == 2 ? numbers[1] : nil)
        }
    }
}

extension Form where Value == SerialLine {
    /// What is left out is 9600 8N1 without RS-485.
    static var line: Form {
        map("the line") { reader in
            let rate = reader.read("rate", .count(50...4_000_000), default: 9600)
            let framing = reader.read("framing", .framing, default: "8N1")
            let rs485 = reader.read("rs485", .truth, default: false)
            return SerialLine(rate: rate, framing: framing, rs485: rs485)
        }
    }
}

extension Form where Value == String {
    /// Data bits, parity and stop bits: `8N1`.
    static var framing: Form {
        word(
            "a framing", hint: "write data bits (5 to 8), parity (N, E, O) and stop bits (1 or 2): 8N1 or 7E1",
            encode: { .string($0) }
        ) { text, _ in SerialLine.framings.contains(text) ? text : nil }
    }
}

extension SerialLine {
    /// Data bits, parity and stop bits, as `8N1`.
    static var framings: [String] {
        ["8", "7", "6", "5"].flatMap { bits in ["N", "E", "O"].flatMap { [bits + $0 + "1", bits + $0 + "2"] } }
    }

    fileprivate init(rate: Int, framing: String, rs485: Bool) {
        let letters = Array(framing)
        let parities: [Character: Parity] = ["N": .none, "E": .even, "O": .odd]
        self.init(
            rate: rate, dataBits: letters[0].wholeNumberValue ?? 8, parity: parities[letters[1]] ?? .none,
            stopBits: letters[2].wholeNumberValue ?? 1, rs485: rs485)
    }
}

extension Form where Value == JSONValue {
    /// A map that only a driver understands. Its keys are checked where the family is known.
    static func settings(of family: DriverFamily?) -> Form {
        Form(what: "a map of settings") { node, context in
            guard case .map(let entries) = node.value else {
                context.report(
                    at: node.mark, "\(node.description) stands where settings belong",
                    hint: "write a map, each line as key: value")
                return nil
            }
            for entry in entries {
                guard let family, family.settings[entry.key] == nil else { continue }
                context.report(
                    at: entry.mark, "\(family.name) has no setting \"\(entry.key.shortened)\"",
                    hint: family.settings.isEmpty
                        ? "it takes no settings: take it out"
                        : context.suggestion(
                            for: entry.key, among: Array(family.settings.keys), plural: "settings of \(family.name)"))
            }
            let json = node.json
            return (json, json)
        }
    }
}

extension SourceNode {
    /// The value as JSON: plain numbers and truth values as such, all else as text, maps in the order of their keys.
    var json: JSONValue {
        switch value {
        case .nothing: .null
        case .list(let nodes): .array(nodes.map(\.json))
        case .map(let entries):
            .object(entries.sorted { $0.key < $1.key }.map { .init($0.key, $0.node.json) })
        case .scalar(let text, isPlain: false): .string(text)
        case .scalar("true", _): true
        case .scalar("false", _): false
        case .scalar(let text, _):
            if let number = ExactDecimal(text), number.text == text { .number(text) } else { .string(text) }
        }
    }
}
