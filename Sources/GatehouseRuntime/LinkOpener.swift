import GatehouseDriverKit
import GatehouseEngine
import GatehousePorts

/// Makes the links that sessions ask for, of whichever kind.
struct LinkOpener: Sendable {
    let ports: Ports
    let lines: SharedLines
    let callers: PushDesk

    init(ports: Ports, timekeeper: Timekeeper) {
        self.ports = ports
        lines = SharedLines(ports: ports, timekeeper: timekeeper)
        callers = PushDesk()
    }

    /// Opens the way to a device, or waits until the device has called, where it is the one that calls.
    func open(_ target: LinkTarget, line: SerialLine, sharesLine: Bool) async throws(PortError) -> any DeviceLink {
        if target.transport == .push { return try await callers.link(for: target.address) }
        guard let address = PortAddress(target.address) else {
            throw .failed(code: 0, text: "\(target.address) is no address; correct it in the site file")
        }
        if sharesLine, case .tty(let path) = address {
            // By whatever name its devices call it, it is one line.
            return try await lines.join(.tty(path: PortPlace.resolved(path) ?? path), settings: line)
        }
        if case .listen = address { return OwnLink(port: try await ports.accept(address)) }
        return OwnLink(port: try await ports.open(address, line: line))
    }
}
