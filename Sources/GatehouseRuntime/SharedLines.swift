import GatehouseDriverKit
import GatehousePorts
import Glibc

/// The lines that several devices hang on: each port is opened once, by the first device that wants it, and closed
/// when the last has left.
actor SharedLines {
    private struct Entry {
        var settings: SerialLine
        var line: Task<Result<SharedLine, PortError>, Never>
        /// Devices that are on it or about to be.
        var users = 0
    }

    private let ports: Ports
    private let timekeeper: Timekeeper
    private var entries: [PortAddress: Entry] = [:]
    private var closing: [PortAddress: Task<Void, Never>] = [:]

    init(ports: Ports, timekeeper: Timekeeper) {
        self.ports = ports
        self.timekeeper = timekeeper
    }

    /// A place on the line at that address.
    func join(_ address: PortAddress, settings: SerialLine) async throws(PortError) -> SharedLink {
        while let end = closing[address] { await end.value }
        let entry = entries[address] ?? open(address, settings: settings)
        guard entry.settings == settings else {
            throw .failed(
                code: EINVAL, text: "another device on this line has other settings: give both the same line:")
        }
        entries[address]?.users += 1
        let line: SharedLine
        switch await entry.line.value {
        case .success(let opened): line = opened
        case .failure(let error):
            await leave(address)
            throw error
        }
        guard let place = line.join() else {
            await leave(address)
            throw .ended(.unplugged)
        }
        return SharedLink(line: line, member: place.member, sounds: place.sounds) { [weak self] in
            await self?.leave(address)
        }
    }

    private func open(_ address: PortAddress, settings: SerialLine) -> Entry {
        let line = Task { [ports, timekeeper] () -> Result<SharedLine, PortError> in
            do throws(PortError) {
                let port = try await ports.open(address, line: settings)
                let line = SharedLine(port: port, rate: settings.rate, timekeeper: timekeeper)
                Task { await line.run() }
                return .success(line)
            } catch {
                return .failure(error)
            }
        }
        let entry = Entry(settings: settings, line: line)
        entries[address] = entry
        return entry
    }

    private func leave(_ address: PortAddress) async {
        guard var entry = entries[address] else { return }
        entry.users -= 1
        entries[address] = entry
        guard entry.users <= 0 else { return }
        entries[address] = nil
        let end = Task {
            if case .success(let line) = await entry.line.value { await line.close() }
        }
        closing[address] = end
        await end.value
        if closing[address] == end { closing[address] = nil }
    }
}
