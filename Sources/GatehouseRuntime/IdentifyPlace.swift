import GatehouseDriverKit
import GatehouseEngine
import GatehousePorts
import Glibc

/// A port as somebody names it, and what the system knows of it.
struct PortPlace: Sendable {
    var address: PortAddress
    /// What is plugged in there; nil in the network.
    var plugged: PluggedPort?
    /// A name of the port that outlives a restart, where it has one.
    var stablePath: String?
    /// What the site file finds it by.
    var identified: IdentifiedPlace
    var road: IdentificationRoad

    init(_ text: String) async throws(PortSearch.Problem) {
        guard let address = PortAddress(text) else {
            throw .noPort("\(text) is no port: write its path, /dev/ttyUSB0, or tcp://192.168.1.20:5010")
        }
        self.address = address
        switch address {
        case .udp:
            throw .noPort("\(text): nothing is asked over UDP, where a session would not end; use tcp://")
        case .tcp(_, let port):
            let door = NetworkDoor(address.transport, port: port)
            road = .network(door)
            identified = .host(Self.written(address))
        case .listen:
            throw .noPort("\(text) is a door of this machine; a device that calls is shown when it has called")
        case .tty(let path), .evdev(let path), .hidraw(let path):
            let found = await Self.plugged(path)
            guard let found else { throw .failed("\(path) is not there: plug the device in, or correct the path") }
            plugged = found
            stablePath = path == found.path ? Self.byPath(found.path) : path
            road = .serial
            identified = .port(found, stablePath: stablePath)
        }
    }

    /// `192.168.1.20:5010` of `tcp://192.168.1.20:5010`.
    private static func written(_ address: PortAddress) -> String {
        "\(address)".replacing("\(address.transport.rawValue)://", with: "")
    }

    /// The port as hot-plug knows it. Of others (a pseudo-terminal, a board's own port) only the path is known.
    private static func plugged(_ path: String) async -> PluggedPort? {
        guard let file = resolved(path) else { return nil }
        // Without /sys there is no list; the port may be there all the same.
        let ports = (try? await HotPlug.scan(subsystems: ["tty", "input", "hidraw"])) ?? []
        let names = FoundPort.stableNames(ports)
        if let port = ports.first(where: { $0.devicePath == file }) {
            return PluggedPort(port, stableName: names[file])
        }
        let name = String(path.drop { $0 == "/" })
        return PluggedPort(path: file, stableName: name, transport: transport(of: file), place: file)
    }

    /// The file that a path leads to; nil where there is none.
    static func resolved(_ path: String) -> String? {
        guard path.hasPrefix("/"), let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func transport(of file: String) -> Transport {
        if file.hasPrefix("/dev/input/") { return .evdev }
        return file.hasPrefix("/dev/hidraw") ? .hidraw : .serial
    }

    /// udev's name for the socket that a port is plugged into.
    private static func byPath(_ file: String) -> String? {
        let folder = "/dev/serial/by-path"
        guard let entries = opendir(folder) else { return nil }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix("."), resolved("\(folder)/\(name)") == file { return "\(folder)/\(name)" }
        }
        return nil
    }
}
