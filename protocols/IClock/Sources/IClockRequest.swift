/// What a device wants with one HTTP request, from its method, path and query. The body is read by whoever the call
/// concerns.
public struct IClockRequest: Hashable, Sendable {
    /// The device's serial number.
    public var serial: String
    public var call: Call

    /// The calls of both flavours of the protocol, attendance (2.x) and access control (3.x).
    public enum Call: Hashable, Sendable {
        /// The device has started, or connects anew, and wants its options.
        case handshake(Greeting)
        /// Records of a table (`ATTLOG`, in capitals), with the device's stamp for it.
        case upload(Table, stamp: String?)
        /// A sign of life, and the question for commands; how the device is, where it says.
        case poll(IClockInfo?)
        /// How commands ended.
        case results
        /// A sign of life in the middle of uploads.
        case ping
        /// Keys for the maker's encryption.
        case exchange
        /// Access flavour: the device enrols itself.
        case registry
        /// Access flavour: the device wants its options.
        case options
        /// Access flavour: the device wants the time.
        case time
        /// Access flavour: the answer to a query.
        case queried(table: String)
        /// A person whom the device does not know, asked for; or to be verified by the server.
        case lookup
        /// A file, for example firmware.
        case file
        /// Anything else below `/iclock/`.
        case other
    }

    /// What an upload holds.
    public enum Table: Hashable, Sendable {
        /// Punches.
        case attendance
        /// What was done at the menu, and users.
        case operations
        /// One photo of a punch; bytes.
        case photo
        /// The device's settings.
        case options
        /// Access flavour: events as they are made.
        case accessEvents
        /// Access flavour: states of doors.
        case accessState
        /// Access flavour: rows of a named table, `transaction` among them; and how many, if the device says.
        case rows(String, count: Int?)
        /// Templates, cards, errors: counted and dropped.
        case other(String)
    }

    /// What a device says of itself in a handshake.
    public struct Greeting: Hashable, Sendable {
        /// The protocol's version, `2.2.14`; nil for old firmware.
        public var version: String?
        /// `att`, `pid`, `ins`, `acc`; in lower case.
        public var deviceType: String?
        /// The maker's number of a language, 83 for simplified Chinese.
        public var language: String?
        /// A password that some firmware sends.
        public var key: String?

        public init(version: String? = nil, deviceType: String? = nil, language: String? = nil, key: String? = nil) {
            self.version = version
            self.deviceType = deviceType
            self.language = language
            self.key = key
        }

        /// Whether the device speaks the access-control flavour.
        public var isAccessControl: Bool {
            deviceType == "acc" || version.map { $0.hasPrefix("3.") } ?? false
        }
    }

    /// One `name=value` of a query, resolved.
    public typealias Field = (name: String, value: String)

    /// Reads a request; nil where the path is not below `/iclock/` or no serial number is given. Path segments are the
    /// same in any case, with `.aspx` behind them (eSSL's brand) and with a slash at the end.
    public init?(method: String, path: String, query: [Field]) {
        let segments = path.split(separator: "/").map { Self.plain($0) }
        guard segments.first == "iclock", let serial = Self.serial(query) else { return nil }
        self.serial = serial
        call = Self.call(segments.count > 1 ? segments[1] : "", isPost: method.uppercased() == "POST", query)
    }

    /// The serial number that a query gives; nil unless it is 1 to 64 letters, digits, `-` and `_`, and the only one.
    public static func serial(_ query: [Field]) -> String? {
        let given = query.filter { $0.name.lowercased() == "sn" }.map(\.value)
        guard let serial = given.first, given.allSatisfy({ $0 == serial }), (1...64).contains(serial.utf8.count),
            serial.utf8.allSatisfy(isSerialByte)
        else { return nil }
        return serial
    }

    private static func isSerialByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func plain(_ segment: Substring) -> String {
        let lower = segment.lowercased()
        return lower.hasSuffix(".aspx") ? String(lower.dropLast(5)) : lower
    }

    private static func call(_ name: String, isPost: Bool, _ query: [Field]) -> Call {
        func field(_ name: String) -> String? { query.first { $0.name.lowercased() == name }?.value }
        switch name {
        case "cdata" where isPost: return upload(field)
        case "cdata":
            return field("table") == nil ? .handshake(greeting(field)) : .lookup
        case "fdata": return .upload(.photo, stamp: stamp(field("stamp")))
        case "getrequest": return .poll(field("info").flatMap(IClockInfo.init))
        case "devicecmd": return .results
        case "ping": return .ping
        case "exchange": return .exchange
        case "registry": return .registry
        case "push": return .options
        case "rtdata": return field("type")?.lowercased() == "time" ? .time : .other
        case "querydata": return .queried(table: field("tablename")?.lowercased() ?? "")
        case "file": return .file
        default: return .other
        }
    }

    private static func greeting(_ field: (String) -> String?) -> Greeting {
        func short(_ name: String) -> String? {
            field(name).flatMap { (1...64).contains($0.utf8.count) ? $0 : nil }
        }
        return Greeting(
            version: short("pushver"), deviceType: short("devicetype")?.lowercased(), language: short("language"),
            key: short("pushcommkey"))
    }

    private static func upload(_ field: (String) -> String?) -> Call {
        guard let name = field("table") else {
            return field("type")?.lowercased() == "postverifydata" ? .lookup : .other
        }
        return .upload(table(name, field), stamp: stamp(field("stamp") ?? field("opstamp")))
    }

    private static func table(_ name: String, _ field: (String) -> String?) -> Table {
        switch name.lowercased() {
        case "attlog": .attendance
        case "operlog": .operations
        case "attphoto": .photo
        case "options": .options
        case "rtlog": .accessEvents
        case "rtstate": .accessState
        case "tabledata": .rows(rowTable(field("tablename") ?? ""), count: field("count").flatMap(IClockText.number))
        case "transaction": .rows("transaction", count: field("count").flatMap(IClockText.number))
        default: .other(rowTable(name))
        }
    }

    /// A table's name is given back to the device, and so must be harmless.
    private static func rowTable(_ name: String) -> String {
        String(decoding: name.lowercased().utf8.filter(isSerialByte).prefix(32), as: UTF8.self)
    }

    /// A stamp is given back to the device in a line of its own, and so must fit in one.
    private static func stamp(_ text: String?) -> String? {
        text.flatMap { IClockOptions.isStamp($0) ? $0 : nil }
    }
}
