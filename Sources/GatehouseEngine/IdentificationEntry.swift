public import GatehouseDriverKit
import GatehouseModel

/// How the site file will find the port at which a device was identified.
public enum IdentifiedPlace: Hashable, Sendable {
    /// A port of this machine; `stablePath` is a name for it that outlives a restart, where there is a better one than
    /// its path.
    case port(PluggedPort, stablePath: String?)
    /// A host, and the port where it is not the maker's: `192.168.1.201`, `192.168.1.201:5010`.
    case host(String)
}

extension Identification.Finding {
    /// The entry to paste under `devices:` of the site file.
    public func yaml(at place: IdentifiedPlace, family: DriverFamily?) -> String {
        var lines = [
            "devices:", "  - id: \(deviceName(at: place))", "    driver: \(self.family)",
            "    match: { \(match(at: place)) }",
        ]
        if let line, line != family?.line {
            let rs485 = line.rs485 ? ", rs485: true" : ""
            lines.append("    line: { rate: \(line.rate), framing: \(line.framing)\(rs485) }")
        }
        if let settings = recognition.settings.members, !settings.isEmpty {
            let pairs = settings.map { "\($0.name): \($0.value.jsonText)" }
            lines.append("    settings: { \(pairs.joined(separator: ", ")) }")
        }
        lines.append("    role: both")
        return lines.joined(separator: "\n") + "\n"
    }

    private func deviceName(at place: IdentifiedPlace) -> String {
        var port =
            switch place {
            case .port(let port, _): port
            case .host(let host): PluggedPort(path: "", stableName: host, place: host)
            }
        if let serial = recognition.facts.serial { port.stableName = serial }
        return DeviceDirectory.deviceName(family: family, port: port)
    }

    /// The USB serial number where there is one: the device may then move to another socket. A vendor and product
    /// alone may be any adapter's with the same chip.
    private func match(at place: IdentifiedPlace) -> String {
        switch place {
        case .host(let host): return "host: \(Self.quoted(host))"
        case .port(let port, let stablePath):
            if let usb = port.usb, let serial = port.serial {
                return "usb: \(Self.quoted(usb)), serial: \(Self.quoted(serial))"
            }
            // What is no serial port is the device itself, and has no name that stays.
            if port.transport != .serial, let usb = port.usb { return "usb: \(Self.quoted(usb))" }
            return "tty: \(Self.quoted(stablePath ?? port.path))"
        }
    }

    private static func quoted(_ text: String) -> String {
        JSONValue.string(text).jsonText
    }
}

extension SerialLine {
    /// Data bits, parity and stop bits as the site file has them: `8N1`.
    var framing: String {
        let letter =
            switch parity {
            case .none: "N"
            case .even: "E"
            case .odd: "O"
            }
        return "\(dataBits)\(letter)\(stopBits)"
    }

    /// For people: `9600 8N1`.
    public var text: String { "\(rate) \(framing)" }
}

extension Identification {
    /// Families for which the kernel's word is enough, so that nothing need be sent: by the USB ids, or by the report
    /// descriptor of a bar code scanner.
    public static func told(of port: PluggedPort, families: [DriverFamily]) -> [Finding] {
        let fitting = families.filter { family in
            guard family.plug == port.transport else { return false }
            guard let vendor = port.vendor, let product = port.product else { return port.isPOSScanner }
            return port.isPOSScanner || family.usb.contains { $0.matches(vendor: vendor, product: product) }
        }
        return fitting.map {
            Finding(family: $0.name, line: nil, recognition: Recognition(facts: port.facts))
        }
    }
}
