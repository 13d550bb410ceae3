import GatehouseModel

/// What a client asks for, its arguments read and checked.
enum Verb: Hashable, Sendable {
    case ping
    case head
    case replay(ReplayOrder)
    case credit(UInt32)
    case cancel
    case append([[UInt8]])
    /// What a module that runs apart has found: its name, its pass, the events.
    case derive(module: String, pass: [UInt8], [[UInt8]])
    case devices
    case command(String, device: String, arguments: [UInt8])

    /// The words on the wire.
    enum Name: String, CaseIterable {
        case ping = "PING"
        case head = "HEAD"
        case replay = "REPLAY"
        case credit = "CREDIT"
        case cancel = "CANCEL"
        case append = "APPEND"
        case derive = "DERIVE"
        case devices = "DEVICES"
        case command = "COMMAND"
    }

    /// What may be asked of a device.
    static let commands: Set<String> = [
        "sync-clock", "read-log", "identify", "message", "import", "confirm", "identify-port",
    ]

    /// Whether it writes to the journal, one after the other for each client.
    var writes: Bool {
        switch self {
        case .append, .derive: true
        case .ping, .head, .replay, .credit, .cancel, .devices, .command: false
        }
    }

    /// The role that a client needs for it at least.
    var role: ClientRole {
        switch self {
        case .ping, .head, .replay, .credit, .cancel, .devices: .subscriber
        case .append, .derive: .publisher
        case .command: .operator
        }
    }

    init(_ word: String, _ arguments: ArraySlice<[UInt8]>) throws(BusRefusal) {
        guard let name = Name(rawValue: word) else {
            let known = Name.allCases.map(\.rawValue).joined(separator: " ")
            throw BusRefusal(.unknownVerb, "the verbs are \(known)")
        }
        let arguments = Array(arguments)
        switch name {
        case .ping: self = try Self.bare(.ping, name, arguments)
        case .head: self = try Self.bare(.head, name, arguments)
        case .cancel: self = try Self.bare(.cancel, name, arguments)
        case .devices: self = try Self.bare(.devices, name, arguments)
        case .replay: self = .replay(try ReplayOrder(arguments))
        case .append: self = .append(try Self.events(arguments))
        case .derive:
            guard arguments.count >= 3 else {
                throw BusRefusal(.malformed, "DERIVE takes the module's name, its pass and one or more CloudEvents")
            }
            let module = String(decoding: arguments[0].prefix(65), as: UTF8.self)
            self = .derive(module: module, pass: arguments[1], try Self.events(Array(arguments.dropFirst(2))))
        case .command: self = try Self.command(arguments)
        case .credit:
            guard arguments.count == 1, let count = UInt32(wire: arguments[0]) else {
                throw BusRefusal(.malformed, "CREDIT takes one frame of 4 bytes")
            }
            self = .credit(count)
        }
    }

    private static func bare(_ verb: Verb, _ name: Name, _ arguments: [[UInt8]]) throws(BusRefusal) -> Verb {
        guard arguments.isEmpty else { throw BusRefusal(.malformed, "\(name.rawValue) takes no arguments") }
        return verb
    }

    private static func events(_ arguments: [[UInt8]]) throws(BusRefusal) -> [[UInt8]] {
        guard !arguments.isEmpty else { throw BusRefusal(.malformed, "APPEND takes one or more CloudEvents") }
        for (index, body) in arguments.enumerated() where body.count > Event.sizeLimit {
            throw BusRefusal(.tooLarge, "event \(index + 1) has \(body.count) bytes; at most \(Event.sizeLimit)")
        }
        return arguments
    }

    private static func command(_ arguments: [[UInt8]]) throws(BusRefusal) -> Verb {
        guard arguments.count == 3 else {
            throw BusRefusal(.malformed, "COMMAND takes device, command and JSON arguments")
        }
        let device = String(decoding: arguments[0].prefix(65), as: UTF8.self)
        guard Identifier.isValid(device) else { throw BusRefusal(.unknownDevice, "no device has such a name") }
        let name = String(decoding: arguments[1].prefix(32), as: UTF8.self)
        guard commands.contains(name) else {
            throw BusRefusal(.malformed, "the commands are \(commands.sorted().joined(separator: ", "))")
        }
        let json = arguments[2].isEmpty ? Array("{}".utf8) : arguments[2]
        guard json.count <= Event.sizeLimit else {
            throw BusRefusal(.tooLarge, "arguments of \(json.count) bytes; at most \(Event.sizeLimit)")
        }
        guard let value = try? JSONValue(parsing: json), value.members != nil else {
            throw BusRefusal(.malformed, "the arguments of a command are one JSON object, for example {}")
        }
        return .command(name, device: device, arguments: json)
    }
}

/// The arguments of `REPLAY`.
struct ReplayOrder: Hashable, Sendable {
    /// The most bytes of a topic prefix.
    static let prefixLimit = 128

    /// The first sequence wanted, 1 at least.
    var from: Int64
    /// The last one wanted; nil for the head at the time of the call.
    var to: Int64?
    var prefix: String
    var credit: UInt32

    init(_ arguments: [[UInt8]]) throws(BusRefusal) {
        guard arguments.count == 4, let from = Int64(wire: arguments[0]), let to = Int64(wire: arguments[1]),
            let credit = UInt32(wire: arguments[3])
        else {
            throw BusRefusal(.malformed, "REPLAY takes from (8 bytes), to (8 bytes), topic prefix, credit (4 bytes)")
        }
        guard arguments[2].count <= Self.prefixLimit, let prefix = String(validating: arguments[2], as: UTF8.self)
        else {
            throw BusRefusal(.malformed, "a topic prefix is UTF-8 of at most \(Self.prefixLimit) bytes")
        }
        self.from = max(1, from)
        self.to = to == 0 ? nil : to
        self.prefix = prefix
        self.credit = credit
    }
}
